import * as Either from "effect/Either"
import { expandHeredoc } from "../dockerfile/expand.ts"
import type { Add, Copy, Heredoc } from "../dockerfile/Instruction.ts"
import type { StepNode } from "../graph/BuildGraph.ts"
import { remoteKind } from "../graph/remote-source.ts"
import { copyText } from "./history-text.ts"
import type { Words } from "./next-state.ts"
import { lookup, resolvePath, type StageState, type StepAction } from "./stage-state.ts"

type CopyAction = Extract<StepAction, { readonly kind: "copy" }>

/** What a COPY or ADD asks for, and how history calls it. */
export const copyAction = (
  state: StageState,
  { from, instruction }: StepNode & { readonly instruction: Copy | Add },
  read: Words
): { readonly action: CopyAction; readonly createdBy: string } => {
  const isAdd = instruction._tag === "Add"
  const sources = instruction.sources.map(read.word)
  const keepGitDir = isAdd ? instruction.keepGitDir : undefined
  const checksum = isAdd ? checksumOf(instruction, sources, read) : ""
  if (sources.includes("")) read.refuse("blank-path", "a source is empty", "check the variables in it")
  const written = read.word(instruction.dest)
  if (written === "") read.refuse("blank-path", "the destination is empty", "check the variables in it")
  const dest = destination(state.config.WorkingDir ?? "/", written)
  const chown = instruction.chown === undefined ? undefined : read.word(instruction.chown)
  const chmod = instruction.chmod === undefined ? undefined : read.word(instruction.chmod)
  const parents = instruction._tag === "Copy" && instruction.parents
  if (instruction.link && chown !== undefined && chown !== "" && !/^\d+(?::\d+)?$/.test(chown)) {
    read.refuse(
      "link-with-names",
      `--chown=${chown} names users, and a layer made with --link does not know those of the image`,
      "write numbers such as --chown=1000:1000, or leave --link out"
    )
  }
  const action: CopyAction = {
    kind: "copy",
    unpack: isAdd && instruction.unpack !== false,
    ...(isAdd && sources.some((source) => remoteKind(source) !== undefined)
      ? {
          remote: { checksum, unpack: instruction.unpack === true, ...(keepGitDir === undefined ? {} : { keepGitDir }) }
        }
      : {}),
    ...(from === undefined ? {} : { from }),
    sources,
    inline: instruction.inline.map((heredoc) => ({ path: heredoc.name, content: content(state, heredoc, read) })),
    dest,
    ...(chown === undefined || chown === "" ? {} : { chown }),
    ...(chmod === undefined || chmod === "" ? {} : { chmod }),
    exclude: instruction.exclude.map(read.word),
    parents,
    link: instruction.link,
    optional: instruction.ifExists
  }
  const createdBy = copyText({
    name: isAdd ? "ADD" : "COPY",
    flags: [
      ...(parents ? ["--parents"] : []),
      ...(action.chown === undefined ? [] : [`--chown=${action.chown}`]),
      ...(action.chmod === undefined ? [] : [`--chmod=${action.chmod}`]),
      ...(checksum === "" ? [] : [`--checksum=${checksum}`]),
      ...(keepGitDir === true ? ["--keep-git-dir=true"] : []),
      ...(isAdd && instruction.unpack !== undefined ? [`--unpack=${instruction.unpack}`] : []),
      ...(instruction.link ? ["--link"] : [])
    ],
    sources,
    inline: instruction.inline.map(({ name }) => name),
    dest: written
  })
  return { action, createdBy }
}

/** What the bytes or the commit of the only source must be; empty when nothing was said. */
const checksumOf = ({ checksum }: Add, sources: ReadonlyArray<string>, read: Words): string => {
  const text = checksum === undefined ? "" : read.word(checksum)
  if (text === "") return ""
  const kind = sources.length === 1 ? remoteKind(sources[0] ?? "") : undefined
  if (kind === undefined) {
    read.refuse("checksum-without-address", "--checksum is for one source that is a URL or a git repository")
  } else if (kind === "download" && !/^sha256:[0-9a-f]{64}$/.test(text)) {
    read.refuse("bad-checksum", `"${text}" is no checksum of a download`, "write sha256: and 64 hex digits")
  } else if (kind === "repository" && !/^[0-9a-f]{4,64}$/.test(text)) {
    read.refuse("bad-checksum", `"${text}" is no commit`, "write its hex digits, or the first few of them")
  }
  return text
}

/** The absolute destination; `.` and `x/.` are directories as `x/` is. */
const destination = (workdir: string, written: string): string => {
  const path = resolvePath(workdir, written)
  const isDirectory = written === "." || written.endsWith("/") || written.endsWith("/.")
  return isDirectory && path !== "/" ? `${path}/` : path
}

const content = (state: StageState, heredoc: Heredoc, read: Words): string => {
  if (!heredoc.expand) return heredoc.content
  const expanded = expandHeredoc(heredoc.content, lookup(state))
  if (Either.isRight(expanded)) return expanded.right.value
  read.refuse("bad-substitution", `${expanded.left.message}, in the heredoc ${heredoc.name}`)
  return ""
}
