import { type Attachment, Network } from "@gantry/core/network/Network"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { law, type Law } from "../Law.ts"
import { different, inside6 } from "./address-facts.ts"
import { unchangedFor, type Look } from "./look.ts"
import { request } from "./requests.ts"

/**
 * Holds where networks can have IPv6. A plugin without abilities is not asked for it, and one that says that it cannot on
 * this host must refuse it.
 */
const whereAble = <E, R>(holds: Effect.Effect<boolean, E, R>): Effect.Effect<boolean, E, R | Network> =>
  Effect.gen(function* () {
    const network = yield* Network
    if (network.abilities === undefined) return true
    if (network.abilities.ipv6) return yield* holds
    const refused = yield* Effect.either(network.create({ name: "law-six", ipv6: {} }))
    return Either.isLeft(refused) && refused.left._tag === "NetworkRefused"
  })

const addressOf = ({ ipv6 }: Attachment): string => ipv6?.address ?? ""

/** Laws of IPv6 addresses: whose they are, where they lie, and who has none. `look`: what `networkLaws` is given. */
export const ipv6Laws = (look: Look): ReadonlyArray<Law<Network>> => {
  const unchanged = unchangedFor(look)
  return [
    law(
      "NET-20",
      "in a network with IPv6 each has an address of its own besides, and in others nobody has one",
      unchanged(
        whereAble(
          Effect.gen(function* () {
            const network = yield* Network
            const made = yield* network.create({ name: "law-six", ipv6: {} })
            const { gateway = "", subnet = "" } = made.ipv6 ?? {}
            const held = yield* Effect.forEach([1, 2, 3], (index) => network.attach(request(index, [], "law-six")))
            const again = yield* network.attach(request(1, [], "law-six"))
            const listed = (yield* network.list).find(({ name }) => name === "law-six")
            const plain = yield* network.attach(request(4))
            yield* Effect.forEach([...held, plain], network.detach)
            yield* network.remove("law-six")
            return (
              different(held.map(addressOf)) &&
              held.every((each) => inside6(addressOf(each), subnet) && addressOf(each) !== gateway) &&
              held.every(({ ipv6 }) => subnet.endsWith(`/${ipv6?.prefixLength}`) && ipv6?.gateway === gateway) &&
              held.every(({ address, ipv6, wiring }) =>
                wiring.every(
                  (each) => each.type === "veth" && each.address === address && each.ipv6?.address === ipv6?.address
                )
              ) &&
              addressOf(again) === held.map(addressOf)[0] &&
              listed?.ipv6?.subnet === subnet &&
              plain.ipv6 === undefined
            )
          })
        )
      )
    ),

    law(
      "NET-21",
      "IPv6 addresses come from the range of a network, are had by one at a time, and lead out only where there is a way",
      unchanged(
        whereAble(
          Effect.gen(function* () {
            const network = yield* Network
            const range = { range: "fd5a:7::40/122", reserved: { router: "fd5a:7::40" } }
            const ipv6 = { subnet: "fd5a:7::/64", gateway: "fd5a:7::fe", ...range }
            const made = yield* network.create({ name: "law-six", ipv6, internal: true })
            yield* network.create({ name: "law-four" })
            const wish = (index: number, address6: string, name = "law-six") =>
              network.attach({ ...request(index, [], name), address6 })
            const first = yield* wish(1, "fd5a:7::50")
            const refusals = yield* Effect.forEach(
              [
                wish(2, "fd5a:7::50"),
                wish(2, "fd5a:7::fe"),
                wish(2, "fd5a:7::40"),
                wish(2, "fd5a:8::50"),
                wish(2, "fd5a:7::60", "law-four")
              ],
              Effect.either
            )
            const held = (yield* network.attached).filter(({ container }) => container === "law2")
            const any = yield* network.attach(request(3, [], "law-six"))
            const outside = yield* wish(4, "fd5a:7::200")
            yield* network.detach(first)
            const second = yield* wish(2, "fd5a:7::50")
            yield* Effect.forEach([any, outside, second], network.detach)
            yield* network.remove("law-six")
            yield* network.remove("law-four")
            return (
              made.ipv6?.range === ipv6.range &&
              addressOf(first) === "fd5a:7::50" &&
              first.ipv6?.gateway === undefined &&
              refusals.every((each) => Either.isLeft(each) && each.left._tag === "NetworkRefused") &&
              held.length === 0 &&
              /^fd5a:7::[4-7][0-9a-f]$/.test(addressOf(any)) &&
              !["fd5a:7::40", "fd5a:7::50"].includes(addressOf(any)) &&
              addressOf(outside) === "fd5a:7::200" &&
              addressOf(second) === addressOf(first)
            )
          })
        )
      )
    )
  ]
}
