/** An IPv6 address of a container's end of a link. */
export interface Ipv6Place {
  /** As RFC 5952 spells it, without prefix length. */
  readonly address: string
  readonly prefixLength: number
  /** Default route; absent in a network without a way out. */
  readonly gateway?: string
}

/**
 * How one network connection of a container is made once its network namespace exists. Plain data: a network plugin
 * decides it ahead, whoever launches the container carries it out at every start, and the kernel undoes it when the
 * namespace ends.
 */
export type Wiring =
  /** The container uses the host's network namespace. */
  | { readonly type: "host" }
  /** The container joins the network namespace of a running process. */
  | { readonly type: "join"; readonly path: string }
  /** A pair of virtual interfaces: one end on a bridge of the host, the other in the container. */
  | {
      readonly type: "veth"
      /** Bridge on the host that the host end joins. */
      readonly bridge: string
      /** Name of the host end, at most 15 bytes. */
      readonly link: string
      /** Name of the container's end: `eth0`. */
      readonly name: string
      /** `02:42:…`, of the container's end. */
      readonly mac: string
      /** IPv4, dotted, without prefix length. */
      readonly address: string
      readonly prefixLength: number
      /** Default route; absent in a network without a way out. */
      readonly gateway?: string
      /** Absent in a network without IPv6. */
      readonly ipv6?: Ipv6Place
      readonly mtu?: number
      /** What leaves by the host end does not reach other links of the bridge that are apart, too. */
      readonly apart?: true
    }
