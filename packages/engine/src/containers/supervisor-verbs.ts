import type { PublishedPort } from "@gantry/core/network/Network"
import type { ContainerSpec } from "@gantry/core/runtime/ContainerSpec"
import type { LaunchPlan } from "@gantry/core/runtime/Launcher"
import type { RuntimeShape } from "@gantry/core/runtime/Runtime"
import { IsolationRefused, NotRunning } from "@gantry/core/runtime/RuntimeError"
import { rootless } from "@gantry/linux/rootless"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { Conversation } from "../supervisor/client.ts"
import type { Control, Event } from "../supervisor/protocol.ts"

/** How long a supervisor may take to answer that it stands down. */
const mostStandingDown = "5 seconds"

/**
 * What the supervisor of a running container is asked for: to stand down, for other limits, ports and links. `launch`: how
 * it is launched next, with these links and files; throws when there is nothing left of its start.
 */
export const supervisorVerbs = (
  connect: (id: string) => Effect.Effect<Conversation, NotRunning>,
  launch: (spec: ContainerSpec) => LaunchPlan
): Pick<RuntimeShape, "changePorts" | "rewire" | "standDown" | "update"> => {
  /** Asks a supervisor for something, and waits for its answer of that type; none when the container ended before. */
  const ask = <Type extends Event["type"]>(id: string, control: Control, answer: Type) =>
    Effect.scoped(
      Effect.acquireRelease(connect(id), (each) => Effect.sync(each.close)).pipe(
        Effect.flatMap((conversation) =>
          Effect.promise(() => {
            conversation.tell(control)
            return conversation.event(answer) as Promise<Extract<Event, { readonly type: Type }> | undefined>
          })
        )
      )
    )

  // One that does not come to answer finds the wish when it does, and nobody who ends a container waits for that.
  const standDown: RuntimeShape["standDown"] = (id, ending) =>
    ask(id, { type: "stand-down", ...(ending === undefined ? {} : { ending }) }, "stands-down").pipe(
      // Without an answer it has ended before there was one.
      Effect.map((answer) => answer?.ends ?? true),
      Effect.timeoutTo({ duration: mostStandingDown, onTimeout: () => false, onSuccess: (ends) => ends }),
      Effect.catchTag("NotRunning", () => Effect.succeed(false))
    )

  const update: RuntimeShape["update"] = (id, change) =>
    Effect.flatMap(
      ask(id, { type: "update", change }, "updated"),
      (answer): Effect.Effect<void, IsolationRefused | NotRunning> => {
        if (answer === undefined) return new NotRunning({ container: id })
        const { why } = answer
        return why === undefined
          ? Effect.void
          : new IsolationRefused({ container: id, stage: "change its limits", why })
      }
    )

  const changePorts: RuntimeShape["changePorts"] = (id) =>
    Effect.gen(function* () {
      const conversation = yield* Effect.acquireRelease(connect(id), (each) => Effect.sync(each.close))
      const asked = (control: Control) => Effect.promise(() => conversation.ask(control, "port-change-noted"))
      if ((yield* asked({ type: "begin-port-change" })) === undefined) return yield* new NotRunning({ container: id })
      // Whoever failed half-way says nothing, so that the supervisor has it put right.
      yield* Effect.addFinalizer((exit) => (Exit.isSuccess(exit) ? asked({ type: "port-change-done" }) : Effect.void))
      return (ports, addresses) =>
        Effect.gen(function* () {
          const wish: Control = { type: "hold-ports", ports, ...(addresses === undefined ? {} : { addresses }) }
          const answer = yield* Effect.acquireUseRelease(
            Effect.promise(() => socketsFor(ports)),
            ({ sockets }) => Effect.promise(() => conversation.ask({ ...wish, ...sockets }, "ports-held")),
            ({ close }) => Effect.sync(close)
          )
          if (answer === undefined) return yield* new NotRunning({ container: id })
          const { refused } = answer
          if (refused === undefined) return
          const { hostIp, hostPort, protocol } = refused.port
          const stage = `publish port ${hostIp}:${hostPort}/${protocol}`
          return yield* new IsolationRefused({ container: id, stage, why: refused.why })
        })
    })

  const rewire: RuntimeShape["rewire"] = (spec, names) =>
    Effect.gen(function* () {
      const { files, id: container, wiring } = spec
      // It may have been removed meanwhile, with what it was started by.
      const plan = yield* Effect.try({ try: () => launch(spec), catch: () => new NotRunning({ container }) })
      const connection = { wiring, files }
      const wish: Control = { type: "rewire", connection, plan, ...(names === undefined ? {} : { names }) }
      const answer = yield* ask(container, wish, "rewired")
      if (answer === undefined) return yield* new NotRunning({ container })
      const { why } = answer
      if (why !== undefined) return yield* new IsolationRefused({ container, stage: "change its network", why })
    })

  return { changePorts, rewire, standDown, update }
}

/** The sockets that a supervisor needs for ports, as long as it has not taken them: none in the network of the host's root. */
const socketsFor = async (ports: ReadonlyArray<PublishedPort>) => {
  if (rootless() === undefined) return { sockets: {}, close: () => undefined }
  const [{ bindHostSocket }, { loadSyscallsSync }] = await Promise.all([
    import("./bind-host-socket.ts"),
    import("@gantry/linux/load")
  ])
  const sys = loadSyscallsSync()
  const sockets = ports.map((port) => bindHostSocket(sys, port) ?? null)
  return {
    sockets: { sockets },
    close: () => sockets.forEach((each) => each !== null && "fd" in each && sys.close(each.fd))
  }
}
