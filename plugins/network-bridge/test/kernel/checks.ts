import { deepEqual, equal, notEqual, ok } from "node:assert/strict"
import { basename } from "node:path"
import { Network, type NetworkShape } from "@gantry/core/network/Network"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { removeEverything } from "../../src/BridgeNetwork.ts"
import {
  askHttp,
  askUdp,
  container,
  type environment,
  host,
  listener,
  hostAddress,
  look,
  outside,
  outsideAddress,
  run,
  runIn,
  silent,
  silentUdp,
  setIn
} from "./Lab.ts"
import type * as Layer from "effect/Layer"

type Services = Layer.Layer.Success<typeof environment>

/** What must be true of the plugin on a real kernel. Each leaves nothing behind. */
export interface Check {
  readonly sentence: string
  readonly body: Effect.Effect<void, unknown, Services | Scope.Scope>
}

const tcp = { containerPort: 80, protocol: "tcp" } as const
const udp = { containerPort: 53, protocol: "udp" } as const

const removeUnused = (network: NetworkShape, names: ReadonlyArray<string>) =>
  network.removeUnused === undefined
    ? Effect.dieMessage("networks are removed one after the other")
    : network.removeUnused(names)

export const checks: ReadonlyArray<Check> = [
  {
    sentence: "a published port answers on every address of the host, on 127.0.0.1 too",
    body: Effect.gen(function* () {
      const other = yield* outside
      const web = yield* container("web", [{ ...tcp, hostPort: 8080 }])
      equal(askHttp(host, "127.0.0.1:8080"), `web ${web.attachment.gateway}`)
      equal(askHttp(host, `${hostAddress}:8080`), `web ${hostAddress}`)
      equal(askHttp(other, `${hostAddress}:8080`), `web ${outsideAddress}`)
    })
  },
  {
    sentence: "a port published on one address answers there and nowhere else",
    body: Effect.gen(function* () {
      const other = yield* outside
      yield* container("one", [{ ...tcp, hostIp: hostAddress, hostPort: 8080 }])
      yield* container("two", [{ ...tcp, hostIp: "127.0.0.1", hostPort: 8080 }])
      yield* container("three", [{ ...tcp, hostIp: "127.0.0.1", hostPort: 8081 }])
      equal(askHttp(other, `${hostAddress}:8080`), `one ${outsideAddress}`)
      ok(askHttp(host, "127.0.0.1:8080").startsWith("two "))
      ok(askHttp(host, "127.0.0.1:8081").startsWith("three "))
      ok(silent(other, `${hostAddress}:8081`))
    })
  },
  {
    sentence: "a subnet that was given back is not the next network's",
    body: Effect.gen(function* () {
      const network = yield* Network
      const make = Effect.acquireRelease(network.create({ name: "brief" }), () =>
        Effect.ignore(network.remove("brief"))
      )
      const first = yield* Effect.scoped(make)
      const second = yield* Effect.scoped(make)
      notEqual(second.subnet, first.subnet)
      equal((yield* network.create({ name: "brief", subnet: first.subnet ?? "" })).subnet, first.subnet)
      yield* network.remove("brief")
    })
  },
  {
    sentence: "of many networks those that nobody uses are removed in one go, and the others work as before",
    body: Effect.gen(function* () {
      const network = yield* Network
      const names = ["many-1", "many-2", "many-3"]
      for (const name of names) yield* network.create({ name })
      yield* Effect.addFinalizer(() => Effect.ignore(network.remove("many-2")))
      yield* Effect.scoped(
        Effect.gen(function* () {
          const web = yield* container("web", [{ ...tcp, hostPort: 8080 }], "many-2")
          deepEqual(yield* removeUnused(network, ["many-1", "no-such", "bridge", ...names.slice(1)]), [
            "many-1",
            "many-3"
          ])
          equal(askHttp(host, "127.0.0.1:8080"), `web ${web.attachment.gateway}`)
          deepEqual(yield* removeUnused(network, names), [])
        })
      )
      const left = new Set((yield* network.list).map(({ name }) => name))
      deepEqual(
        names.filter((name) => left.has(name)),
        ["many-2"]
      )
      deepEqual(yield* removeUnused(network, names), ["many-2"])
    })
  },
  {
    sentence: "a network's options keep its members from each other, and say where ports are published",
    body: Effect.gen(function* () {
      const network = yield* Network
      const options = {
        "com.docker.network.bridge.enable_icc": "false",
        "com.docker.network.bridge.host_binding_ipv4": "127.0.0.1"
      }
      const other = yield* outside
      yield* Effect.acquireRelease(network.create({ name: "apart", options }), () =>
        Effect.ignore(network.remove("apart"))
      )
      const web = yield* container("web", [{ ...tcp, hostPort: 8080 }], "apart")
      const near = yield* container("near", [], "apart")
      ok(silent(near, `${web.address}:80`))
      runIn(near, "ip", "route", "add", `${web.address}/32`, "via", web.attachment.gateway ?? "")
      ok(silent(near, `${web.address}:80`))
      equal(web.attachment.ports[0]?.hostIp, "127.0.0.1")
      ok(askHttp(host, "127.0.0.1:8080").startsWith("web "))
      ok(silent(other, `${hostAddress}:8080`))
      const more = yield* network.publish({ ...web.attachment, containerName: "web", ports: [tcp] })
      equal(more[0]?.hostIp, "127.0.0.1")
    })
  },
  {
    sentence: "UDP is published like TCP",
    body: Effect.gen(function* () {
      const other = yield* outside
      yield* container("names", [{ ...udp, hostPort: 5353 }])
      equal(askUdp(other, hostAddress, 5353), `names ${outsideAddress}`)
      ok(askUdp(host, "127.0.0.1", 5353).startsWith("names "))
    })
  },
  {
    sentence: "a UDP client that keeps asking finds the container that has the port now",
    body: Effect.gen(function* () {
      const other = yield* outside
      const ask = () => askUdp(other, hostAddress, 5353, 40_000)
      const port = { ...udp, hostPort: 5353 }
      ok(silentUdp(other, hostAddress, 5353, 40_000))
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* container("one", [port])
          equal(ask(), `one ${outsideAddress}`)
        })
      )
      yield* container("none")
      yield* container("two", [port])
      equal(ask(), `two ${outsideAddress}`)
    })
  },
  {
    sentence: "a range gives each container the first port that is free, of containers and of programs",
    body: Effect.gen(function* () {
      yield* listener("0.0.0.0", 8001)
      const range = { ...tcp, hostPort: { first: 8000, last: 8002 } }
      const one = yield* container("one", [range])
      const two = yield* container("two", [range])
      deepEqual(
        [one, two].map(({ attachment }) => attachment.ports.map(({ hostPort }) => hostPort)),
        [[8000], [8002]]
      )
      ok(askHttp(host, "127.0.0.1:8002").startsWith("two "))
      const network = yield* Network
      const problem = yield* Effect.flip(
        network.attach({ container: "three", containerName: "three", network: "bridge", ports: [range] })
      )
      equal(problem._tag, "PortTaken")
    })
  },
  {
    sentence: "a port that a program of the host has is refused with the name of the program",
    body: Effect.gen(function* () {
      const program = yield* listener("127.0.0.1", 8080)
      const network = yield* Network
      const before = yield* network.attached
      const request = { container: "web", containerName: "web", network: "bridge", ports: [{ ...tcp, hostPort: 8080 }] }
      const problem = yield* Effect.flip(network.attach(request))
      equal(
        problem.message,
        `port 0.0.0.0:8080/tcp is already allocated by process ${program.pid} (${basename(process.execPath)})`
      )
      deepEqual(yield* network.attached, before)
    })
  },
  {
    sentence: "an address that the host does not have is refused as such",
    body: Effect.gen(function* () {
      const network = yield* Network
      const ports = [{ ...tcp, hostIp: "203.0.113.7", hostPort: 8080 }]
      const problem = yield* Effect.flip(
        network.attach({ container: "web", containerName: "web", network: "bridge", ports })
      )
      equal(problem.message, "could not publish 203.0.113.7:8080/tcp: no interface of this host has the address")
    })
  },
  {
    sentence: "containers reach each other by address, and the outside under the host's address",
    body: Effect.gen(function* () {
      yield* outside
      const one = yield* container("one")
      const two = yield* container("two")
      equal(askHttp(two, one.address), `one ${two.address}`)
      equal(askHttp(one, outsideAddress), `outside ${hostAddress}`)
    })
  },
  {
    sentence: "a container reaches a published port through the host, its own one included",
    body: Effect.gen(function* () {
      yield* outside
      const one = yield* container("one", [{ ...tcp, hostPort: 8080 }])
      const two = yield* container("two")
      ok(askHttp(one, `${hostAddress}:8080`).startsWith("one "))
      ok(askHttp(two, `${hostAddress}:8080`).startsWith("one "))
    })
  },
  {
    sentence: "what is not published cannot be reached from outside, by its own address either",
    body: Effect.gen(function* () {
      const other = yield* outside
      const web = yield* container("web")
      equal(askHttp(host, web.address), `web ${web.attachment.gateway}`)
      ok(silent(other, web.address))
    })
  },
  {
    sentence: "containers of different networks reach each other through published ports only",
    body: Effect.gen(function* () {
      yield* outside
      const network = yield* Network
      yield* Effect.acquireRelease(network.create({ name: "other" }), () => Effect.orDie(network.remove("other")))
      const one = yield* container("one", [{ ...tcp, hostPort: 8080 }])
      const two = yield* container("two", [], "other")
      notEqual(one.attachment.gateway, two.attachment.gateway)
      ok(silent(two, one.address))
      ok(silent(one, two.address))
      ok(askHttp(two, `${hostAddress}:8080`).startsWith("one "))
    })
  },
  {
    sentence: "an internal network has members and no way out",
    body: Effect.gen(function* () {
      yield* outside
      const network = yield* Network
      yield* Effect.acquireRelease(network.create({ name: "inner", internal: true }), () =>
        Effect.orDie(network.remove("inner"))
      )
      const one = yield* container("one", [], "inner")
      const two = yield* container("two", [], "inner")
      equal(one.attachment.gateway, undefined)
      equal(askHttp(two, one.address), `one ${two.address}`)
      const info = (yield* network.list).find(({ name }) => name === "inner")
      runIn(one, "ip", "route", "add", "default", "via", info?.gateway ?? "")
      ok(silent(one, outsideAddress))
    })
  },
  {
    sentence: "a container cannot reach what listens on the host's loopback, whatever it does to its routes",
    body: Effect.gen(function* () {
      yield* listener("127.0.0.1", 9000)
      const bad = yield* container("bad")
      setIn(bad, "net/ipv4/conf/eth0/route_localnet", 1)
      runIn(bad, "ip", "address", "flush", "dev", "lo")
      runIn(bad, "ip", "route", "add", "127.0.0.1/32", "via", bad.attachment.gateway ?? "", "src", bad.address)
      equal(askHttp(host, "127.0.0.1:9000"), "host")
      ok(silent(bad, "127.0.0.1:9000"))
      // The way is open but for our guard: otherwise this check would prove nothing.
      run("nft", "flush", "chain", "ip", "gantry_t1", "guard")
      equal(askHttp(bad, "127.0.0.1:9000"), "host")
      run("nft", "flush", "ruleset")
    })
  },
  {
    sentence:
      "rules and links that somebody took away are back after the next attachment, ports of earlier ones included",
    body: Effect.gen(function* () {
      yield* outside
      yield* container("one", [{ ...tcp, hostPort: 8080 }])
      run("nft", "flush", "ruleset")
      ok(silent(host, `${hostAddress}:8080`))
      const two = yield* container("two")
      equal(askHttp(host, `${hostAddress}:8080`), `one ${hostAddress}`)
      run("ip", "link", "delete", "gtyt10")
      const three = yield* container("three", [{ ...tcp, hostPort: 8081 }])
      equal(askHttp(host, `${hostAddress}:8081`), `three ${hostAddress}`)
      notEqual(two.address, three.address)
      setIn(host, "net/ipv4/ip_forward", 0)
      const four = yield* container("four")
      equal(askHttp(four, outsideAddress), `outside ${hostAddress}`)
    })
  },
  {
    sentence: "a firewall that drops what is forwarded lets our networks pass, and forgets them with the network",
    body: Effect.gen(function* () {
      const other = yield* outside
      yield* removeEverything
      run(
        "nft",
        "add table ip filter; add chain ip filter FORWARD { type filter hook forward priority 0; policy drop; }"
      )
      run("nft", "add chain ip filter DOCKER-USER; add rule ip filter FORWARD jump DOCKER-USER")
      const before = run("nft", "list", "ruleset")
      yield* Effect.scoped(
        Effect.gen(function* () {
          const web = yield* container("web", [{ ...tcp, hostPort: 8080 }])
          equal(askHttp(other, `${hostAddress}:8080`), `web ${outsideAddress}`)
          equal(askHttp(web, outsideAddress), `outside ${hostAddress}`)
          yield* container("two")
          equal(run("nft", "list", "chain", "ip", "filter", "DOCKER-USER").match(/accept/g)?.length, 2)
        })
      )
      yield* removeEverything
      equal(run("nft", "list", "ruleset"), before)
      run("nft", "flush", "ruleset")
    })
  },
  {
    sentence: "containers do not send packets that are too long for the host's way out",
    body: Effect.gen(function* () {
      const other = yield* outside
      yield* removeEverything
      run("ip", "link", "set", "cable", "mtu", "1400")
      run("ip", "route", "add", "default", "via", outsideAddress)
      const web = yield* container("web")
      ok(runIn(web, "ip", "link", "show", "eth0").includes(" mtu 1400 "))
      equal(askHttp(web, outsideAddress), `outside ${hostAddress}`)
      ok(silent(other, web.address))
      yield* removeEverything
    })
  },
  {
    sentence: "containers that attach at once get ports and addresses of their own",
    body: Effect.gen(function* () {
      const network = yield* Network
      const range = { ...tcp, hostPort: { first: 8000, last: 8009 } }
      const names = Array.from({ length: 10 }, (_, index) => `c${index}`)
      const attach = (name: string) =>
        network.attach({ container: name, containerName: name, network: "bridge", ports: [range] })
      const held = yield* Effect.forEach(names, attach, { concurrency: 10 })
      equal(new Set(held.map(({ address }) => address)).size, 10)
      equal(new Set(held.flatMap(({ ports }) => ports.map(({ hostPort }) => hostPort))).size, 10)
      yield* Effect.forEach(held, network.detach, { discard: true })
    })
  },
  {
    sentence: "the host is as it was when all networks are removed, links of running containers included",
    body: Effect.gen(function* () {
      const network = yield* Network
      yield* removeEverything
      const before = yield* look
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* network.create({ name: "other" })
          yield* container("one", [{ ...tcp, hostPort: 8080 }])
          yield* container("two", [{ ...udp }], "other")
          notEqual(yield* look, before)
          yield* removeEverything
          equal(yield* look, before)
        })
      )
      yield* removeEverything
      equal(yield* look, before)
    })
  }
]
