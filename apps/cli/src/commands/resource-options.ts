import type { Resources } from "@gantry/core/runtime/ContainerSpec"
import * as Effect from "effect/Effect"
import type { Values } from "../argv/Option.ts"
import type { update } from "../argv/tables/lifecycle.ts"
import { parseBytes, parseSwapBytes } from "../argv/values/bytes.ts"
import { parseCpus } from "../argv/values/cpus.ts"
import { given, optionalOf } from "./read-values.ts"
import type { Usage } from "./Usage.ts"

type All = Values<typeof update.options>
type Options = Pick<All, "cpuShares" | "cpus" | "cpusetCpus" | "memory" | "memorySwap"> &
  Partial<Pick<All, "pidsLimit">>

/** The limits that were asked for. */
export const resourcesOf = (options: Options): Effect.Effect<Resources, Usage> =>
  Effect.gen(function* () {
    return {
      ...given("memoryBytes", yield* optionalOf("-m, --memory", options.memory, parseBytes)),
      ...given("memorySwapBytes", yield* optionalOf("--memory-swap", options.memorySwap, parseSwapBytes)),
      ...given("nanoCpus", yield* optionalOf("--cpus", options.cpus, parseCpus)),
      ...given("cpuShares", options.cpuShares),
      ...given("cpusetCpus", options.cpusetCpus),
      ...given("pids", options.pidsLimit)
    }
  })
