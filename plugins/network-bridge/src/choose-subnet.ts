import { overlap, parseSubnet, sizeOf, type Subnet } from "./Ipv4.ts"

/**
 * Private ranges that networks are cut from, by preference. 172.16/16 is left out because cloud providers use it for
 * machines, 10.0 to 10.127 because companies do, and 192.168.0 to 192.168.15 because routers at home do.
 */
const pools: ReadonlyArray<readonly [first: string, last: string]> = [
  ["172.17.0.0/20", "172.31.0.0/20"],
  ["192.168.16.0/20", "192.168.240.0/20"],
  ["10.128.0.0/20", "10.255.240.0/20"],
  ["172.17.16.0/20", "172.31.240.0/20"]
]

/** Every network of a pool has 4096 addresses: many more than one host runs containers, and few enough to stay out of the way. */
const prefix = 20

/** What the pools hold, in the order in which it is tried. In the first, each candidate starts a different second number. */
export function* candidates(): Generator<Subnet> {
  const offered = new Set<number>()
  for (const [index, [first, last]] of pools.entries()) {
    const from = parseSubnet(first)
    const to = parseSubnet(last)
    if (from === undefined || to === undefined) continue
    const step = index === 0 ? 2 ** 16 : sizeOf(from)
    for (let base = from.base; base <= to.base; base += step) {
      if (offered.has(base)) continue
      offered.add(base)
      yield { base, prefix }
    }
  }
}

/** The pools in words, for an error message. */
export const poolNames = pools.map(([first]) => first).join(", ")

/**
 * The first subnet of the pools that shares no address with any of those taken: routes and addresses of the host, and
 * other networks. A default route says nothing about who uses an address and is no hindrance. None when all are taken.
 */
export const chooseSubnet = (taken: ReadonlyArray<Subnet>): Subnet | undefined => {
  const hindrances = taken.filter((each) => each.prefix > 0)
  for (const candidate of candidates()) {
    if (!hindrances.some((each) => overlap(candidate, each))) return candidate
  }
  return undefined
}
