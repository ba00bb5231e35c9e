import type { Run } from "../dockerfile/Instruction.ts"
import { readHeredocMark } from "../dockerfile/heredoc-marks.ts"
import type { BuildArguments, StepNode } from "../graph/BuildGraph.ts"
import { askedMounts } from "./asked-mounts.ts"
import type { Words } from "./next-state.ts"
import type { InlineFile } from "./StepExecutor.ts"
import { shellOf, type StageState, type StepAction } from "./stage-state.ts"

type RunAction = Extract<StepAction, { readonly kind: "run" }>

/** Arguments that commands see without a declaration. Spec: Dockerfile reference, "Predefined ARGs". */
const proxyNames = ["HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY"].flatMap((name) => [
  name,
  name.toLowerCase()
])

/** The command of a RUN and everything it is given. */
export const runAction = (
  state: StageState,
  { instruction: run, mountsFrom = [] }: StepNode & { readonly instruction: Run },
  { given }: BuildArguments,
  read: Words
): RunAction => {
  const { args, config, env } = state
  const { argv, files } = command(state, run)
  const cwd = config.WorkingDir === undefined || config.WorkingDir === "" ? "/" : config.WorkingDir
  return {
    kind: "run",
    argv,
    env,
    args: new Map([...args].flatMap(([name, value]) => (value === undefined || env.has(name) ? [] : [[name, value]]))),
    proxies: new Map(
      proxyNames.flatMap((name) => {
        const value = given.get(name)
        return value === undefined || args.has(name) || env.has(name) ? [] : [[name, value]]
      })
    ),
    cwd,
    user: config.User ?? "",
    network: run.network,
    files,
    mounts: askedMounts(run, { cwd, mountsFrom, read })
  }
}

/**
 * Three ways of a heredoc: alone and with `#!` it is a script to be run; alone it is the shell's command; with anything
 * else on the line it goes to the shell as written, body and all.
 */
const command = (
  state: StageState,
  { command: line, heredocs }: Run
): { readonly argv: ReadonlyArray<string>; readonly files: ReadonlyArray<InlineFile> } => {
  if (line.form === "exec") return { argv: line.argv, files: [] }
  const shell = shellOf(state)
  const [first] = heredocs
  if (first === undefined) return { argv: [...shell, line.line], files: [] }
  if (readHeredocMark(line.line.trim(), 0) === undefined) {
    const bodies = heredocs.map(({ content, name }) => `\n${content}${name}`)
    return { argv: [...shell, line.line + bodies.join("")], files: [] }
  }
  if (!first.content.startsWith("#!")) return { argv: [...shell, first.content], files: [] }
  const path = `/dev/pipes/${first.name}`
  return { argv: [...shell, path], files: [{ path, content: first.content }] }
}
