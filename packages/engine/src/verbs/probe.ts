import { SIGKILL } from "@gantry/linux/constants"
import type { HealthCheck } from "@gantry/core/runtime/ContainerState"
import { Runtime } from "@gantry/core/runtime/Runtime"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { ContainerRecord, HealthSettings } from "../containers/ContainerRecord.ts"

/** Most bytes of output that are kept; Docker's number. */
const longestOutput = 4096

/** The words of the command. Spec: Dockerfile reference, HEALTHCHECK. */
const commandOf = ({ shell, test: [kind = "", ...words] }: HealthSettings): ReadonlyArray<string> =>
  kind === "CMD-SHELL" ? [...shell, ...words] : words

/**
 * Looks at a container's health once: runs its command in it, as its own user and with its own environment. A command
 * that cannot be run, or does not end in time, is a failed look; it is killed then.
 */
export const probe = (
  { spec, id }: Pick<ContainerRecord, "id" | "spec">,
  settings: HealthSettings
): Effect.Effect<HealthCheck, never, Runtime> =>
  Effect.gen(function* () {
    const start = yield* Clock.currentTimeMillis
    const runtime = yield* Runtime
    const ended = yield* Effect.either(
      Effect.gen(function* () {
        const process = { ...spec.process, argv: commandOf(settings), tty: false }
        const session = yield* runtime.exec(id, process, { stdin: false, privileged: false })
        const kept: Array<Uint8Array> = []
        let size = 0
        const listen = Stream.runForEach(session.output, ({ bytes }) =>
          Effect.sync(() => {
            if (size < longestOutput) kept.push(bytes.slice(0, longestOutput - size))
            size += bytes.length
          })
        )
        const exit = yield* Effect.timeoutOption(Effect.zipRight(listen, session.exit), settings.timeout)
        if (Option.isSome(exit)) return { exitCode: exit.value.code, output: Buffer.concat(kept).toString() }
        yield* session.signal(SIGKILL)
        const limit = `${settings.timeout / 1000}s`
        return { exitCode: -1, output: `Health check exceeded timeout (${limit}): ${Buffer.concat(kept).toString()}` }
      })
    )
    const end = yield* Clock.currentTimeMillis
    return ended._tag === "Right"
      ? { start, end, ...ended.right }
      : { start, end, exitCode: -1, output: ended.left.message }
  }).pipe(Effect.scoped)
