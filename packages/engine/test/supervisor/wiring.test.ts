import { execFileSync } from "node:child_process"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { makeRig, type Rig, runToEnd, selves } from "./rig.ts"

/**
 * The supervisor runs in a network namespace of the test, so that the host's links stay as they are. ip-netns(8) shows
 * it the /sys of that namespace, too.
 */
const namespace = `gantry-test-${process.pid}`
const inside = ["ip", "netns", "exec", namespace]
const ip = (...words: ReadonlyArray<string>) => execFileSync("ip", ["-n", namespace, ...words])

describe.skipIf(process.getuid?.() !== 0)("the links of a container, on the real kernel (needs root)", () => {
  let rig: Rig
  beforeAll(() => {
    execFileSync("ip", ["netns", "add", namespace])
    ip("link", "add", "br0", "type", "bridge")
    ip("addr", "add", "10.99.0.1/24", "dev", "br0")
    ip("link", "set", "br0", "up")
    rig = makeRig(selves.bun, [...inside, ...selves.bun])
  })
  afterAll(() => {
    rig.dispose()
    execFileSync("ip", ["netns", "delete", namespace])
  })

  it("have their address and route when the command starts, and vanish with it", async () => {
    const wiring = [
      {
        type: "veth",
        bridge: "br0",
        link: "vtest0",
        name: "eth0",
        mac: "02:42:0a:63:00:02",
        address: "10.99.0.2",
        prefixLength: 24,
        gateway: "10.99.0.1"
      }
    ] as const
    const script =
      "cat /sys/class/net/eth0/address; ip route | head -1; ping -c 1 -W 2 10.99.0.1 > /dev/null && echo answered"
    const outcome = await rig.run(runToEnd(rig.spec({ argv: ["sh", "-c", script] }, { wiring })))
    expect(outcome.stdout).toBe("02:42:0a:63:00:02\ndefault via 10.99.0.1 dev eth0 \nanswered\n")
    // The kernel takes the namespace and its links down in the background; the test's time limit is the limit.
    while (ip("-o", "link").toString().includes("vtest0")) await new Promise((resolve) => setImmediate(resolve))
  })

  it("are loopback alone when there is no network", async () => {
    const argv = ["sh", "-c", "ls /sys/class/net; ping -c 1 127.0.0.1 > /dev/null && echo answered"]
    expect((await rig.run(runToEnd(rig.spec({ argv })))).stdout).toBe("lo\nanswered\n")
  })

  it("that cannot be made are a failure that names the reason", async () => {
    const wiring = [
      {
        type: "veth",
        bridge: "no-such-bridge",
        link: "vtest1",
        name: "eth0",
        mac: "02:42:0a:63:00:03",
        address: "10.99.0.3",
        prefixLength: 24
      }
    ] as const
    const outcome = rig.run(runToEnd(rig.spec({}, { wiring })))
    await expect(outcome).rejects.toThrow("no such device")
  })
})
