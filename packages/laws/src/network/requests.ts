import { attached, type AttachRequest, type PortRequest } from "@gantry/core/network/Network"
import * as Effect from "effect/Effect"

/** What the container with this number asks for. */
export const request = (index: number, ports: ReadonlyArray<PortRequest> = [], network = "bridge"): AttachRequest => ({
  container: `law${index}`,
  containerName: `name-of-law${index}`,
  network,
  ports
})

/** Attaches for as long as the sample lasts. A port that is taken is one of the outcomes. */
export const tryAttached = (wish: AttachRequest) => Effect.either(attached(wish))
