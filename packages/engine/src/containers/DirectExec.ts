import type { ProcessSpec } from "@gantry/core/runtime/ContainerSpec"
import type { Session } from "@gantry/core/runtime/Runtime"
import type { RuntimeError } from "@gantry/core/runtime/RuntimeError"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"

/** A process in a container that has the caller's own standard streams: nothing is copied on the way. */
export interface DirectExecShape {
  /**
   * Starts a process in a running container on the caller's descriptors 0 to 2: standard input only if asked, output
   * unless it is to be discarded. Not for terminals: those need a terminal of the container. Absent when the runtime
   * that serves is not one of this machine, or not the engine's own: its `exec` is the way then.
   */
  readonly exec?: (
    id: string,
    process: ProcessSpec,
    options: { readonly stdin: boolean; readonly privileged: boolean; readonly discard: boolean }
  ) => Effect.Effect<Pick<Session, "exit" | "signal">, RuntimeError>
}

/** The service tag of {@link DirectExecShape}: an ability of local runtimes, for the CLI. */
export class DirectExec extends Context.Tag("@gantry/engine/DirectExec")<DirectExec, DirectExecShape>() {}
