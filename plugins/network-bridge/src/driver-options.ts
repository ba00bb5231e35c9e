import { parseAddress } from "./Ipv4.ts"
import { anyAddress } from "./port-choice.ts"
import { usualMtu } from "./usual-mtu.ts"

/** What options of the driver ask for. */
export interface DriverOptions {
  /** Name of the bridge on the host. */
  readonly bridge?: string
  /** Bytes of the longest packet. */
  readonly mtu?: number
  /** Whether containers of the network reach each other otherwise than by published ports. */
  readonly together: boolean
  /** Whether what leaves the network has the host's address. */
  readonly masquerade: boolean
  /** Address of the host on which ports are published that name none: `0.0.0.0` for all. */
  readonly hostIp?: string
}

type Options = { readonly [name: string]: string }

const names = {
  bridge: "com.docker.network.bridge.name",
  hostIp: "com.docker.network.bridge.host_binding_ipv4",
  masquerade: "com.docker.network.bridge.enable_ip_masquerade",
  mtu: "com.docker.network.driver.mtu",
  together: "com.docker.network.bridge.enable_icc"
} as const

const known: ReadonlyArray<string> = Object.values(names)

/** Bytes that every IPv4 host has to take, and the most that a virtual link carries. */
const [leastMtu, mostMtu] = [68, 65_535]

const yes: ReadonlyArray<string> = ["1", "t", "T", "TRUE", "true", "True"]
const no: ReadonlyArray<string> = ["0", "f", "F", "FALSE", "false", "False"]

/** What is wrong with options of the driver; undefined when they can be had. Their names are Docker's. Pure. */
const problemOf = (options: Options): string | undefined => {
  const unknown = Object.keys(options).find((name) => !known.includes(name))
  if (unknown !== undefined) {
    return `option ${unknown} is not supported; there are ${known.slice(0, -1).join(", ")} and ${known.at(-1)}`
  }
  for (const name of [names.together, names.masquerade]) {
    const text = options[name]
    if (text !== undefined && ![...yes, ...no].includes(text)) return `${name} is true or false, not "${text}"`
  }
  const { [names.bridge]: bridge, [names.hostIp]: hostIp, [names.mtu]: mtu } = options
  if (bridge !== undefined && !/^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$/.test(bridge)) {
    return `${bridge} is not a name of a link: at most 15 letters, digits, _ . and -`
  }
  if (hostIp !== undefined && parseAddress(hostIp) === undefined) return `${hostIp} is not an IPv4 address of this host`
  const bytes = Number(mtu ?? usualMtu)
  return Number.isInteger(bytes) && bytes >= leastMtu && bytes <= mostMtu
    ? undefined
    : `MTU ${mtu} is not a number from ${leastMtu} to ${mostMtu}`
}

/** Reads options of the driver, which are in order: a network on record has passed {@link readDriverOptions}. Pure. */
export const driverOptionsOf = (options: Options = {}): DriverOptions => {
  const { [names.bridge]: bridge, [names.hostIp]: hostIp, [names.mtu]: mtu } = options
  return {
    together: !no.includes(options[names.together] ?? ""),
    masquerade: !no.includes(options[names.masquerade] ?? ""),
    ...(bridge === undefined ? {} : { bridge }),
    ...(mtu === undefined ? {} : { mtu: Number(mtu) }),
    ...(hostIp === undefined ? {} : { hostIp })
  }
}

/** {@link driverOptionsOf}, or which of them cannot be had and why. Pure. */
export const readDriverOptions = (options: Options = {}): DriverOptions | { readonly problem: string } => {
  const problem = problemOf(options)
  return problem === undefined ? driverOptionsOf(options) : { problem }
}

/** Ports that name no address of the host, on the one that the network has for them. */
export const boundTo = <Port extends { readonly hostIp?: string }>(
  network: { readonly options?: Options } | undefined,
  ports: ReadonlyArray<Port>
): ReadonlyArray<Port> => {
  const { hostIp = anyAddress } = driverOptionsOf(network?.options)
  return hostIp === anyAddress ? ports : ports.map((port) => ({ hostIp, ...port }))
}
