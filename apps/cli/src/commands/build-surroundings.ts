import type { Surroundings } from "@gantry/engine/steps/Surroundings"
import * as Effect from "effect/Effect"
import type { inputs } from "../argv/tables/build.ts"
import type { Values } from "../argv/Option.ts"
import { parseAddHost } from "../argv/values/add-host.ts"
import { parseUlimit } from "../argv/values/ulimit.ts"
import { given, valuesOf } from "./read-values.ts"
import { resourcesOf, shmOf } from "./resource-options.ts"
import { runtimeOf } from "./runtime-option.ts"
import type { Usage } from "./Usage.ts"

/** The options about the containers that commands run in. */
export const surroundingsOf = (options: Values<typeof inputs>): Effect.Effect<Surroundings, Usage> =>
  Effect.gen(function* () {
    const hosts = yield* valuesOf("--add-host", options.addHost, parseAddHost)
    const rlimits = yield* valuesOf("--ulimit", options.ulimit, parseUlimit)
    return {
      hosts: hosts.map(({ address, host }) => ({ name: host, address })),
      rlimits: rlimits.map(({ hard, soft, type }) => ({ name: type, soft, hard })),
      ...given("shmBytes", yield* shmOf(options.shmSize)),
      ...given("runtime", yield* runtimeOf(options.runtime)),
      resources: yield* resourcesOf(options)
    }
  })
