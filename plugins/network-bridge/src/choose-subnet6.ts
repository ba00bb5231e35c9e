import { createHash } from "node:crypto"
import { formatSubnet6, overlap6, parseSubnet6, type Subnet6 } from "./Ipv6.ts"

/** Bits of a network of the pool, as RFC 4291 has it for all. */
const prefix = 64

/** Bits that all networks of one host share: `fd` and 40 that hardly any other host has. Spec: RFC 4193, 3.2. */
const poolPrefix = 48

/**
 * The private addresses that a host's IPv6 networks are cut from: 65536 networks. They depend on nothing but the seed, so
 * that a network made anew has addresses of the same kind.
 */
export const poolOf6 = (seed: string): Subnet6 => {
  const global = createHash("sha256").update(`ipv6 networks\n${seed}`).digest("hex").slice(0, 10)
  return { base: BigInt(`0xfd${global}${"0".repeat(20)}`), prefix: poolPrefix }
}

/** The pool in words, for an error message. */
export const poolName6 = (seed: string): string => formatSubnet6(poolOf6(seed))

/**
 * The first /64 of the pool that shares no address with any of those taken, of those that were freed the one that is
 * gone for longest, after all others. None when all are taken. `freed`: the last one last.
 */
export const chooseSubnet6 = (
  seed: string,
  taken: ReadonlyArray<Subnet6>,
  freed: ReadonlyArray<Subnet6> = []
): Subnet6 | undefined => {
  const pool = poolOf6(seed)
  const hindrances = taken.filter((each) => each.prefix > 0 && overlap6(each, pool))
  const isFree = (candidate: Subnet6) => !hindrances.some((each) => overlap6(each, candidate))
  const used = freed.filter((each) => each.prefix === prefix && overlap6(each, pool))
  for (let number = 0n; number < 1n << BigInt(prefix - poolPrefix); number++) {
    const candidate = { base: pool.base + (number << BigInt(128 - prefix)), prefix }
    if (isFree(candidate) && !used.some((each) => each.base === candidate.base)) return candidate
  }
  return used.find(isFree)
}

/** Ranges that no network of containers can have, by what they are for. Spec: RFC 4291, 2.4. */
const special: ReadonlyArray<readonly [range: string, what: string]> = [
  ["::/8", "are not addresses of networks"],
  ["fe80::/10", "are addresses of single links"],
  ["ff00::/8", "are addresses of groups"]
]

/** Why a range cannot be a network's; undefined when it can. */
export const unfit6 = (subnet: Subnet6): string | undefined => {
  const found = special.find(([range]) => {
    const other = parseSubnet6(range)
    return other !== undefined && overlap6(other, subnet)
  })
  return found === undefined ? undefined : `addresses in ${found[0]} ${found[1]}`
}
