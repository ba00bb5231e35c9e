import { execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import { closeSync, openSync } from "node:fs"
import { attached, type Attachment, Network, type PortRequest } from "@gantry/core/network/Network"
import { Settings } from "@gantry/core/Settings"
import * as Database from "@gantry/core/state/Database"
import { loadSyscallsSync } from "@gantry/linux/load"
import { withLinks } from "@gantry/linux/netlink/link"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as BridgeNetwork from "../../src/BridgeNetwork.ts"

/** The plugin, on the network namespace this program runs in, with records that end with it. */
export const environment = Layer.provideMerge(
  BridgeNetwork.layer,
  Layer.merge(
    Database.layer(":memory:"),
    Layer.succeed(Settings, { root: "/nowhere", run: "/nowhere", jobs: 1, instance: "t1", self: [] })
  )
)

/** Runs a program and returns what it prints, without white space around it. Throws when it fails. */
export const run = (program: string, ...args: ReadonlyArray<string>): string =>
  execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim()

/** A place from which to look at the network. */
export interface Place {
  readonly pid: number
}

const inside = ({ pid }: Place) => ["-t", String(pid), "-n"]

/** Runs a program in the network of a place. */
export const runIn = (place: Place, program: string, ...args: ReadonlyArray<string>): string =>
  run("nsenter", ...inside(place), program, ...args)

/** This program's own network: the host. */
export const host: Place = { pid: process.pid }

/** Writes one of the kernel's settings of a place. */
export const setIn = (place: Place, setting: string, value: number): string =>
  runIn(place, "sh", "-c", `echo ${value} > /proc/sys/${setting}`)

/** How long an answer may take on a busy machine, and how long it takes to be sure enough that none comes. In seconds. */
const patience = 60
const impatience = 0.4

const http = (from: Place, address: string, seconds: number): string => {
  const script = `
    const end = (text) => { console.log(text); process.exit() }
    setTimeout(end, ${seconds * 1000}, "nothing")
    require("http").get("http://${address}/", (answer) => answer.on("data", (text) => end(String(text).trim())))
      .on("error", () => end("nothing"))`
  return runIn(from, process.execPath, "-e", script)
}

const udp = (from: Place, address: string, port: number, ownPort: number, seconds: number): string => {
  const script = `
    const socket = require("dgram").createSocket("udp4")
    const end = (text) => { console.log(text); socket.close(); clearTimeout(limit) }
    const limit = setTimeout(end, ${seconds * 1000}, "nothing")
    socket.on("message", (answer) => end(String(answer).trim()))
    socket.bind(${ownPort}, () => socket.send("question", ${port}, "${address}"))`
  return runIn(from, process.execPath, "-e", script)
}

/** What a server answers over HTTP. */
export const askHttp = (from: Place, address: string): string => http(from, address, patience)

/** Whether nobody answers there over HTTP. */
export const silent = (from: Place, address: string): boolean => http(from, address, impatience) === "nothing"

/** What a server answers over UDP. The client's own port matters to those who remember flows; 0 is any. */
export const askUdp = (from: Place, address: string, port: number, ownPort = 0): string =>
  udp(from, address, port, ownPort, patience)

/** Whether nobody answers there over UDP. */
export const silentUdp = (from: Place, address: string, port: number, ownPort: number): boolean =>
  udp(from, address, port, ownPort, impatience) === "nothing"

/** A network namespace with a server in it that says its name and who asks. It ends with the scope. */
export const machine = (name: string) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const child = spawn("unshare", ["--net", process.execPath, `${import.meta.dirname}/server.ts`, name], {
        stdio: ["ignore", "pipe", "inherit"]
      })
      await once(child.stdout, "data")
      return { child, pid: child.pid ?? 0 }
    }),
    ({ child }) =>
      Effect.promise(async () => {
        const gone = once(child, "exit")
        child.kill("SIGKILL")
        await gone
      })
  )

/** Something of the host that has a port: a Node program that listens. */
export const listener = (address: string, port: number) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const script = `require("http").createServer((q, a) => a.end("host")).listen(${port}, "${address}", () => console.log("ready"))`
      const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] })
      await once(child.stdout, "data")
      return child
    }),
    (child) =>
      Effect.promise(async () => {
        const gone = once(child, "exit")
        child.kill("SIGKILL")
        await gone
      })
  )

/** Address of the host towards {@link outside}. */
export const hostAddress = "192.0.2.1"

/** Address of the machine that {@link outside} makes. */
export const outsideAddress = "192.0.2.2"

/** Another machine, one cable away from the host. Knows the way to containers, should the host let it. */
export const outside = Effect.tap(machine("outside"), (place) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      run("ip", "link", "add", "cable", "type", "veth", "peer", "name", "eth0", "netns", String(place.pid))
      run("ip", "address", "add", `${hostAddress}/24`, "dev", "cable")
      run("ip", "link", "set", "cable", "up")
      runIn(place, "ip", "address", "add", `${outsideAddress}/24`, "dev", "eth0")
      runIn(place, "ip", "link", "set", "eth0", "up")
      runIn(place, "ip", "route", "add", "172.16.0.0/12", "via", hostAddress)
    }),
    // The kernel would do it after the machine has ended, some time later.
    () => Effect.sync(() => run("ip", "link", "delete", "cable"))
  )
)

/** Does what a supervisor and init do with the wiring of an attachment. */
const wire = ({ wiring }: Attachment, place: Place): void => {
  for (const each of wiring) {
    if (each.type !== "veth") continue
    const fd = openSync(`/proc/${place.pid}/ns/net`, "r")
    withLinks(loadSyscallsSync(), (links) =>
      links.createVeth({
        name: each.link,
        master: each.bridge,
        peerName: each.name,
        peerMac: each.mac,
        peerNetnsFd: fd,
        ...(each.mtu === undefined ? {} : { mtu: each.mtu })
      })
    )
    closeSync(fd)
    // Where bridged packets pass the packet filter, what a container sends to its own published port turns round in the
    // bridge and leaves by the port it came in.
    run("ip", "link", "set", each.link, "type", "bridge_slave", "hairpin", "on")
    if (each.apart === true) run("ip", "link", "set", each.link, "type", "bridge_slave", "isolated", "on")
    runIn(place, "ip", "link", "set", "lo", "up")
    runIn(place, "ip", "link", "set", each.name, "up")
    runIn(place, "ip", "address", "add", `${each.address}/${each.prefixLength}`, "dev", each.name)
    if (each.gateway !== undefined) runIn(place, "ip", "route", "add", "default", "via", each.gateway)
  }
}

/** A container, as far as networks are concerned. It answers on 80/tcp and 53/udp until the scope ends. */
export const container = (name: string, ports: ReadonlyArray<PortRequest> = [], network = "bridge") =>
  Effect.gen(function* () {
    const attachment = yield* attached({ container: name, containerName: name, network, ports })
    const place = yield* machine(name)
    yield* Effect.sync(() => wire(attachment, place))
    return { ...place, attachment, address: attachment.address ?? "" }
  })

/** Everything on the host that networks could have changed, as text. Kernel settings are left out: they stay. */
export const look: Effect.Effect<string, unknown, Network> = Effect.gen(function* () {
  const network = yield* Network
  const held = yield* network.attached
  const links = withLinks(loadSyscallsSync(), (each) => [
    each.listLinks().map(({ name, master }) => [name, master]),
    each.listAddresses(),
    each.listRoutes()
  ])
  return JSON.stringify([held, links, run("nft", "--stateless", "list", "ruleset")], undefined, 1)
})
