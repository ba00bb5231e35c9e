import { StageFailure } from "./StageFailure.ts"

/** What of a file decides whether it can be executed. */
export interface ProgramKind {
  readonly directory: boolean
  readonly executable: boolean
}

/** Looks at a path of the container, following symbolic links. Undefined when there is nothing. */
export type LookAt = (path: string) => ProgramKind | undefined

/** Where a command is looked for when the environment has no PATH. Docker's default. */
const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/** Why the kernel says that there is no file although `findProgram` found it: the file needs another one to run it. */
export const lacksInterpreter = "it is there, and the interpreter or loader that it names is not"

/**
 * The path of a command in the container, found as a shell would find it. Fails with status 127 when there is none and
 * with 126 when all there is cannot be executed.
 */
export const findProgram = (lookAt: LookAt, command: string, env: ReadonlyArray<string>): string => {
  const path = env.findLast((each) => each.startsWith("PATH="))?.slice("PATH=".length) ?? defaultPath
  const places = command.includes("/")
    ? [command]
    : path.split(":").map((each) => `${each === "" ? "." : each}/${command}`)
  let refusal: string | undefined
  for (const place of command === "" ? [] : places) {
    const { found, why } = look(lookAt, place)
    if (found?.executable === true) return place
    refusal ??= why ?? (found === undefined ? undefined : found.directory ? "is a directory" : "permission denied")
  }
  if (refusal !== undefined) throw new StageFailure("run command", refusal, 126)
  const missing = command.includes("/") ? "no such file or directory" : "executable file not found in $PATH"
  throw new StageFailure("run command", missing, 127)
}

/** A path that cannot be followed, such as a loop of links, is a reason, not an end of the search. */
const look = (lookAt: LookAt, place: string): { readonly found?: ProgramKind | undefined; readonly why?: string } => {
  try {
    return { found: lookAt(place) }
  } catch (error) {
    return { why: error instanceof Error ? error.message : String(error) }
  }
}
