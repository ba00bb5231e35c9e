import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Held from "../Held.ts"
import type { AddressesExhausted, NetworkError, NetworkMissing, NetworkRefused, PortTaken } from "./NetworkError.ts"
import type { Ipv6Place, Wiring } from "./Wiring.ts"

/** A port of the container that the host answers on, as asked for. */
export interface PortRequest {
  /** IPv4 or IPv6 address of the host; absent for all addresses. */
  readonly hostIp?: string
  /** One port, a range to pick one free port from, or absent for any free port. */
  readonly hostPort?: number | { readonly first: number; readonly last: number }
  readonly containerPort: number
  readonly protocol: "tcp" | "udp" | "sctp"
  /**
   * Whether a process of the host carries the bytes, so that its rules for incoming packets count and the container sees
   * the host as the client. Otherwise the kernel may translate addresses before those rules.
   */
  readonly proxied?: boolean
}

/** A port as it was published: all choices made. */
export interface PublishedPort {
  /** `0.0.0.0` for all addresses (IPv6 ones too), or one address. */
  readonly hostIp: string
  readonly hostPort: number
  readonly containerPort: number
  readonly protocol: "tcp" | "udp" | "sctp"
  /** Set where the kernel translates nothing. */
  readonly proxied?: boolean
}

/** What a container wants from one network. */
export interface AttachRequest {
  /** The container's id: the same container asking twice gets the same attachment. */
  readonly container: string
  /** How people call the container, for messages. */
  readonly containerName: string
  /** `bridge`, `none`, `host`, or a name given by the user. */
  readonly network: string
  readonly ports: ReadonlyArray<PortRequest>
  /** A wish for a certain IPv4 address. */
  readonly address?: string
  /** A wish for a certain IPv6 address, which only a network with {@link NetworkInfo.ipv6} can fulfil. */
  readonly address6?: string
  /** A wish for a certain hardware address: six bytes in hexadecimal with colons. */
  readonly mac?: string
  /** Name of the container's end of the link; `eth0` when absent. */
  readonly link?: string
  /** The attachment is worth nothing once the calling process is gone: whoever finds it then may take it back. */
  readonly transient?: boolean
}

/** One container's place in one network. Enough to undo it after a crash; plain data. */
export interface Attachment {
  /** The plugin that made it, and the only one that may release it. */
  readonly driver: string
  readonly network: string
  /** 64 hex digits; absent for none and host. */
  readonly networkId?: string
  readonly container: string
  /** IPv4 address inside the container, without prefix length; absent for none and host. */
  readonly address?: string
  readonly prefixLength?: number
  readonly gateway?: string
  /** Its IPv6 address; absent in a network without IPv6. */
  readonly ipv6?: Ipv6Place
  readonly mac?: string
  readonly ports: ReadonlyArray<PublishedPort>
  /** What whoever launches the container must do; none means loopback only. */
  readonly wiring: ReadonlyArray<Wiring>
}

/** Further ports of a container that is attached already. */
export type PublishRequest = Pick<AttachRequest, "container" | "containerName" | "network" | "ports">

/** The networks that are always there. */
export const builtInNetworks: ReadonlyArray<string> = ["bridge", "host", "none"]

/** Whether a network is one of {@link builtInNetworks}. */
export const isBuiltIn = (name: string): boolean => builtInNetworks.includes(name)

/** Which addresses of one kind a network gives out. */
export interface AddressPlan {
  /** The part of the subnet that addresses are chosen from, in CIDR form; all of it when absent. */
  readonly range?: string
  /** Addresses that nobody gets, by what they are for. */
  readonly reserved?: { readonly [purpose: string]: string }
}

/** The IPv6 addresses of a network that has them besides its IPv4 ones. Spelled as RFC 5952 has it. */
export interface Ipv6Network extends AddressPlan {
  /** CIDR form. */
  readonly subnet: string
  /** The host's address in the network. */
  readonly gateway: string
}

/** Which IPv4 addresses of a network are given out, and how its driver makes it. */
export interface NetworkPlan extends AddressPlan {
  /** Options of the driver, by its own names. It refuses those that it does not know. */
  readonly options?: { readonly [name: string]: string }
}

/** A network as lists show it. */
export interface NetworkInfo extends NetworkPlan {
  readonly id: string
  readonly name: string
  readonly driver: string
  /** IPv4 in CIDR form; absent for none and host. */
  readonly subnet?: string
  readonly gateway?: string
  /** Absent in a network whose members have IPv4 addresses alone. */
  readonly ipv6?: Ipv6Network
  readonly internal: boolean
  readonly labels: { readonly [name: string]: string }
  /** Milliseconds since 1970; absent where nothing was made. */
  readonly createdAt?: number
}

/** What a network plugin can do on this host beyond what each has to. */
export interface NetworkAbilities {
  /** Networks can have IPv6 addresses besides IPv4 ones. When false, `create` refuses them and says why. */
  readonly ipv6: boolean
}

/** Private networks: what a network plugin writes and the engine uses. */
export interface NetworkShape {
  /** Absent: nothing beyond what each has to, and the engine does not ask for more. */
  readonly abilities?: NetworkAbilities
  /**
   * Leases an address and publishes the ports, before any process of the container runs. Nothing is left after a
   * failure. No two attachments held at once share an address (NET-1) or a host port.
   */
  readonly attach: (request: AttachRequest) => Effect.Effect<Attachment, NetworkError>
  /** Gives back address, ports and links. Succeeds when there is nothing left to undo (NET-2), also in another process. */
  readonly detach: (attachment: Pick<Attachment, "network" | "container">) => Effect.Effect<void, NetworkRefused>
  /**
   * Publishes further ports of a container that is attached already, all or none, and returns them with all choices made.
   * They go with the attachment. Fails with `NetworkRefused` when there is no such attachment (NET-15).
   */
  readonly publish: (request: PublishRequest) => Effect.Effect<ReadonlyArray<PublishedPort>, PortTaken | NetworkRefused>
  /**
   * Gives back some of a container's ports, and what a caller that was killed while it published left on the host. Those
   * that it does not have are no error (NET-16).
   */
  readonly unpublish: (held: Pick<Attachment, "network" | "container" | "ports">) => Effect.Effect<void, NetworkRefused>
  /**
   * Creates a network. Addresses that were not asked for come from its range, and reserved ones are nobody's (NET-19);
   * the subnet is chosen not to collide with the host's routes when absent. With `ipv6`, even an empty one, its members
   * have IPv6 addresses besides (NET-20); only where {@link NetworkAbilities} say so.
   */
  readonly create: (
    request: NetworkPlan & {
      readonly name: string
      readonly subnet?: string
      readonly gateway?: string
      readonly ipv6?: Partial<Ipv6Network>
      readonly internal?: boolean
      readonly labels?: { readonly [name: string]: string }
    }
  ) => Effect.Effect<NetworkInfo, AddressesExhausted | NetworkRefused>
  readonly remove: (name: string) => Effect.Effect<void, NetworkMissing | NetworkRefused>
  /**
   * Removes in one go those of the networks that are there and that nobody uses, and returns their names. A plugin that
   * has no quicker way than {@link NetworkShape.remove} leaves it out.
   */
  readonly removeUnused?: (names: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<string>, NetworkRefused>
  readonly list: Effect.Effect<ReadonlyArray<NetworkInfo>, NetworkRefused>
  /** Containers that hold an attachment, and their ports; transient ones are left out: for reconciliation. */
  readonly attached: Effect.Effect<ReadonlyArray<Pick<Attachment, "network" | "container" | "ports">>, NetworkRefused>
  /** Whether a host port could be published now; fails with `PortTaken` naming the holder. */
  readonly probe: (port: PortRequest) => Effect.Effect<void, PortTaken | NetworkRefused>
  /**
   * Takes away everything this engine has put on the host for networks: links, rules, leases. Containers that still run
   * lose their network. A second call does nothing; the next `attach` puts back what it needs.
   */
  readonly reset: Effect.Effect<void, NetworkRefused>
}

/** The service tag of {@link NetworkShape}. */
export class Network extends Context.Tag("@gantry/core/Network")<Network, NetworkShape>() {}

/** Attached for as long as the scope is open: what a build step uses. */
export const attached = (request: AttachRequest): Effect.Effect<Attachment, NetworkError, Network | Scope.Scope> =>
  Effect.flatMap(Network, (network) =>
    Held.scoped({
      acquire: network.attach(request),
      release: network.detach,
      describe: (attachment) => `address ${attachment.address ?? "none"} of ${attachment.container}`
    })
  )
