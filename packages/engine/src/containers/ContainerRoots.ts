import { randomBytes } from "node:crypto"
import type { ContainerSpec } from "@gantry/core/runtime/ContainerSpec"
import type { LauncherShape } from "@gantry/core/runtime/Launcher"
import { NotRunning, type RuntimeError } from "@gantry/core/runtime/RuntimeError"
import { O_CLOEXEC, O_DIRECTORY, O_PATH, SIGKILL } from "@gantry/linux/constants"
import { loadSyscallsSync } from "@gantry/linux/load"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Launched, LaunchRequest } from "../supervisor/launch.ts"
import { isAlive, type ProcessMark } from "../supervisor/state.ts"
import type { ContainerRecord } from "./ContainerRecord.ts"

/** The files of containers, as their processes see them. */
export interface ContainerRootsShape {
  /**
   * A descriptor (`O_PATH`) of a container's root directory, with its volumes and other mounts in place, while the scope
   * is open. A running container's own root, or that of a process which holds the files of one that does not run. Paths
   * are to be resolved inside of it (`RESOLVE_IN_ROOT`): what it holds may be hostile, and may change at any time.
   */
  readonly open: (container: Pick<ContainerRecord, "id" | "spec">) => Effect.Effect<number, RuntimeError, Scope.Scope>
}

/** The service tag of {@link ContainerRootsShape}: an ability of local runtimes. */
export class ContainerRoots extends Context.Tag("@gantry/engine/ContainerRoots")<
  ContainerRoots,
  ContainerRootsShape
>() {}

/** What {@link openRoot} uses of the runtime. */
export interface RootTools {
  readonly firstProcess: (id: string) => Effect.Effect<ProcessMark, NotRunning>
  readonly hold: LauncherShape["hold"]
  readonly launching: (
    container: string,
    command: string,
    request: LaunchRequest
  ) => Effect.Effect<Launched, RuntimeError>
}

/** See {@link ContainerRootsShape.open}. */
export const openRoot =
  ({ firstProcess, hold, launching }: RootTools): ContainerRootsShape["open"] =>
  ({ id, spec }) =>
    Effect.gen(function* () {
      const running = yield* Effect.option(firstProcess(id))
      if (running._tag === "Some") {
        const fd = yield* rootOf(running.value.pid, id)
        // A number is given to another process only after this one is gone, so it was this one's root if it is not.
        if (isAlive(running.value)) return fd
      }
      const held = yield* Effect.acquireRelease(
        launching(id, "", holdRequest(hold(quiet(spec)))),
        ({ ended, signal }) =>
          Effect.promise(() => {
            signal(SIGKILL)
            return ended
          })
      )
      return yield* rootOf(held.pid, id)
    })

const holdRequest = (plan: LaunchRequest["plan"]): LaunchRequest => ({
  plan,
  stdin: true,
  wiring: [],
  onOutput: () => undefined
})

/** Only what the files of a container depend on. */
const quiet = (spec: ContainerSpec): ContainerSpec => ({
  ...spec,
  // Nothing may take the holder for the container itself.
  id: randomBytes(32).toString("hex"),
  process: { ...spec.process, tty: false },
  wiring: [],
  devices: [],
  init: false
})

const rootOf = (pid: number, container: string): Effect.Effect<number, NotRunning, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.try({
      try: () => loadSyscallsSync().open(`/proc/${pid}/root`, O_PATH | O_DIRECTORY | O_CLOEXEC),
      catch: () => new NotRunning({ container })
    }),
    (fd) => Effect.sync(() => loadSyscallsSync().close(fd))
  )
