/** A port that a container exposes, and where it is published if it is. */
export interface ShownPort {
  /** `0.0.0.0`, or missing with a `hostPort`, means all addresses of both families. */
  readonly hostIp?: string
  readonly hostPort?: number
  readonly containerPort: number
  readonly protocol: string
}

/**
 * The PORTS column. Neighbouring ports of one address that have the same number on both sides are drawn together:
 * `127.0.0.1:9000-9001->9000-9001/tcp`.
 */
export const shownPorts = (ports: ReadonlyArray<ShownPort>): string => {
  const sorted = ports.flatMap(everyAddress).toSorted(inOrder)
  const runs = new Map<string, Run>()
  const done: Array<string> = []
  const mapped: Array<string> = []
  for (const port of sorted) {
    const { hostIp, hostPort, containerPort, protocol } = port
    if (hostPort !== undefined && hostPort !== containerPort) {
      mapped.push(`${bracketed(hostIp)}:${hostPort}->${containerPort}/${protocol}`)
      continue
    }
    const address = hostPort === undefined ? undefined : bracketed(hostIp)
    const key = `${address}/${protocol}`
    const run = runs.get(key)
    if (run?.last === containerPort) continue
    if (run?.last === containerPort - 1) run.last = containerPort
    else {
      if (run !== undefined) done.push(drawn(run))
      runs.set(key, { address, protocol, first: containerPort, last: containerPort })
    }
  }
  return [...done, ...Array.from(runs.values(), drawn), ...mapped].join(", ")
}

/** Each published port as `gantry port` shows it: `80/tcp` and `0.0.0.0:8080`, in the order of their numbers. */
export const portLines = (
  ports: ReadonlyArray<ShownPort & { readonly hostPort: number }>
): ReadonlyArray<{ readonly from: string; readonly to: string }> =>
  ports
    .flatMap(everyAddress)
    .toSorted((a, b) => a.containerPort - b.containerPort || byText(a.protocol, b.protocol) || inOrder(a, b))
    .map(({ containerPort, hostIp, hostPort, protocol }) => ({
      from: `${containerPort}/${protocol}`,
      to: `${bracketed(hostIp)}:${hostPort}`
    }))

/** What people are told of ports that everybody who reaches this machine can reach; nothing when there are none. */
export const everywhereNotice = (ports: ReadonlyArray<Omit<ShownPort, "hostPort">>): string => {
  const open = ports.filter(({ hostIp = "0.0.0.0" }) => hostIp === "0.0.0.0" || hostIp === "::")
  if (open.length === 0) return ""
  const named = open.map(({ containerPort, protocol }) => `${containerPort}/${protocol}`).join(", ")
  return [
    `gantry: published on ALL addresses of this machine: ${named}`,
    "  try: -p 127.0.0.1:HOST:CONTAINER, or publish.defaultAddress in gantry.config.json, for this machine only",
    ""
  ].join("\n")
}

interface Run {
  readonly address: string | undefined
  readonly protocol: string
  readonly first: number
  last: number
}

const drawn = ({ address, protocol, first, last }: Run): string => {
  const range = first === last ? `${first}` : `${first}-${last}`
  return address === undefined ? `${range}/${protocol}` : `${address}:${range}->${range}/${protocol}`
}

/** A port for each address that it is shown at: what is published at all of them has one of each family. */
export const everyAddress = <Port extends ShownPort>(port: Port): ReadonlyArray<Port> => {
  const { hostIp = "0.0.0.0" } = port
  if (port.hostPort === undefined) return [port]
  return (hostIp === "0.0.0.0" ? [hostIp, "::"] : [hostIp]).map((each) => ({ ...port, hostIp: each }))
}

const bracketed = (address = ""): string => (address.includes(":") ? `[${address}]` : address)

const inOrder = (a: ShownPort, b: ShownPort): number =>
  a.containerPort - b.containerPort ||
  byText(a.hostIp ?? "", b.hostIp ?? "") ||
  (a.hostPort ?? 0) - (b.hostPort ?? 0) ||
  byText(a.protocol, b.protocol)

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
