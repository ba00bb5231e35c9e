import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { existsSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { namespaces, needs, program, runtimes } from "../abilities.ts"

const { skip, suffix } = needs(namespaces)
const ipv6 = existsSync("/proc/sys/net/ipv6")

describe("links on the real kernel", () => {
  for (const [runtime, ...command] of runtimes) {
    it.skipIf(skip)(`are made, listed and removed across two namespaces under ${runtime}${suffix}`, async () => {
      const holder = spawn("unshare", ["-n", "sh", "-c", "echo ready; read end"], { stdio: ["pipe", "pipe", "ignore"] })
      try {
        await once(holder.stdout, "data")
        const { stdout } = spawnSync("unshare", ["-n", ...command, program("links.ts"), `/proc/${holder.pid}/ns/net`], {
          encoding: "utf8"
        })
        const lo = { name: "lo", up: true, mtu: 65536 }
        expect(JSON.parse(stdout)).toEqual({
          again: "netlink RTM_NEWLINK(bridge br-test): file exists (EEXIST)",
          missing: "netlink RTM_DELLINK(nothing): no such device (ENODEV)",
          discarded: "none",
          badRoute: expect.stringContaining("netlink RTM_NEWROUTE(default via 192.0.2.1): network is unreachable"),
          badMtu: expect.stringContaining("EINVAL"),
          here: [
            { ...lo, mac: "", master: "", kind: "" },
            { name: "br-test", up: true, mtu: 1400, mac: "", master: "", kind: "bridge" },
            { name: "vh-test", up: true, mtu: 1400, mac: "02:42:0a:e7:07:01", master: "br-test", kind: "veth" }
          ],
          addresses: ["127.0.0.1/8", "10.231.7.1/24"],
          addresses6: ipv6 ? ["::1/128", "fd00:7::1/64"] : [],
          ...(ipv6
            ? {
                again6: "netlink RTM_NEWROUTE(default via fd00:7::1): file exists (EEXIST)",
                tentative: false,
                believes: "0",
                off: "none"
              }
            : {}),
          there: {
            links: [
              { ...lo, mac: "00:00:00:00:00:00" },
              { name: "eth0", up: true, mtu: 1400, mac: "02:42:0a:e7:07:02" }
            ],
            routes: [
              "0.0.0.0/0 10.231.7.1",
              "10.231.7.0/24 -",
              ...(ipv6 ? ["10.231.8.0/24 -"] : []),
              "198.51.100.0/24 -"
            ],
            addresses6: ipv6 ? ["fd00:7::2"] : [],
            routes6: ipv6 ? ["::/0 fd00:7::fe"] : []
          },
          afterwards: ["lo", "br-test"],
          thereAfterwards: ["lo"]
        })
      } finally {
        holder.stdin.end("end\n")
        await once(holder, "exit")
      }
    })
  }
})
