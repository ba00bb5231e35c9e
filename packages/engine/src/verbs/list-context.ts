import type { ContextEntry } from "@gantry/build/context/ContextTree"
import { describeProblem } from "@gantry/build/context/ContextProblem"
import { decisionOf, matchOf } from "@gantry/build/context/ignore-file"
import { isThere, resolve } from "@gantry/build/context/resolve"
import { select } from "@gantry/build/context/select"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { BadBuildFile } from "../contexts/BadBuildFile.ts"
import { contextText, ContextUnavailable } from "../contexts/ContextSource.ts"
import { type AppliedIgnoreFile, type ContextRequest, openContext } from "../contexts/open-context.ts"
import type { OpenServices } from "../contexts/open-source.ts"

/** What became of one path of a context. */
export interface PathDecision {
  readonly path: string
  /** `absent`: nothing of that name is there. */
  readonly fate: "absent" | "left-out" | "sent"
  /** Line of the ignore file (from 1) and its text, when one decided. */
  readonly line?: number
  readonly pattern?: string
  /** It is left out, but something below it was taken back in, and so it is sent along. */
  readonly forInside: boolean
}

/** What a build is given to copy from. */
export interface ListedContext {
  readonly context: string
  readonly commit?: string
  readonly ignoreFile?: AppliedIgnoreFile
  /** Everything that a COPY of all of it would take, sorted by path. */
  readonly entries: ReadonlyArray<ContextEntry>
  /** The paths that were asked about, in that order. */
  readonly decisions: ReadonlyArray<PathDecision>
}

/** Looks at a context as a build would, and says of some paths what the ignore file decided about them. */
export const listContext = (
  request: ContextRequest,
  paths: ReadonlyArray<string>
): Effect.Effect<ListedContext, BadBuildFile | ContextUnavailable | StorageFailure, OpenServices> =>
  Effect.gen(function* () {
    const { commit, ignoreFile, tree } = yield* openContext(request)
    const context = contextText(request.context)
    const found = select(tree, "/")
    if (Either.isLeft(found)) {
      return yield* new ContextUnavailable({ context, why: describeProblem(found.left) })
    }
    const entries = found.right.flatMap(({ selected }) => selected.map(({ entry }) => entry))
    const sent = new Set(entries.map(({ path }) => path))
    const decisions = paths.map((asked): PathDecision => {
      const path = normal(asked, tree.root)
      const { ignored, line, pattern } = decisionOf(tree.ignore, matchOf(tree.ignore, path))
      const isThereNow = Either.match(resolve(tree, path), { onLeft: () => false, onRight: isThere })
      const isSent = path === "" || sent.has(path)
      return {
        path: path === "" ? "." : path,
        fate: isSent ? "sent" : isThereNow || ignored ? "left-out" : "absent",
        forInside: isSent && ignored,
        ...(line === undefined ? {} : { line }),
        ...(pattern === undefined ? {} : { pattern })
      }
    })
    return {
      context,
      entries,
      decisions,
      ...(commit === undefined ? {} : { commit }),
      ...(ignoreFile === undefined ? {} : { ignoreFile })
    }
  }).pipe(Effect.scoped)

/** A path as the ignore file sees it: relative to the context, which an absolute path of this machine may name. */
const normal = (asked: string, root: string): string => {
  const inside = asked.startsWith(`${root}/`) ? asked.slice(root.length + 1) : asked
  const parts: Array<string> = []
  for (const part of inside.split("/")) {
    if (part === "..") parts.pop()
    else if (part !== "" && part !== ".") parts.push(part)
  }
  return parts.join("/")
}
