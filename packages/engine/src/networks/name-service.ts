import type { Attachment } from "@gantry/core/network/Network"
import type { NameService } from "@gantry/core/runtime/Runtime"
import type { ContainerRecord } from "../containers/ContainerRecord.ts"
import { isUserDefined } from "./NetworkWish.ts"

/** Where containers find their resolver: an address of their own loopback. Other engines use the same. */
export const resolverAddress = "127.0.0.11"

/** The networks in which a container finds others by name: those that the user made. */
export const namedNetworks = (attachments: ReadonlyArray<Attachment>): ReadonlyArray<string> =>
  attachments
    .filter(({ address, network }) => address !== undefined && isUserDefined(network))
    .map(({ network }) => network)

/** What the resolver of a container answers; undefined for one that has none, as in the default network. */
export const nameServiceOf = (
  { options }: { readonly options: Pick<ContainerRecord["options"], "dns"> },
  attachments: ReadonlyArray<Attachment>,
  database: string
): NameService | undefined => {
  const networks = namedNetworks(attachments)
  if (networks.length === 0) return undefined
  // Questions are a way out, too: names can carry what a closed network is there to keep.
  return {
    database,
    networks,
    servers: options.dns,
    forwards: attachments.some(({ gateway }) => gateway !== undefined)
  }
}
