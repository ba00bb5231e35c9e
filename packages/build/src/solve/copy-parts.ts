import * as Either from "effect/Either"
import { ofBytes } from "@gantry/core/image/Digest"
import type { Turns } from "@gantry/core/turns"
import { describeProblem } from "../context/ContextProblem.ts"
import type { Match } from "../context/select.ts"
import { withoutPassword } from "../graph/remote-source.ts"
import { spell } from "../key/canonical.ts"
import { type FileList, listFiles, type ListedFile } from "../key/file-list.ts"
import type { AwaitedPart, BuildContext, ContextPart } from "./BuildContext.ts"
import { type RemoteFound, SourceUnavailable } from "./Sources.ts"
import type { StepAction } from "./stage-state.ts"
import * as Effect from "effect/Effect"

type CopyAction = Extract<StepAction, { readonly kind: "copy" }>

/** The files of a copy, gathered from the context and from addresses. */
export interface CopyParts {
  readonly list: FileList
  readonly parts: ReadonlyArray<ContextPart | AwaitedPart>
}

/**
 * Gathers what the sources of a copy stand for, in their order. What is at an address must have been found before, by
 * the source's text. Fails with a sentence.
 */
export function* copyParts(
  action: CopyAction,
  context: BuildContext,
  remote: ReadonlyMap<string, RemoteFound>
): Turns<Either.Either<CopyParts, string>> {
  const chmod = action.chmod ?? ""
  const parts: Array<ContextPart | AwaitedPart> = []
  const lists: Array<FileList> = []
  for (const group of grouped(action.sources, remote)) {
    if ("found" in group) {
      const { found, source } = group
      if (found.kind === "download" && found.name === "" && action.dest.endsWith("/")) {
        return Either.left(
          `${withoutPassword(source)} has no file name, so the destination ${action.dest} must name the file`
        )
      }
      lists.push(remoteList(source, found, action))
      parts.push({ open: opened(source, found, action) })
      continue
    }
    const matches: Array<Match> = []
    for (const source of group.local) {
      const { exclude, optional, parents } = action
      const selected = context.select(source, { parents, exclude, optional })
      if (Either.isLeft(selected)) return Either.left(describeProblem(selected.left))
      matches.push(...selected.right)
    }
    if (matches.length === 0) continue
    const list = yield* listFiles(matches, chmod, context.fileDigest)
    if (Either.isLeft(list)) return Either.left(describeProblem(list.left))
    lists.push(list.right)
    parts.push({ context, matches, unpack: action.unpack })
  }
  const [only] = lists
  // A list of the context alone has the digest it always had.
  const plain = lists.length === 0 || (lists.length === 1 && remote.size === 0)
  return Either.right({ list: only !== undefined && plain ? only : joined(lists), parts })
}

/** Local files that stand next to each other are listed as one. */
type SourceGroup = { readonly local: ReadonlyArray<string> } | { readonly source: string; readonly found: RemoteFound }

const grouped = (
  sources: ReadonlyArray<string>,
  remote: ReadonlyMap<string, RemoteFound>
): ReadonlyArray<SourceGroup> => {
  const groups: Array<SourceGroup> = []
  let local: Array<string> | undefined
  for (const source of sources) {
    const found = remote.get(source)
    if (found !== undefined) {
      groups.push({ source, found })
      local = undefined
    } else if (local === undefined) groups.push({ local: (local = [source]) })
    else local.push(source)
  }
  return groups
}

const joined = (lists: ReadonlyArray<FileList>): FileList => ({
  digest: ofBytes(lists.length === 0 ? "" : spell(lists.map(({ digest }) => digest))),
  paths: lists.flatMap(({ paths }) => paths)
})

/** What is at an address, as one line of a list. A download has no mode of its own. */
const remoteList = (source: string, { content, kind, name, shown }: RemoteFound, action: CopyAction): FileList => {
  const unpack = kind === "download" && action.remote?.unpack === true
  const { exclude } = action
  const file: ListedFile = {
    path: withoutPassword(source),
    type: kind === "download" ? "file" : "dir",
    mode: 0,
    content: shown
  }
  return { digest: ofBytes(spell([kind, name, content, unpack ? 1 : 0, exclude])), paths: [file] }
}

/** A download is the only file of its context. */
const opened = (source: string, { kind, open }: RemoteFound, action: CopyAction): AwaitedPart["open"] =>
  Effect.flatMap(open, (context) =>
    Either.match(context.select(kind === "download" ? "*" : "/", { exclude: action.exclude }), {
      onLeft: (problem) =>
        Effect.fail(new SourceUnavailable({ source: withoutPassword(source), why: describeProblem(problem) })),
      onRight: (matches) =>
        Effect.succeed({ context, matches, unpack: kind === "download" && action.remote?.unpack === true })
    })
  )
