/** What a container's `/etc/hosts` is made of. */
export interface HostsRequest {
  /** Host name of the container; its domain may be a part of it. */
  readonly hostname: string
  /** Domain of the container. */
  readonly domain?: string
  /** Addresses of the container itself; empty when it has none of its own. */
  readonly addresses: ReadonlyArray<string>
  /** Names added by the user, in order. The address may be {@link hostGateway}. */
  readonly extra: ReadonlyArray<{ readonly name: string; readonly address: string }>
  /** The address at which the container finds the host: what {@link hostGateway} stands for. */
  readonly gateway: string
}

/** The word that stands for the address of the host in an added name. */
export const hostGateway = "host-gateway"

/** Names that every container knows. */
const everywhere: ReadonlyArray<readonly [address: string, names: string]> = [
  ["127.0.0.1", "localhost"],
  ["::1", "localhost ip6-localhost ip6-loopback"],
  ["fe00::", "ip6-localnet"],
  ["ff00::", "ip6-mcastprefix"],
  ["ff02::1", "ip6-allnodes"],
  ["ff02::2", "ip6-allrouters"]
]

/**
 * Contents of a container's `/etc/hosts`: the names everybody knows, those added by the user, and the container's own.
 * Resolvers take the first line that fits, so an added name wins over the container's own.
 *
 * Spec: hosts(5).
 */
export const hostsFile = ({ addresses, domain, extra, gateway, hostname }: HostsRequest): string => {
  const whole = domain === undefined || domain === "" ? hostname : `${hostname}.${domain}`
  const [bare = ""] = whole.split(".")
  const own = bare === "" || bare === whole ? whole : `${whole} ${bare}`
  const lines = [
    ...everywhere,
    ...extra.map(({ address, name }) => [address === hostGateway ? gateway : address, name] as const),
    ...addresses.map((address) => [address, own] as const)
  ]
  return lines.map(([address, names]) => `${address}\t${names}\n`).join("")
}
