import { Effect, Either } from "effect"
import { describe, expect, it } from "vitest"
import { poolsOf } from "../../src/commands/network-pools.ts"

const none = { auxAddress: [], gateway: [], ipRange: [], ipv4: true, ipv6: false, subnet: [] }
const read = (options: Partial<Parameters<typeof poolsOf>[0]>) =>
  Effect.runSync(Effect.either(poolsOf({ ...none, ...options })))
const why = (options: Partial<Parameters<typeof poolsOf>[0]>) => {
  const outcome = read(options)
  return Either.isLeft(outcome) ? outcome.left.message : undefined
}

describe("addresses of a new network", () => {
  it("go to the kind that they are of", () => {
    const outcome = read({
      ipv6: true,
      subnet: ["fd00:7::/64", "10.1.0.0/24"],
      gateway: ["10.1.0.9", "fd00:7::9"],
      ipRange: ["fd00:7::1:0/112"],
      auxAddress: ["a=10.1.0.2", "b=fd00:7::2"]
    })
    expect(outcome).toEqual(
      Either.right({
        subnet: "10.1.0.0/24",
        gateway: "10.1.0.9",
        reserved: { a: "10.1.0.2" },
        ipv6: {
          subnet: "fd00:7::/64",
          gateway: "fd00:7::9",
          range: "fd00:7::1:0/112",
          reserved: { b: "fd00:7::2" }
        }
      })
    )
  })

  it("are chosen when none are asked for, of IPv6 only with --ipv6", () => {
    expect(read({})).toEqual(Either.right({}))
    expect(read({ ipv6: true })).toEqual(Either.right({ ipv6: {} }))
  })

  it("are refused when they mean nothing", () => {
    for (const each of [{ subnet: ["fd00::/64"] }, { gateway: ["fd00::1"] }, { auxAddress: ["a=fd00::1"] }]) {
      expect(why(each)).toContain("the network is to have none")
    }
    expect(why({ subnet: ["10.0.0.0/24", "10.1.0.0/24"] })).toContain("doesn't support multiple subnets")
    expect(why({ ipv6: true, gateway: ["fd00::1", "fd00::2"] })).toContain("more than one IPv6 value")
    expect(why({ ipv6: true, ipv4: false })).toContain("--ipv4=false is not supported")
  })
})
