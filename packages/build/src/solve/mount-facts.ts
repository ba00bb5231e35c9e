import * as Either from "effect/Either"
import type { Turns } from "@gantry/core/turns"
import { describeProblem } from "../context/ContextProblem.ts"
import { listFiles, type ListedFile } from "../key/file-list.ts"
import type { MountFacts, MountOrigin, Parent, TreeContent } from "../key/StepFacts.ts"
import type { ContextPart } from "./BuildContext.ts"
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
export function* mountFacts(
  asked: ReadonlyArray<AskedMount>,
  { contexts, trees }: Pick<FactsAround, "contexts" | "trees">
): Turns<Either.Either<KnownMounts, string>> {
  const mounts: Array<MountFacts> = []
  const files: Array<ListedFile> = []
  const parts: Array<ContextPart> = []
  for (const [at, each] of asked.entries()) {
    const { mount } = each
    const tree = trees[at]
    const context = showsContext(each) ? contexts[at] : undefined
    let origin = tree === undefined ? undefined : originIn(tree, sourceOf(mount))
    if (context !== undefined) {
      const matches = context.select(sourceOf(mount), {})
      if (Either.isLeft(matches)) return Either.left(describeProblem(matches.left))
      const list = yield* listFiles(matches.right, "", context.fileDigest)
      if (Either.isLeft(list)) return Either.left(describeProblem(list.left))
      parts.push({ context, matches: matches.right, unpack: false })
      files.push(...list.right.paths)
      origin ??= { files: list.right.digest }
    }
    mounts.push(factsOf(mount, origin))
  }
  return Either.right({ mounts, files, parts })
}

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
