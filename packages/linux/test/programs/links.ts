/** Runs inside a fresh network namespace; `unshare -n sleep` gives the other one, whose path is the argument. */
import { execFileSync } from "node:child_process"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { O_CLOEXEC, O_RDONLY, CLONE_NEWNET } from "../../src/constants.ts"
import { setUpEnd, setWaysOut, waysOut } from "../../src/container/set-up-links.ts"
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
seen["discarded"] = codeOf(() => links.discardLink("nothing"))
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

// A kernel without IPv6 has none of it, and is not asked for it.
const ipv6 = existsSync("/proc/sys/net/ipv6")
if (ipv6) links.addAddress("br-test", "fd00:7::1", 64)
seen["addresses6"] = links
  .listAddresses6()
  .filter(({ address }) => !address.startsWith("fe80:"))
  .map(({ address, prefix }) => `${address}/${prefix}`)

sys.setns(peerNetnsFd, CLONE_NEWNET)
seen["there"] = withLinks(sys, (inside) => {
  inside.setLinkUp("lo")
  inside.setLinkUp("eth0")
  inside.addAddress("eth0", "10.231.7.2", 24)
  inside.addRoute({ destination: "default", gateway: "10.231.7.1", dev: "eth0" })
  inside.addRoute({ destination: "198.51.100.0/24", dev: "eth0" })
  if (ipv6) {
    const setting = "/proc/sys/net/ipv6/conf/eth0/accept_ra"
    const end = {
      name: "eth0",
      address: "10.231.8.2",
      prefixLength: 24,
      ipv6: { address: "fd00:7::2", prefixLength: 64, gateway: "fd00:7::1" }
    }
    setUpEnd(sys, inside, end)
    setWaysOut(sys, inside, waysOut([end]))
    seen["again6"] = codeOf(() => setWaysOut(sys, inside, waysOut([end])))
    setWaysOut(sys, inside, [{ dev: "eth0", gateway: "fd00:7::fe", six: true }], true)
    // Usable at once, and not told what to do by neighbours.
    seen["tentative"] = /tentative|dadfailed/.test(
      execFileSync("ip", ["-6", "addr", "show", "dev", "eth0", "scope", "global"], { encoding: "utf8" })
    )
    seen["believes"] = readFileSync(setting, "utf8").trim()
    writeFileSync("/proc/sys/net/ipv6/conf/lo/disable_ipv6", "1")
    seen["off"] = codeOf(() =>
      setUpEnd(sys, inside, {
        ...end,
        name: "lo",
        address: "10.231.9.2",
        ipv6: { address: "fd00:8::2", prefixLength: 64 }
      })
    )
  }
  return {
    links: inside.listLinks().map(({ name, up, mtu, mac }) => ({ name, up, mtu, mac })),
    routes: inside
      .listRoutes()
      .filter(({ table }) => table === 254)
      .map(({ destination, prefix, gateway = "-" }) => `${destination}/${prefix} ${gateway}`),
    addresses6: inside
      .listAddresses6()
      .filter(({ address }) => address.startsWith("fd00:"))
      .map(({ address }) => address),
    routes6: inside
      .listRoutes6()
      .filter(({ destination, table }) => table === 254 && !destination.startsWith("f"))
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
