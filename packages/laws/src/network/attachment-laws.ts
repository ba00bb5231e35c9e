import { attached, Network } from "@gantry/core/network/Network"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as fc from "fast-check"
import { forAll, law, type Law } from "../Law.ts"
import { fixedPort, portLists } from "../samples/port-requests.ts"
import { unchangedFor, type Look } from "./look.ts"
import { request, tryAttached } from "./requests.ts"

/** Laws of single attachments: made, given back, cut short. `look`: what `networkLaws` is given. */
export const attachmentLaws = (look: Look): ReadonlyArray<Law<Network>> => {
  const unchanged = unchangedFor(look)
  return [
    forAll("NET-2", "detaching twice is detaching once", fixedPort, (port) =>
      Effect.gen(function* () {
        const network = yield* Network
        yield* attached(request(1))
        const one = yield* attached(request(2, [port]))
        yield* network.detach(one)
        const once = yield* look
        yield* network.detach({ network: one.network, container: one.container })
        return (yield* look) === once
      })
    ),

    forAll("NET-3", "after all is detached the host is as it was", portLists, (lists) =>
      unchanged(
        Effect.as(
          Effect.forEach(lists, (ports, index) => tryAttached(request(index, ports)), { concurrency: 2 }),
          true
        )
      )
    ),

    forAll("NET-7", "a container that asks twice has one attachment", fixedPort, (port) =>
      Effect.gen(function* () {
        const network = yield* Network
        const first = yield* attached(request(1, [port]))
        const second = yield* network.attach(request(1, [port]))
        const mine = (yield* network.attached).filter(({ container }) => container === "law1")
        return JSON.stringify(first) === JSON.stringify(second) && mine.length === 1
      })
    ),

    law(
      "NET-11",
      "none is wired to nothing and host to the host, and neither holds anything",
      Effect.gen(function* () {
        const network = yield* Network
        const before = yield* look
        const none = yield* attached(request(1, [], "none"))
        const host = yield* attached(request(2, [], "host"))
        const wired = none.wiring.length === 0 && host.wiring.length === 1 && host.wiring[0]?.type === "host"
        return (
          wired && (yield* look) === before && (yield* network.attached).every(({ network: name }) => name === "bridge")
        )
      })
    ),

    forAll(
      "NET-13",
      "an interrupted attachment leaves nothing",
      fc.tuple(fixedPort, fc.nat({ max: 12 })),
      ([port, patience]) =>
        unchanged(
          Effect.gen(function* () {
            const network = yield* Network
            const attaching = yield* Effect.fork(network.attach(request(1, [port])))
            for (let turn = 0; turn < patience; turn++) yield* Effect.yieldNow()
            const exit = yield* Fiber.interrupt(attaching)
            // It may have been faster, and is then held like any other.
            if (Exit.isSuccess(exit)) yield* network.detach(exit.value)
            return true
          })
        )
    ),

    law(
      "NET-14",
      "after a reset nothing is attached, and attaching works as on the first day",
      Effect.gen(function* () {
        const network = yield* Network
        yield* network.create({ name: "law-reset" })
        const before = yield* network.attach(request(1, [{ hostPort: 28_114, containerPort: 80, protocol: "tcp" }]))
        yield* network.attach(request(2, [], "law-reset"))
        yield* network.reset
        yield* network.reset
        const held = yield* network.attached
        const names = (yield* network.list).map(({ name }) => name)
        const again = yield* Effect.either(
          attached(request(3, [{ hostPort: 28_114, containerPort: 80, protocol: "tcp" }]))
        )
        return (
          held.length === 0 &&
          !names.includes("law-reset") &&
          Either.isRight(again) &&
          again.right.address !== undefined &&
          before.address !== undefined
        )
      }).pipe(Effect.scoped)
    )
  ]
}
