import * as Data from "effect/Data"

/**
 * The command is not in the container's file system, or not on its PATH; or, which `lacks` says then, what would run it is not.
 * Exit status 127.
 */
export class CommandNotFound extends Data.TaggedError("CommandNotFound")<{
  readonly container: string
  readonly command: string
  readonly lacks?: string
}> {
  override get message() {
    if (this.lacks === undefined && !this.command.includes("/")) {
      return `exec: "${this.command}": executable file not found in $PATH`
    }
    return `exec: "${this.command}": no such file or directory`
  }
}

/** The command is there and cannot be run: no permission, a directory, a wrong format. Exit status 126. */
export class CommandNotExecutable extends Data.TaggedError("CommandNotExecutable")<{
  readonly container: string
  readonly command: string
  readonly why: string
}> {
  override get message() {
    return `exec: "${this.command}": ${this.why}`
  }
}

/** The host cannot isolate as asked: a namespace, a mount, a right is missing. Exit status 125. */
export class IsolationRefused extends Data.TaggedError("IsolationRefused")<{
  readonly container: string
  /** What was being done: `mount /proc`, `join network`. */
  readonly stage: string
  readonly why: string
}> {
  override get message() {
    return `could not ${this.stage}: ${this.why}`
  }
}

/** There is no running container of that id. */
export class NotRunning extends Data.TaggedError("NotRunning")<{ readonly container: string }> {
  override get message() {
    return `container ${this.container} is not running`
  }
}

/** How a runtime can fail a caller. */
export type RuntimeError = CommandNotFound | CommandNotExecutable | IsolationRefused | NotRunning
