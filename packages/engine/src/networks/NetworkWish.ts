import { type Attachment, isBuiltIn } from "@gantry/core/network/Network"

/** A network that a container is to be in whenever it runs. Plain data. */
export interface NetworkWish {
  /** `bridge`, `none`, `host`, `container:<id>`, or the name of a network. */
  readonly network: string
  /** Names for which it answers there besides its own. */
  readonly aliases: ReadonlyArray<string>
  /** A certain IPv4 address; any free one when absent. */
  readonly address?: string
  /** A certain IPv6 address; any free one of a network that has them when absent. */
  readonly address6?: string
  /** A certain hardware address, `02:42:…`; the network's choice when absent. */
  readonly mac?: string
  /** The way out leads through the network with the highest; through the earliest of several. */
  readonly priority: number
}

/** What no `--network` means. */
export const defaultWish: NetworkWish = { network: "bridge", aliases: [], priority: 0 }

/** What a network mode that shares another container's network begins with. */
const sharing = "container:"

/** The container whose network is shared, as `--network container:…` names it; undefined for other networks. */
export const sharedWith = (network: string): string | undefined =>
  network.startsWith(sharing) ? network.slice(sharing.length) : undefined

/** Whether a network was made by the user: containers answer to names there, and may choose their address. */
export const isUserDefined = (network: string): boolean => !isBuiltIn(network) && sharedWith(network) === undefined

/** Whether an attachment is what a wish asks for, which may name its network by ID. */
export const fulfils = (
  { network, networkId }: Pick<Attachment, "network" | "networkId">,
  wish: Pick<NetworkWish, "network">
): boolean => wish.network === network || wish.network === networkId
