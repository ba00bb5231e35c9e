import * as Either from "effect/Either"
import { describeProblem } from "../context/ContextProblem.ts"
import { listFiles, type ListedFile } from "../key/file-list.ts"
import type { MountFacts, MountOrigin, Parent, TreeContent } from "../key/StepFacts.ts"
import type { BuildContext, ContextPart } from "./BuildContext.ts"
import type { FactsAround } from "./facts-of-action.ts"
import type { AskedMount } from "./stage-state.ts"

/** The facts of all mounts of a command, and what was read of contexts to know them. */
export interface KnownMounts {
  readonly mounts: ReadonlyArray<MountFacts>
  readonly files: ReadonlyArray<ListedFile>
  /** Of the mounts that {@link showsContext}, in their order. */
  readonly parts: ReadonlyArray<ContextPart>
}

/** Whether a mount shows, or begins with, files of a context: a bind mount of no tree, a cache only where it names one. */
export const showsContext = ({ from, mount }: AskedMount): boolean =>
  mount.type === "bind" ? from === undefined || from.of === "context" : mount.type === "cache" && from?.of === "context"

/**
 * What the result of a command may depend on of its mounts. Secrets count by their names only, and caches by what they
 * begin with: neither a secret's value nor what earlier builds left in a cache has a part in a key.
 */
export const mountFacts = (
  asked: ReadonlyArray<AskedMount>,
  { contexts, trees }: Pick<FactsAround, "contexts" | "trees">
): Either.Either<KnownMounts, string> =>
  Either.gen(function* () {
    const mounts: Array<MountFacts> = []
    const files: Array<ListedFile> = []
    const parts: Array<ContextPart> = []
    for (const [at, each] of asked.entries()) {
      const { mount } = each
      const tree = trees[at]
      const context = showsContext(each) ? contexts[at] : undefined
      const seen = context === undefined ? undefined : yield* selected(sourceOf(mount), context)
      if (seen !== undefined) {
        parts.push(seen.part)
        files.push(...seen.files)
      }
      mounts.push(factsOf(mount, tree === undefined ? seen?.origin : originIn(tree, sourceOf(mount))))
    }
    return { mounts, files, parts }
  })

const originIn = (tree: Parent | TreeContent, source: string): MountOrigin =>
  "content" in tree ? tree : { tree, source }

/** A path in the tree that a mount is from; empty where it is from nowhere. */
export const sourceOf = (mount: AskedMount["mount"]): string =>
  mount.type === "bind" || mount.type === "cache" ? mount.source : ""

const factsOf = (mount: AskedMount["mount"], origin: MountOrigin | undefined): MountFacts => {
  switch (mount.type) {
    case "bind": {
      const { readOnly, target, type } = mount
      if (origin === undefined) throw new Error("a bind mount is from the context when it is from nowhere else")
      return { type, target, readOnly: readOnly ? 1 : 0, origin }
    }
    case "cache": {
      const { gid, id, mode, readOnly, target, type, uid } = mount
      return { type, target, readOnly: readOnly ? 1 : 0, id, origin: origin ?? "nothing", mode, uid, gid }
    }
    case "tmpfs":
      return { type: mount.type, target: mount.target, size: mount.size ?? 0 }
    case "secret":
    case "ssh": {
      const { gid, id, mode, required, target = "", type, uid } = mount
      const env = mount.type === "secret" ? (mount.env ?? "") : ""
      return { type, target, id, env, required: required ? 1 : 0, mode, uid, gid }
    }
  }
}

/** One file or directory of the context. */
const selected = (source: string, context: BuildContext) =>
  Either.gen(function* () {
    const matches = yield* context.select(source, {})
    const list = yield* listFiles(matches, "", context.fileDigest)
    return { origin: { files: list.digest }, files: list.paths, part: { context, matches, unpack: false } }
  }).pipe(Either.mapLeft(describeProblem))
