import type { RuntimeError } from "@gantry/core/runtime/RuntimeError"
import type { Session } from "@gantry/core/runtime/Runtime"
import type { LayerMissing, StorageFailure } from "@gantry/core/store/StoreError"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

/** A command of a build that ended with another status than 0, while all it stood on is still there. */
export interface FailedCommand {
  /** The instruction in one line. */
  readonly text: string
  readonly exitCode: number
  /** The shell that {@link open} runs. */
  readonly shell: string
  /**
   * Opens a shell where the command ran: same mounts, environment, directory, user and network. It sees the files as the
   * command left them, or as they were before it. What it changes is thrown away, and memory mounts are new.
   */
  readonly open: (how: {
    readonly files: "before" | "after"
    /** A terminal, with these variables besides. */
    readonly tty: boolean
    readonly env: ReadonlyArray<string>
  }) => Effect.Effect<Session, RuntimeError | LayerMissing | StorageFailure, Scope.Scope>
}
