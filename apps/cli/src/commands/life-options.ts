import type { HealthWish } from "@gantry/engine/containers/RunOptions"
import type { HealthRule, RestartRule } from "@gantry/core/runtime/Runtime"
import * as Effect from "effect/Effect"
import { bad, good, type Result } from "../argv/Result.ts"
import type { Values } from "../argv/Option.ts"
import type { create } from "../argv/tables/run.ts"
import { readDuration } from "@gantry/core/duration"
import { parseRestart } from "../argv/values/restart.ts"
import { given, optionalOf, unlessEmpty, valueOf } from "./read-values.ts"
import { badValue, refused, type Usage } from "./Usage.ts"

type Options = Values<typeof create.options>

/** Docker stores nanoseconds and refuses what is less than a millisecond and not 0. */
const shortest = 1_000_000n

/** Milliseconds; absent for 0, which stands for the usual. `field` is what Docker's daemon calls it. */
const timeOf = (field: string, option: string, text: string | undefined): Effect.Effect<number | undefined, Usage> =>
  Effect.gen(function* () {
    const time = yield* optionalOf(option, text, readDuration)
    if (time === undefined || time === 0n) return undefined
    if (time < 0n) return yield* badValue(`${option} cannot be negative`)
    if (time >= shortest) return Number(time / shortest)
    return yield* refused(`${field} in Healthcheck cannot be less than 1ms`, `give ${option} a unit, such as 30s`)
  })

const reactions = ["none", "kill", "restart", "stop"] as const

const parseReaction = (text: string): Result<HealthRule["onFailure"]> => {
  const found = reactions.find((each) => each === text)
  return found === undefined ? bad(`use one of ${reactions.join(", ")}`) : good(found)
}

/** `--restart`, and `--rm` where there is one. */
export const restartOf = (options: {
  readonly restart: string | undefined
  readonly rm: boolean
}): Effect.Effect<RestartRule | undefined, Usage> =>
  Effect.gen(function* () {
    if (options.restart === undefined) return undefined
    const { maximumRetryCount, name } = yield* valueOf("--restart", options.restart, parseRestart(options.restart))
    if (options.rm && name !== "no")
      return yield* badValue("conflicting options: cannot specify both --restart and --rm")
    return { policy: name, most: maximumRetryCount }
  })

/** `--health-*` and `--no-healthcheck`. */
export const healthOf = (options: Options): Effect.Effect<HealthWish | undefined, Usage> =>
  Effect.gen(function* () {
    const rule = {
      ...given("interval", yield* timeOf("Interval", "--health-interval", options.healthInterval)),
      ...given("timeout", yield* timeOf("Timeout", "--health-timeout", options.healthTimeout)),
      ...given("startPeriod", yield* timeOf("StartPeriod", "--health-start-period", options.healthStartPeriod)),
      ...given("startInterval", yield* timeOf("StartInterval", "--health-start-interval", options.healthStartInterval)),
      ...given("onFailure", yield* optionalOf("--health-on-failure", options.healthOnFailure, parseReaction)),
      ...given("retries", options.healthRetries === 0 ? undefined : options.healthRetries)
    }
    if ((options.healthRetries ?? 0) < 0) return yield* badValue("--health-retries cannot be negative")
    const command = unlessEmpty(options.healthCmd)
    const test = command === undefined ? {} : { test: ["CMD-SHELL", command] }
    const says = Object.keys(rule).length > 0 || command !== undefined
    if (options.noHealthcheck) {
      return says ? yield* badValue("--no-healthcheck conflicts with --health-* options") : { none: true }
    }
    return says ? { none: false, ...test, ...rule } : undefined
  })

/** `--timeout`, in seconds; absent for never. */
export const timeLimitOf = (seconds: number | undefined): Effect.Effect<number | undefined, Usage> => {
  if (seconds !== undefined && seconds < 0) return badValue("--timeout cannot be negative")
  return Effect.succeed(seconds === 0 ? undefined : seconds)
}
