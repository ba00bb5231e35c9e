import type { PortRequest } from "@gantry/core/network/Network"
import * as Effect from "effect/Effect"
import { parsePublish } from "../argv/values/publish.ts"
import { given, valuesOf } from "./read-values.ts"
import type { Usage } from "./Usage.ts"

/** The ports that values of `--publish` ask for; `option` is what messages call the place where they stand. */
export const publicationsOf = (
  option: string,
  texts: ReadonlyArray<string>
): Effect.Effect<ReadonlyArray<PortRequest>, Usage> =>
  Effect.map(valuesOf(option, texts, parsePublish), (ports) =>
    ports.flat().map(({ containerPort, hostIp, hostPort, protocol, proxied }) => ({
      containerPort,
      protocol,
      ...given("proxied", proxied),
      ...given("hostIp", hostIp),
      ...given("hostPort", hostPort === 0 ? undefined : hostPort)
    }))
  )
