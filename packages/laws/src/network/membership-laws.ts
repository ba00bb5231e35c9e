import { Network } from "@gantry/core/network/Network"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as fc from "fast-check"
import { forAll, law, type Law } from "../Law.ts"
import { inside, different } from "./address-facts.ts"
import { unchangedFor, type Look } from "./look.ts"
import { request } from "./requests.ts"

/** Laws of networks and who is in them. `look`: what `networkLaws` is given. */
export const membershipLaws = (look: Look): ReadonlyArray<Law<Network>> => {
  const unchanged = unchangedFor(look)
  return [
    law(
      "NET-12",
      "a network goes when nobody uses it, and not before",
      unchanged(
        Effect.gen(function* () {
          const network = yield* Network
          const made = yield* network.create({ name: "law-net", labels: { purpose: "law" } })
          const twice = yield* Effect.either(network.create({ name: "law-net" }))
          const one = yield* network.attach(request(1, [], "law-net"))
          const early = yield* Effect.either(network.remove("law-net"))
          yield* network.detach(one)
          yield* network.remove("law-net")
          const late = yield* Effect.either(network.attach(request(1, [], "law-net")))
          return (
            Either.isLeft(twice) &&
            Either.isLeft(early) &&
            early.left._tag === "NetworkRefused" &&
            inside(one.address ?? "", made.subnet ?? "") &&
            made.labels["purpose"] === "law" &&
            Either.isLeft(late) &&
            late.left._tag === "NetworkMissing"
          )
        })
      )
    ),

    forAll(
      "NET-17",
      "a container has a place in each network it has joined, and leaving one leaves it in the others",
      fc.tuple(fc.integer({ min: 2, max: 4 }), fc.nat({ max: 3 })),
      ([count, choice]) =>
        unchanged(
          Effect.gen(function* () {
            const network = yield* Network
            const names = Array.from({ length: count }, (_, index) => `law-many${index}`)
            const made = yield* Effect.forEach(names, (name) => network.create({ name }))
            const held = yield* Effect.forEach(names, (name, index) =>
              network.attach({ ...request(1, [], name), link: `eth${index}` })
            )
            const left = names[choice % count] ?? ""
            yield* network.detach({ network: left, container: "law1" })
            const mine = (yield* network.attached).filter(({ container }) => container === "law1")
            const gone = yield* Effect.either(network.remove(left))
            const rest = names.filter((name) => name !== left)
            const used = yield* Effect.forEach(rest, (name) => Effect.isFailure(network.remove(name)))
            yield* Effect.forEach(held, network.detach)
            yield* Effect.forEach(rest, network.remove)
            return (
              held.every(({ address = "" }, index) => inside(address, made[index]?.subnet ?? "")) &&
              different(held.flatMap(({ wiring }) => wiring.map((each) => ("link" in each ? each.link : "")))) &&
              mine
                .map((each) => each.network)
                .toSorted()
                .join() === rest.toSorted().join() &&
              Either.isRight(gone) &&
              used.every((each) => each)
            )
          })
        )
    ),

    law(
      "NET-18",
      "who is in a network is found under its name, also when it was joined by its ID",
      Effect.gen(function* () {
        const network = yield* Network
        const { id, name } = yield* network.create({ name: "law-named" })
        const one = yield* network.attach(request(1, [], name))
        const other = yield* network.attach(request(2, [], id))
        const members = (yield* network.attached).filter((each) => each.network === name)
        yield* Effect.forEach([one, other], network.detach)
        yield* network.remove(name)
        return (
          one.network === name &&
          other.network === name &&
          one.networkId === id &&
          other.networkId === id &&
          members
            .map(({ container }) => container)
            .toSorted()
            .join() === "law1,law2"
        )
      })
    )
  ]
}
