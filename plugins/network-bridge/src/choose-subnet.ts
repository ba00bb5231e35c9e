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

/** What each pool holds that none before it does, in the order in which it is tried. In the first, each starts a different second number. */
function* byPool(): Generator<ReadonlyArray<Subnet>> {
  const offered = new Set<number>()
  for (const [index, [first, last]] of pools.entries()) {
    const from = parseSubnet(first)
    const to = parseSubnet(last)
    if (from === undefined || to === undefined) continue
    const step = index === 0 ? 2 ** 16 : sizeOf(from)
    const fresh: Array<Subnet> = []
    for (let base = from.base; base <= to.base; base += step) {
      if (offered.has(base)) continue
      offered.add(base)
      fresh.push({ base, prefix })
    }
    yield fresh
  }
}

/** What the pools hold, in the order in which it is tried. */
export function* candidates(): Generator<Subnet> {
  for (const pool of byPool()) yield* pool
}

/** The pools in words, for an error message. */
export const poolNames = pools.map(([first]) => first).join(", ")

/**
 * The first subnet of the pools that shares no address with any of those taken: routes and addresses of the host, and
 * other networks. A default route says nothing about who uses an address and is no hindrance. None when all are taken.
 *
 * `freed` are those of networks that are gone, the last one last. Of a pool the others come first, then the one that is
 * gone for longest: who still knows an address of a network that has just been removed must not meet a stranger there.
 */
export const chooseSubnet = (taken: ReadonlyArray<Subnet>, freed: ReadonlyArray<Subnet> = []): Subnet | undefined => {
  const hindrances = taken.filter((each) => each.prefix > 0)
  const lastUse = (candidate: Subnet): number => freed.findLastIndex((each) => overlap(candidate, each))
  for (const pool of byPool()) {
    const free = pool.filter((candidate) => !hindrances.some((each) => overlap(candidate, each)))
    const [best] = free.toSorted((a, b) => lastUse(a) - lastUse(b))
    if (best !== undefined) return best
  }
  return undefined
}
