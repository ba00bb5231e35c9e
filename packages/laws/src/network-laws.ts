import {
  attached,
  type AttachRequest,
  Network,
  type NetworkShape,
  type PortRequest,
  type PublishedPort
} from "@gantry/core/network/Network"
import type { NetworkError } from "@gantry/core/network/NetworkError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import * as fc from "fast-check"
import { forAll, law, type Law } from "./Law.ts"
import { fixedPort, portLists } from "./samples/port-requests.ts"

const request = (index: number, ports: ReadonlyArray<PortRequest> = [], network = "bridge"): AttachRequest => ({
  container: `law${index}`,
  containerName: `name-of-law${index}`,
  network,
  ports
})

/** Everything the contract shows of what is held, in an order of its own. */
export const visible: Effect.Effect<string, unknown, Network> = Effect.gen(function* () {
  const network = yield* Network
  const held = yield* network.attached
  const networks = yield* network.list
  return JSON.stringify([
    held.map((each) => `${each.network} ${each.container}`).toSorted(),
    networks.map(({ name }) => name).toSorted()
  ])
})

/** Attaches for as long as the sample lasts. A port that is taken is one of the outcomes. */
const tryAttached = (wish: AttachRequest) => Effect.either(attached(wish))

const clash = (a: Omit<PublishedPort, "containerPort">, b: Omit<PublishedPort, "containerPort">): boolean =>
  a.protocol === b.protocol &&
  a.hostPort === b.hostPort &&
  (a.hostIp === b.hostIp || a.hostIp === "0.0.0.0" || b.hostIp === "0.0.0.0")

const fits = (asked: PortRequest, got: PublishedPort): boolean => {
  const { hostPort: wish = 0 } = asked
  const [first, last] = typeof wish === "object" ? [wish.first, wish.last] : wish === 0 ? [1, 65_535] : [wish, wish]
  return (
    got.hostIp === (asked.hostIp ?? "0.0.0.0") &&
    got.hostPort >= first &&
    got.hostPort <= last &&
    got.protocol === asked.protocol &&
    got.containerPort === asked.containerPort
  )
}

/** A port by number, as it is published. */
const published = (asked: PortRequest) => ({
  hostIp: asked.hostIp ?? "0.0.0.0",
  hostPort: Number(asked.hostPort),
  protocol: asked.protocol
})

/** The ports that a container has in all its networks. */
const portsNow = (network: NetworkShape, container: string) =>
  Effect.map(network.attached, (all) => all.flatMap((each) => (each.container === container ? each.ports : [])))

const number = (address: string) => address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0)

const inside = (address: string, cidr: string): boolean => {
  const [base = "", prefix = ""] = cidr.split("/")
  const size = 2 ** (32 - Number(prefix))
  const offset = number(address) - number(base)
  return offset > 0 && offset < size - 1
}

const different = (values: ReadonlyArray<unknown>) => new Set(values).size === values.length

/** Reads the default network, which exists once somebody has been attached to it. */
const defaultNetwork = (network: NetworkShape) =>
  Effect.map(network.list, (all) => all.find(({ name }) => name === "bridge"))

/**
 * What a network plugin must make true.
 *
 * `look` describes what the plugin leaves behind, the host included, as text: two equal texts mean that nothing has
 * changed. What the contract shows is enough for a plugin that touches nothing else.
 */
export const networkLaws = (look: Effect.Effect<string, unknown, Network> = visible): ReadonlyArray<Law<Network>> => {
  /** Whether everything is as it was after something has been done and undone. A first attachment may set up the host. */
  const unchanged = <E, R>(act: Effect.Effect<boolean, E, R | Scope.Scope>) =>
    Effect.gen(function* () {
      yield* Effect.scoped(attached(request(0)))
      const before = yield* look
      const right = yield* Effect.scoped(act)
      return right && (yield* look) === before
    })

  return [
    forAll("NET-1", "two attachments held at once have different addresses", fc.integer({ min: 2, max: 6 }), (count) =>
      Effect.gen(function* () {
        const wishes = Array.from({ length: count }, (_, index) => attached(request(index)))
        const held = yield* Effect.all(wishes, { concurrency: count })
        return different(held.map(({ address }) => address)) && different(held.map(({ mac }) => mac))
      })
    ),

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

    forAll("NET-4", "two attachments held at once never answer on the same host port", portLists, (lists) =>
      Effect.gen(function* () {
        const outcomes = yield* Effect.forEach(lists, (ports, index) => tryAttached(request(index, ports)), {
          concurrency: lists.length
        })
        const held = outcomes.flatMap((outcome) => (Either.isRight(outcome) ? outcome.right.ports : []))
        return held.every((a, index) => held.slice(index + 1).every((b) => !clash(a, b)))
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

    forAll("NET-7", "a container that asks twice has one attachment", fixedPort, (port) =>
      Effect.gen(function* () {
        const network = yield* Network
        const first = yield* attached(request(1, [port]))
        const second = yield* network.attach(request(1, [port]))
        const mine = (yield* network.attached).filter(({ container }) => container === "law1")
        return JSON.stringify(first) === JSON.stringify(second) && mine.length === 1
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
}
