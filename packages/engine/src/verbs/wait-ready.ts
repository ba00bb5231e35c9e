import { connect } from "node:net"
import type { PublishedPort } from "@gantry/core/network/Network"
import { isLive } from "@gantry/core/runtime/ContainerState"
import { Runtime } from "@gantry/core/runtime/Runtime"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { ContainerRecord } from "../containers/ContainerRecord.ts"
import { Containers } from "../containers/Containers.ts"
import { addressesOf } from "../networks/addresses-of.ts"
import { NotReady } from "../EngineError.ts"

/** Pause between two looks, in milliseconds. */
const pace = 50

/**
 * Waits until a container that was started is ready: healthy when it has a health check, else until something listens
 * behind its first published TCP port, else at once.
 *
 * Fails with `NotReady` when it ends or becomes unhealthy, or is not ready after `limit` milliseconds.
 */
export const waitReady = (
  record: ContainerRecord,
  limit: number
): Effect.Effect<void, NotReady | StorageFailure, Containers | Runtime> =>
  Effect.gen(function* () {
    const runtime = yield* Runtime
    const attachments = yield* (yield* Containers).attachmentsOf(record.id)
    const attachment = attachments.find(({ ports }) => ports.some(({ protocol }) => protocol === "tcp"))
    const port = attachment?.ports.find(({ protocol }) => protocol === "tcp")
    const addresses = attachment === undefined ? [] : addressesOf(attachment)
    const sign = record.options.health !== undefined ? "it was not healthy" : port === undefined ? "" : portSign(port)
    const look: Effect.Effect<void, NotReady> = Effect.gen(function* () {
      const state = yield* runtime.state(record.id)
      if (!isLive(state)) {
        const code = state.status === "exited" ? ` with ${state.exit.code}` : ""
        return yield* new NotReady({ container: record.name, why: `it ended${code}` })
      }
      const health = state.status === "running" ? state.health : "starting"
      if (health === "unhealthy") return yield* new NotReady({ container: record.name, why: "it is unhealthy" })
      const isReady =
        state.status === "running" &&
        (record.options.health !== undefined
          ? health === "healthy"
          : port === undefined ||
            addresses.length === 0 ||
            (yield* Effect.exists(addresses, (address) => answers(address, port))))
      if (isReady) return
      yield* Effect.sleep(pace)
      return yield* look
    })
    const done = yield* Effect.timeoutOption(look, limit)
    if (Option.isNone(done)) {
      return yield* new NotReady({ container: record.name, why: `${sign} after ${limit / 1000} s` })
    }
  })

const portSign = ({ containerPort }: PublishedPort) => `nothing listened on its port ${containerPort}`

/** Whether something takes connections at a port of the container. */
const answers = (host: string, { containerPort }: PublishedPort): Effect.Effect<boolean> =>
  Effect.async((resume) => {
    const socket = connect({ host, port: containerPort, timeout: 1000 })
    const end = (found: boolean) => () => {
      socket.destroy()
      resume(Effect.succeed(found))
    }
    socket.once("connect", end(true))
    socket.once("error", end(false))
    socket.once("timeout", end(false))
    return Effect.sync(() => void socket.destroy())
  })
