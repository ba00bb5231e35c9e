import type { PortRequest } from "@gantry/core/network/Network"
import { Settings } from "@gantry/core/Settings"
import * as Effect from "effect/Effect"

/** Ports that name no address of the host, on the one that {@link Settings} have for them; on all addresses without it. */
export const onDefaultAddress = (
  ports: ReadonlyArray<PortRequest>
): Effect.Effect<ReadonlyArray<PortRequest>, never, Settings> =>
  Effect.map(Settings, ({ publishAddress: hostIp }) =>
    hostIp === undefined ? ports : ports.map((port) => ({ hostIp, ...port }))
  )
