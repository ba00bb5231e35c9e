import { Locks } from "@gantry/core/Locks"
import { Network } from "@gantry/core/network/Network"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { Containers } from "../../src/containers/Containers.ts"
import { freeLink } from "../../src/networks/true-up-networks.ts"
import { trueUpRunning } from "../../src/networks/true-up-running.ts"
import { joinNetwork, leaveNetwork } from "../../src/verbs/change-networks.ts"
import { world } from "../world.ts"
import { box, create, forever, inspect, leases, start, web } from "./play.ts"

const wish = (network: string, address?: string) => ({
  network,
  aliases: [],
  priority: 0,
  ...(address === undefined ? {} : { address })
})

const made = (name: string) => Effect.flatMap(Network, (network) => network.create({ name }))

/** Networks of which a container is to be, and is. */
const networksOf = (id: string) =>
  Effect.map(inspect(id), ({ attachments, options }) => ({
    wanted: options.networks.map(({ network }) => network),
    held: attachments.map(({ network }) => network)
  }))

describe("network connect and disconnect", () => {
  it.scoped("change only the record of a container that does not run, as often as one likes", () =>
    Effect.gen(function* () {
      yield* box
      const front = yield* made("front")
      const record = yield* create(forever)
      yield* joinNetwork(record, wish("front"))
      yield* joinNetwork(record, wish("front", "10.200.3.9"))
      expect(yield* networksOf(record.id)).toEqual({ wanted: ["bridge", "front"], held: [] })
      expect((yield* inspect(record.id)).options.networks[1]?.address).toBe("10.200.3.9")
      yield* leaveNetwork(record, front)
      expect(yield* networksOf(record.id)).toEqual({ wanted: ["bridge"], held: [] })
      expect(yield* leases).toEqual([])
    }).pipe(Effect.provide(world))
  )

  it.scoped("lease an address and give it back while it runs, and move its ports to what is left", () =>
    Effect.gen(function* () {
      yield* box
      yield* made("front")
      const bridge = (yield* (yield* Network).list).find(({ name }) => name === "bridge")
      const record = yield* create({ ...forever, ...web })
      yield* start(record)
      yield* joinNetwork(record, wish("front"))
      const both = yield* inspect(record.id)
      expect(both.attachments.map(({ network }) => network)).toEqual(["bridge", "front"])
      expect(both.attachments.flatMap(({ wiring }) => wiring)).toMatchObject([{ name: "eth0" }, { name: "eth1" }])
      yield* leaveNetwork(record, bridge ?? { id: "", name: "bridge" })
      expect(yield* leases).toMatchObject([{ network: "front", ports: [{ hostPort: 8080, containerPort: 80 }] }])
      expect((yield* inspect(record.id)).attachments).toMatchObject([{ network: "front", ports: [{ hostPort: 8080 }] }])
    }).pipe(Effect.provide(world))
  )

  it.scoped("leave everything as it was when the address cannot be had", () =>
    Effect.gen(function* () {
      yield* box
      const front = yield* made("front")
      const [one, two] = [yield* create({ ...forever, name: "one" }), yield* create({ ...forever, name: "two" })]
      yield* start(one)
      yield* start(two)
      const address = `${front.subnet?.split(".").slice(0, 3).join(".")}.9`
      yield* joinNetwork(one, wish("front", address))
      expect((yield* Effect.flip(joinNetwork(two, wish("front", address))))._tag).toBe("NetworkRefused")
      expect(yield* networksOf(two.id)).toEqual({ wanted: ["bridge"], held: ["bridge"] })
      expect((yield* leases).filter(({ network }) => network === "front")).toHaveLength(1)
    }).pipe(Effect.provide(world))
  )

  it.scoped("refuse in Docker's words what its mode of networking does not allow", () =>
    Effect.gen(function* () {
      yield* box
      const front = yield* made("front")
      const none = yield* create({ ...forever, networks: [wish("none")] })
      const host = yield* create({ ...forever, networks: [wish("host")] })
      const plain = yield* create(forever)
      yield* start(plain)
      yield* joinNetwork(plain, wish("front"))
      const why = (effect: ReturnType<typeof joinNetwork>) =>
        Effect.map(Effect.flip(effect), (failure) => ("why" in failure ? failure.why : failure._tag))
      expect(yield* why(joinNetwork(none, wish("front")))).toContain("private (none) mode")
      expect(yield* why(joinNetwork(plain, wish("none")))).toContain("private (none) mode")
      expect(yield* why(joinNetwork(host, wish("front")))).toContain("sharing network namespace")
      expect(yield* why(joinNetwork(plain, wish("host")))).toContain("connected to host network")
      expect(yield* why(joinNetwork(plain, wish("front")))).toBe(
        `endpoint with name ${plain.name} already exists in network front`
      )
      expect(yield* why(joinNetwork(plain, wish("nope")))).toBe("NetworkMissing")
      expect(yield* why(leaveNetwork(none, front))).toContain("is not connected to the network front")
      yield* leaveNetwork(none, { id: "", name: "none" })
      yield* joinNetwork(none, wish("front"))
      expect((yield* networksOf(none.id)).wanted).toEqual(["front"])
    }).pipe(Effect.provide(world))
  )

  it.scoped("are finished by whoever comes later when they were cut short at any place", () =>
    Effect.gen(function* () {
      yield* box
      yield* made("front")
      yield* made("back")
      const containers = yield* Containers
      const record = yield* create({ ...forever, ...web })
      yield* start(record)
      const rewrite = (networks: ReadonlyArray<string>) =>
        containers.amend(record.id, (known) => ({
          ...known,
          options: { ...known.options, networks: networks.map((each) => wish(each)) }
        }))
      // A wish that nothing has been done for, and a lease that nobody has written down.
      yield* rewrite(["bridge", "front"])
      yield* (yield* Network).attach({
        container: record.id,
        containerName: record.name,
        network: "back",
        ports: []
      })
      yield* trueUpRunning(record.id)
      expect(yield* networksOf(record.id)).toEqual({ wanted: ["bridge", "front"], held: ["bridge", "front"] })
      expect((yield* leases).map(({ network }) => network).toSorted()).toEqual(["bridge", "front"])
      // One that is written off and not given back.
      yield* rewrite(["front"])
      yield* containers.attach(record.id, (held) => held.filter(({ network }) => network === "front"))
      yield* trueUpRunning(record.id)
      expect(yield* leases).toMatchObject([{ network: "front", ports: [{ hostPort: 8080 }] }])
      yield* trueUpRunning(record.id)
      expect(yield* leases).toMatchObject([{ network: "front", ports: [{ hostPort: 8080 }] }])
      expect(yield* (yield* Locks).held("")).toEqual([])
    }).pipe(Effect.provide(world))
  )

  it("a link has the first name that is free", () => {
    const held = (name: string) => ({
      driver: "bridge",
      network: name,
      container: "c",
      ports: [],
      wiring: [{ type: "veth" as const, bridge: "b", link: name, name, mac: "", address: "10.0.0.2", prefixLength: 24 }]
    })
    expect(freeLink([])).toBe("eth0")
    expect(freeLink([held("eth0"), held("eth2")])).toBe("eth1")
  })
})
