/** Runs inside a fresh network namespace; `unshare -n sleep` gives the other one, whose path is the argument. */
import { O_CLOEXEC, O_RDONLY, CLONE_NEWNET } from "../../src/constants.ts"
import { loadSyscallsSync } from "../../src/load.ts"
import { openLinks, withLinks } from "../../src/netlink/link.ts"
import { SyscallError } from "../../src/SyscallError.ts"

const [other = ""] = process.argv.slice(2)
const sys = loadSyscallsSync()
const codeOf = (action: () => unknown): string => {
  try {
    action()
    return "none"
  } catch (error) {
    return error instanceof SyscallError ? error.message : String(error)
  }
}

const links = openLinks(sys)
const peerNetnsFd = sys.open(other, O_RDONLY | O_CLOEXEC)
const seen: Record<string, unknown> = {}
links.setLinkUp("lo")
links.createBridge("br-test", { mtu: 1400 })
links.addAddress("br-test", "10.231.7.1", 24)
links.createVeth({
  name: "vh-test",
  mac: "02:42:0a:e7:07:01",
  peerName: "eth0",
  peerMac: "02:42:0a:e7:07:02",
  peerNetnsFd,
  master: "br-test",
  mtu: 1400
})
seen["again"] = codeOf(() => links.createBridge("br-test"))
seen["missing"] = codeOf(() => links.deleteLink("nothing"))
seen["badRoute"] = codeOf(() => links.addRoute({ destination: "default", gateway: "192.0.2.1" }))
seen["badMtu"] = codeOf(() => links.changeLink("vh-test", { mtu: 1 }))
seen["here"] = links.listLinks().map(({ name, up, mtu, mac, master, kind }) => ({
  name,
  up,
  mtu,
  mac: kind === "veth" ? mac : "",
  master: master === 0 ? "" : master === links.linkIndex("br-test") ? "br-test" : "?",
  kind
}))
seen["addresses"] = links.listAddresses().map(({ address, prefix }) => `${address}/${prefix}`)

sys.setns(peerNetnsFd, CLONE_NEWNET)
seen["there"] = withLinks(sys, (inside) => {
  inside.setLinkUp("lo")
  inside.setLinkUp("eth0")
  inside.addAddress("eth0", "10.231.7.2", 24)
  inside.addRoute({ destination: "default", gateway: "10.231.7.1", dev: "eth0" })
  inside.addRoute({ destination: "198.51.100.0/24", dev: "eth0" })
  return {
    links: inside.listLinks().map(({ name, up, mtu, mac }) => ({ name, up, mtu, mac })),
    routes: inside
      .listRoutes()
      .filter(({ table }) => table === 254)
      .map(({ destination, prefix, gateway = "-" }) => `${destination}/${prefix} ${gateway}`)
  }
})
// The first connection still speaks for the namespace in which it was opened.
links.deleteLink("vh-test")
seen["afterwards"] = links.listLinks().map(({ name }) => name)
seen["thereAfterwards"] = withLinks(sys, (inside) => inside.listLinks().map(({ name }) => name))
links.close()
links.close()
console.log(JSON.stringify(seen))
