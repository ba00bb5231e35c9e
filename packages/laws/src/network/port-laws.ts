import { attached, type PortRequest, Network } from "@gantry/core/network/Network"
import type { NetworkError } from "@gantry/core/network/NetworkError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as fc from "fast-check"
import { forAll, type Law } from "../Law.ts"
import { fixedPort, portLists } from "../samples/port-requests.ts"
import { unchangedFor, type Look } from "./look.ts"
import { clash, fits, published, portsNow } from "./port-facts.ts"
import { request, tryAttached } from "./requests.ts"

/** Laws of published ports: whose they are, and that they are what was asked for. `look`: what `networkLaws` is given. */
export const portLaws = (look: Look): ReadonlyArray<Law<Network>> => {
  const unchanged = unchangedFor(look)
  return [
    forAll("NET-4", "two attachments held at once never answer on the same host port", portLists, (lists) =>
      Effect.gen(function* () {
        const outcomes = yield* Effect.forEach(lists, (ports, index) => tryAttached(request(index, ports)), {
          concurrency: lists.length
        })
        const held = outcomes.flatMap((outcome) => (Either.isRight(outcome) ? outcome.right.ports : []))
        return held.every((a, index) => held.slice(index + 1).every((b) => !clash(a, b)))
      })
    ),

    forAll("NET-8", "an attachment that fails leaves nothing", fc.tuple(fixedPort, fixedPort), ([taken, other]) =>
      Effect.gen(function* () {
        const network = yield* Network
        yield* attached(request(1, [taken]))
        const before = yield* look
        const outcome = yield* tryAttached(request(2, [other, taken]))
        if (Either.isRight(outcome)) return false
        const free = yield* Effect.isSuccess(network.probe(other))
        const meets = clash(published(taken), published(other))
        return (yield* look) === before && free === !meets
      })
    ),

    forAll("NET-9", "a port that is taken is refused by its number and by the name of its holder", fixedPort, (port) =>
      Effect.gen(function* () {
        const network = yield* Network
        yield* attached(request(1, [port]))
        const problems: ReadonlyArray<NetworkError> = [
          yield* Effect.flip(network.attach(request(2, [port]))),
          yield* Effect.flip(network.probe(port))
        ]
        return problems.every(
          (problem) =>
            problem._tag === "PortTaken" &&
            problem.port === port.hostPort &&
            problem.protocol === port.protocol &&
            problem.holder?.includes("name-of-law1") === true
        )
      })
    ),

    forAll("NET-10", "what is published is what was asked for", portLists, (lists) =>
      Effect.gen(function* () {
        for (const [index, ports] of lists.entries()) {
          const outcome = yield* tryAttached(request(index, ports))
          if (Either.isLeft(outcome)) continue
          const got = outcome.right.ports
          // Asking twice for the very same port of the container may be answered by one port.
          if (!ports.every((asked) => got.some((each) => fits(asked, each)))) return false
          if (!got.every((each) => ports.some((asked) => fits(asked, each)))) return false
        }
        return true
      })
    ),

    forAll(
      "NET-15",
      "ports published later are held like the first ones, all or none, and go with the attachment",
      fc.tuple(fixedPort, fixedPort),
      ([first, later]) =>
        unchanged(
          Effect.gen(function* () {
            const network = yield* Network
            const mine = yield* attached(request(1, [first]))
            yield* attached(request(2))
            const held = { ...mine, containerName: "name-of-law1" }
            const free: PortRequest = { containerPort: 8080, protocol: "tcp" }
            const stranger = yield* Effect.flip(network.publish({ ...held, container: "law9", ports: [free] }))
            const none = yield* Effect.flip(network.publish({ ...held, ports: [free, first] }))
            const outcome = yield* Effect.either(network.publish({ ...held, ports: [later, free] }))
            const meets = clash(published(first), published(later))
            const now = (yield* portsNow(network, "law1")).filter(({ containerPort }) => containerPort !== 8080)
            if (Either.isLeft(outcome)) return meets && now.length === 1
            const taken = yield* Effect.flip(network.attach(request(3, [later])))
            return (
              !meets &&
              stranger._tag === "NetworkRefused" &&
              none._tag === "PortTaken" &&
              outcome.right.some((each) => fits(later, each)) &&
              now.some((each) => fits(first, each)) &&
              now.some((each) => fits(later, each)) &&
              (yield* portsNow(network, "law1")).length === 3 &&
              taken._tag === "PortTaken" &&
              taken.holder?.includes("name-of-law1") === true
            )
          })
        )
    ),

    forAll("NET-16", "a port that was taken back is free, once and for all, and the others stay", fixedPort, (port) =>
      Effect.gen(function* () {
        const network = yield* Network
        const other: PortRequest = { hostPort: 28_116, containerPort: 80, protocol: "tcp" }
        const mine = yield* attached(request(1, [port, other]))
        const gone = mine.ports.filter(({ hostPort }) => hostPort === port.hostPort)
        yield* network.unpublish({ ...mine, ports: gone })
        const kept = yield* portsNow(network, "law1")
        const next = yield* attached(request(2, [port]))
        // Who gives back what is no longer his takes nothing from anybody.
        yield* network.unpublish({ ...mine, ports: gone })
        const held = yield* portsNow(network, "law2")
        return (
          kept.length === 1 &&
          kept.some((each) => fits(other, each)) &&
          next.ports.some((each) => fits(port, each)) &&
          held.some((each) => fits(port, each)) &&
          (yield* Effect.isFailure(network.probe(port)))
        )
      })
    )
  ]
}
