import { attached, Network, type NetworkShape } from "@gantry/core/network/Network"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as fc from "fast-check"
import { forAll, type Law } from "../Law.ts"
import { fixedPort } from "../samples/port-requests.ts"
import { inside, different } from "./address-facts.ts"
import { fits } from "./port-facts.ts"
import { request } from "./requests.ts"

/** Reads the default network, which exists once somebody has been attached to it. */
const defaultNetwork = (network: NetworkShape) =>
  Effect.map(network.list, (all) => all.find(({ name }) => name === "bridge"))

/** Laws of addresses: whose they are, and where they lie. */
export const addressLaws: ReadonlyArray<Law<Network>> = [
  forAll("NET-1", "two attachments held at once have different addresses", fc.integer({ min: 2, max: 6 }), (count) =>
    Effect.gen(function* () {
      const wishes = Array.from({ length: count }, (_, index) => attached(request(index)))
      const held = yield* Effect.all(wishes, { concurrency: count })
      return different(held.map(({ address }) => address)) && different(held.map(({ mac }) => mac))
    })
  ),

  forAll("NET-5", "a port that was given back can be had again, and so can the address", fixedPort, (port) =>
    Effect.gen(function* () {
      const first = yield* Effect.scoped(attached(request(1, [port])))
      const second = yield* attached({
        ...request(2, [port]),
        ...(first.address === undefined ? {} : { address: first.address })
      })
      return second.ports.some((each) => fits(port, each)) && second.address === first.address
    })
  ),

  forAll(
    "NET-6",
    "an address lies inside its network and is neither its first, its last nor the host's",
    fc.nat({ max: 4 }),
    (others) =>
      Effect.gen(function* () {
        const network = yield* Network
        for (let index = 0; index < others; index++) yield* attached(request(index))
        const { address = "", prefixLength } = yield* attached(request(others))
        const { gateway, subnet = "" } = (yield* defaultNetwork(network)) ?? {}
        return inside(address, subnet) && address !== gateway && subnet.endsWith(`/${prefixLength}`)
      })
  ),

  forAll(
    "NET-19",
    "addresses come from the range of a network, and those that are reserved are nobody's",
    fc.integer({ min: 1, max: 3 }),
    (count) =>
      Effect.gen(function* () {
        const network = yield* Network
        const plan = { range: "10.231.7.64/29", reserved: { router: "10.231.7.65" } }
        const made = yield* network.create({ name: "law-range", subnet: "10.231.7.0/24", ...plan })
        const held = yield* Effect.forEach(Array.from({ length: count }), (_, index) =>
          network.attach(request(index, [], "law-range"))
        )
        const wish = { ...request(9, [], "law-range"), address: "10.231.7.65" }
        const refused = yield* Effect.either(network.attach(wish))
        const outside = yield* network.attach({ ...request(8, [], "law-range"), address: "10.231.7.200" })
        yield* Effect.forEach([...held, outside], network.detach)
        yield* network.remove("law-range")
        const numbers = held.map(({ address = "" }) => Number(address.split(".").at(-1)))
        return (
          made.range === plan.range &&
          numbers.every((each) => each >= 64 && each < 72 && each !== 65) &&
          Either.isLeft(refused) &&
          outside.address === "10.231.7.200"
        )
      })
  )
]
