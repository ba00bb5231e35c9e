import * as Either from "effect/Either"
import { expandHeredoc } from "../dockerfile/expand.ts"
import type { Add, Copy, Heredoc } from "../dockerfile/Instruction.ts"
import type { StepNode } from "../graph/BuildGraph.ts"
import { isRemote } from "../graph/unsupported.ts"
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
  const remote = isAdd ? sources.find(isRemote) : undefined
  if (remote !== undefined) read.refuse("not-supported", `not supported yet: ADD of ${remote}`, "download it with RUN")
  if (sources.includes("")) read.refuse("blank-path", "a source is empty", "check the variables in it")
  const written = read.word(instruction.dest)
  if (written === "") read.refuse("blank-path", "the destination is empty", "check the variables in it")
  const dest = destination(state.config.WorkingDir ?? "/", written)
  const chown = instruction.chown === undefined ? undefined : read.word(instruction.chown)
  const chmod = instruction.chmod === undefined ? undefined : read.word(instruction.chmod)
  const parents = instruction._tag === "Copy" && instruction.parents
  const action: CopyAction = {
    kind: "copy",
    unpack: isAdd && instruction.unpack !== false,
    ...(from === undefined ? {} : { from }),
    sources,
    inline: instruction.inline.map((heredoc) => ({ path: heredoc.name, content: content(state, heredoc, read) })),
    dest,
    ...(chown === undefined || chown === "" ? {} : { chown }),
    ...(chmod === undefined || chmod === "" ? {} : { chmod }),
    exclude: instruction.exclude.map(read.word),
    parents
  }
  const createdBy = copyText({
    name: isAdd ? "ADD" : "COPY",
    flags: [
      ...(parents ? ["--parents"] : []),
      ...(action.chown === undefined ? [] : [`--chown=${action.chown}`]),
      ...(action.chmod === undefined ? [] : [`--chmod=${action.chmod}`]),
      ...(instruction.link ? ["--link"] : [])
    ],
    sources,
    inline: instruction.inline.map(({ name }) => name),
    dest: written
  })
  return { action, createdBy }
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
