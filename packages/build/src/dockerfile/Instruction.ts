/**
 * Dockerfile instructions as they were written.
 *
 * Words are kept with their quotes and variables wherever Docker expands variables, because what they
 * mean depends on the stage; `expand.ts` turns them into text. Where Docker leaves expansion to the shell
 * (RUN, CMD, ENTRYPOINT, HEALTHCHECK) text is final.
 */
import type { Range } from "./Range.ts"
import type { MountFlag } from "./RunMount.ts"

interface Placed {
  readonly range: Range
  /**
   * The instruction in one line, continuations joined and comments dropped, without heredoc bodies.
   * History shows it; keys must not be made of it.
   */
  readonly text: string
}

/** A body that was written in the Dockerfile itself, between `<<NAME` and `NAME`. */
export interface Heredoc {
  readonly name: string
  /** Every line with its newline; leading tabs are gone if it was `<<-`. */
  readonly content: string
  /** Variables in the content are to be expanded, because no part of the delimiter was quoted. */
  readonly expand: boolean
  /** The delimiter was introduced by `<<-`. */
  readonly stripTabs: boolean
}

/** A command: a list of arguments as they are, or a line for a shell. */
export type CommandLine =
  | { readonly form: "exec"; readonly argv: ReadonlyArray<string> }
  | { readonly form: "shell"; readonly line: string }

/** A name and its unexpanded value. */
export interface Pair {
  readonly name: string
  readonly value: string
}

/** Begins a stage. `as` is in lower case; `image` and `platform` may use global ARGs. */
export interface From extends Placed {
  readonly _tag: "From"
  readonly image: string
  readonly platform?: string
  readonly as?: string
}

/** Runs a command. With heredocs, `command.line` still contains the `<<NAME` words. */
export interface Run extends Placed {
  readonly _tag: "Run"
  readonly command: CommandLine
  readonly heredocs: ReadonlyArray<Heredoc>
  readonly mounts: ReadonlyArray<MountFlag>
  readonly network: "default" | "none" | "host"
  readonly security: "sandbox" | "insecure"
}

interface Transfer extends Placed {
  /** Paths as written, in order, without the heredocs. */
  readonly sources: ReadonlyArray<string>
  /** Files whose content stands in the Dockerfile; `name` is the file's name. */
  readonly inline: ReadonlyArray<Heredoc>
  readonly dest: string
  readonly chown?: string
  readonly chmod?: string
  readonly link: boolean
  readonly exclude: ReadonlyArray<string>
  /** Sources that are not there are left out. Not part of Docker's syntax. */
  readonly ifExists: boolean
}

/** Copies from the context, a stage or an image (`from`). */
export interface Copy extends Transfer {
  readonly _tag: "Copy"
  readonly from?: string
  readonly parents: boolean
}

/** Copies from the context, a URL or a git repository, and unpacks local archives. */
export interface Add extends Transfer {
  readonly _tag: "Add"
  readonly checksum?: string
  readonly keepGitDir?: boolean
  /** Absent: unpack local archives, keep downloaded ones. */
  readonly unpack?: boolean
}

/** Sets variables. All values of one instruction see the variables as they were before it. */
export interface Env extends Placed {
  readonly _tag: "Env"
  readonly pairs: ReadonlyArray<Pair>
}

/** Declares build arguments; each sees those before it on the same line. */
export interface Arg extends Placed {
  readonly _tag: "Arg"
  readonly args: ReadonlyArray<{ readonly name: string; readonly default?: string }>
}

/** Sets labels. */
export interface Label extends Placed {
  readonly _tag: "Label"
  readonly pairs: ReadonlyArray<Pair>
}

/** Names the author. Deprecated by Docker in favour of a label. */
export interface Maintainer extends Placed {
  readonly _tag: "Maintainer"
  readonly name: string
}

/** Sets the working directory, and makes it. */
export interface Workdir extends Placed {
  readonly _tag: "Workdir"
  readonly path: string
}

/** Sets the user, and perhaps the group, of what follows. */
export interface User extends Placed {
  readonly _tag: "User"
  readonly user: string
}

/** Sets the shell of shell forms. */
export interface Shell extends Placed {
  readonly _tag: "Shell"
  readonly argv: ReadonlyArray<string>
}

/** Port words such as `80`, `53/udp`, `8000-8010` or `$PORTS`; one word may expand to several. */
export interface Expose extends Placed {
  readonly _tag: "Expose"
  readonly ports: ReadonlyArray<string>
}

/** Declares paths whose content does not belong to the container. */
export interface Volume extends Placed {
  readonly _tag: "Volume"
  readonly paths: ReadonlyArray<string>
}

/** Sets the signal that stops a container. */
export interface StopSignal extends Placed {
  readonly _tag: "StopSignal"
  readonly signal: string
}

/** Durations are whole nanoseconds; 0, and an absent field, mean Docker's default. */
export interface HealthProbe {
  readonly command: CommandLine
  readonly interval?: number
  readonly timeout?: number
  readonly startPeriod?: number
  readonly startInterval?: number
  readonly retries?: number
}

/** Says how a container tells whether it is well. */
export interface Healthcheck extends Placed {
  readonly _tag: "Healthcheck"
  readonly check: "none" | HealthProbe
}

/** Sets what a container runs, or the arguments of its entry point. */
export interface Cmd extends Placed {
  readonly _tag: "Cmd"
  readonly command: CommandLine
}

/** Sets the program a container runs. */
export interface Entrypoint extends Placed {
  readonly _tag: "Entrypoint"
  readonly command: CommandLine
}

/** An instruction for whoever builds on this image. `trigger` is what the image's config stores. */
export interface OnBuild extends Placed {
  readonly _tag: "OnBuild"
  readonly trigger: string
  readonly instruction: StageInstruction
}

/** What may stand in a stage after its FROM. */
export type StageInstruction =
  | Run
  | Copy
  | Add
  | Env
  | Arg
  | Label
  | Maintainer
  | Workdir
  | User
  | Shell
  | Expose
  | Volume
  | StopSignal
  | Healthcheck
  | Cmd
  | Entrypoint
  | OnBuild

/** Every instruction. */
export type Instruction = From | StageInstruction
