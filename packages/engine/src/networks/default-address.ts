import type { PortRequest } from "@gantry/core/network/Network"
import { Settings } from "@gantry/core/Settings"
import * as Effect from "effect/Effect"

/**
 * Ports that name no address of the host, on the one that {@link Settings} have for them, on all addresses without it; and
 * proxied or not as the settings say, where that is left open.
 */
export const onDefaultAddress = (
  ports: ReadonlyArray<PortRequest>
): Effect.Effect<ReadonlyArray<PortRequest>, never, Settings> =>
  Effect.map(Settings, ({ publishAddress: hostIp, publishProxied: proxied = false }) =>
    ports.map((port) => ({
      ...(hostIp === undefined ? {} : { hostIp }),
      ...(proxied && port.protocol !== "sctp" ? { proxied } : {}),
      ...port
    }))
  )
