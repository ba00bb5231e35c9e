import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { open } from "@gantry/build/context/ContextTree"
import { nothingIgnored } from "@gantry/build/context/ignore-file"
import { select } from "@gantry/build/context/select"
import { ofTree } from "@gantry/build/solve/BuildContext"
import type { CopyRequest } from "@gantry/build/solve/StepExecutor"
import type { TreeChange } from "@gantry/core/tree/TreeEntry"
import { Effect, Either, Option } from "effect"
import { performCopy } from "../../src/steps/perform-copy.ts"
import { layerOf, listing, scratch } from "../world.ts"

/** A directory of the host: names ending in a slash are directories, an arrow makes a link. */
export const context = (files: Readonly<Record<string, string>>) =>
  Effect.map(scratch, (root) => {
    for (const [name, text] of Object.entries(files)) {
      const path = join(root, name)
      mkdirSync(name.endsWith("/") ? path : dirname(path), { recursive: true })
      if (text.startsWith("-> ")) symlinkSync(text.slice(3), path)
      else if (!name.endsWith("/")) writeFileSync(path, text)
      if (!text.startsWith("-> ")) chmodSync(path, name.endsWith("/") ? 0o755 : 0o644)
    }
    return root
  })

type FromTree = Extract<CopyRequest["from"], { readonly of: "tree" }>

const place = { text: "COPY", platform: { os: "linux", architecture: "amd64" }, onWarning: () => {} }

interface Asked
  extends Partial<Omit<CopyRequest, "from" | "stack">>, Partial<Pick<FromTree, "exclude" | "parents" | "optional">> {
  readonly sources?: ReadonlyArray<string>
  readonly dest: string
  /** Archives among the sources are unpacked. */
  readonly unpack?: boolean
  /** What the tree holds before. */
  readonly onto?: ReadonlyArray<TreeChange>
}

/** COPY from a directory of the host. */
export const copy = (
  root: string,
  { exclude = [], onto = [], optional = false, parents = false, sources = [], unpack = false, ...more }: Asked
) =>
  Effect.gen(function* () {
    const tree = open(root, nothingIgnored)
    const matches = sources.flatMap((source) => Either.getOrThrow(select(tree, source, { exclude, parents, optional })))
    const stack = onto.length === 0 ? [] : [yield* layerOf(onto)]
    const selection = { parts: [{ context: ofTree(tree), matches, unpack }] }
    const layer = yield* performCopy({ ...place, inline: [], stack, from: { of: "context", selection }, ...more })
    return yield* listing([...stack, ...Option.toArray(Option.map(layer, ({ diffId }) => diffId))])
  })

/** COPY --from: out of another tree. */
export const copyFrom = (
  tree: ReadonlyArray<TreeChange>,
  { exclude = [], onto = [], optional = false, parents = false, sources = [], ...more }: Asked
) =>
  Effect.gen(function* () {
    const stack = onto.length === 0 ? [] : [yield* layerOf(onto)]
    const from = { of: "tree" as const, stack: [yield* layerOf(tree)], sources, exclude, parents, optional }
    const layer = yield* performCopy({ ...place, inline: [], stack, from, ...more })
    return yield* listing([...stack, ...Option.toArray(Option.map(layer, ({ diffId }) => diffId))])
  })
