import { execFileSync } from "node:child_process"
import { existsSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { askPage } from "./host/ask-page.ts"
import { freePort } from "./host/free-port.ts"
import { useGantry } from "./host/gantry.ts"
import { makeNeighbour, type Neighbour } from "./host/neighbour.ts"
import { until } from "./host/until.ts"

const gantry = useGantry()

/** A host without IPv6 has nothing of this; that it says so is told below, where it is switched off. */
const skip = !existsSync("/proc/sys/net/ipv6")
if (skip) process.stderr.write("this host has no IPv6: its networks are not tried\n")

const page = (url: string): string => {
  try {
    const [program, ...words] = askPage(url, 5)
    return execFileSync(program, words, { encoding: "utf8" }).trim()
  } catch {
    return "nothing"
  }
}

/** A web server that says who asks: IPv4 and IPv6, in its log. */
const server = ["sh", "-c", "mkdir -p /w && echo page > /w/index.html && exec httpd -f -vv -p 80 -h /w"]

const reaches = async (from: string, to: string) =>
  (await gantry.try("exec", from, "ping", "-6", "-c", "1", "-W", "1", to)).status === 0

const six = (container: string, network: string) =>
  gantry.field(container, `{{with index .NetworkSettings.Networks "${network}"}}{{.GlobalIPv6Address}}{{end}}`)

describe.skipIf(skip)("networks with IPv6", () => {
  let neighbour: Neighbour

  beforeAll(async () => {
    neighbour = makeNeighbour(`ge${gantry.instance}`)
    await gantry.ok("network", "create", "--ipv6", "front")
    const wish = ["--subnet", "fd00:71:2::/64", "--gateway", "fd00:71:2::fe", "--aux-address", "router=fd00:71:2::1"]
    await gantry.ok("network", "create", "--ipv6", "--subnet", "10.215.2.0/24", ...wish, "back")
    await gantry.ok("network", "create", "--ipv6", "--internal", "closed")
  })

  afterAll(async () => {
    neighbour.remove()
    await gantry.ok("network", "rm", "front", "back", "closed")
    // The tables of IPv6 go with the last network that needs them.
    expect(execFileSync("nft", ["list", "tables", "ip6"], { encoding: "utf8" })).not.toContain(gantry.instance)
  })

  it("let containers talk by name and address, keep networks apart, and hide what goes out", async () => {
    await gantry.ok("run", "-d", "--name", "web", "--network", "name=front,alias=site", "base", ...server)
    await gantry.ok("run", "-d", "--name", "asker", "--network", "front", "base", "sleep", "1000")
    await gantry.ok("run", "-d", "--name", "other", "--network", "back", "base", "sleep", "1000")
    await gantry.ok("run", "-d", "--name", "inner", "--network", "closed", "base", "sleep", "1000")
    await gantry.ok("run", "-d", "--name", "plain", "base", "sleep", "1000")
    const web = await six("web", "front")
    expect(web).toMatch(/^fd[0-9a-f]{2}:/)

    // In the container: usable at once, one way out, strangers not believed, as before without IPv6.
    const inside = (name: string, command: string) => gantry.ok("exec", name, "sh", "-c", command)
    expect(await inside("asker", "ip -6 -o addr show dev eth0 scope global")).not.toContain("tentative")
    const gateway = await gantry.field("asker", "{{.NetworkSettings.IPv6Gateway}}")
    expect(await inside("asker", "ip -6 route | grep default")).toContain(`via ${gateway} dev eth0`)
    expect(await inside("asker", "cat /proc/sys/net/ipv6/conf/eth0/accept_ra")).toBe("0")
    expect(await inside("inner", "ip -6 route | grep default || echo none")).toBe("none")
    expect(await inside("plain", "ip -6 -o addr show dev eth0 scope global | wc -l")).toBe("0")
    expect(await inside("web", "cat /etc/hosts")).toContain(`${web}\t`)

    // By name.
    for (const name of ["web", "site"]) {
      expect(await inside("asker", `nslookup -type=aaaa ${name}`)).toContain(`Address: ${web}`)
      expect(await reaches("asker", name)).toBe(true)
    }
    expect(await inside("asker", `nslookup ${web}`)).toContain("name = web.front")
    expect(await inside("asker", `wget -qO- http://[${web}]/`)).toBe("page")
    // Nobody else is asked in a network without a way out.
    expect(await inside("inner", "nslookup -type=aaaa web || echo unknown")).toContain("unknown")

    // From elsewhere: other networks and other machines do not reach it, nor what is in a closed network.
    expect(await reaches("asker", await six("other", "back"))).toBe(false)
    expect(await reaches("other", web)).toBe(false)
    expect(await reaches("inner", web)).toBe(false)
    // The neighbour knows no way to the network: that it answers shows that it sees the host's address.
    expect(await reaches("asker", neighbour.address6)).toBe(true)
    expect(await reaches("inner", neighbour.address6)).toBe(false)
    neighbour.run("ip", "-6", "route", "add", "fd00::/8", "via", neighbour.hostAddress6)
    expect(() => neighbour.run(...askPage(`http://[${web}]/`, 1))).toThrow("Command failed")
  })

  it("publish ports on IPv6 addresses, with the client's own address where the kernel can", async () => {
    const [all, loop, one] = [await freePort(), await freePort(), await freePort()]
    const ports = [`${all}:80`, `[::1]:${loop}:80`, `[${neighbour.hostAddress6.replace("::", ":0::")}]:${one}:80`]
    const publish = ports.flatMap((port) => ["-p", port])
    await gantry.ok("run", "-d", "--name", "web", "--network", "front", ...publish, "base", ...server)
    const far = (port: number) => {
      try {
        return neighbour.run(...askPage(`http://[${neighbour.hostAddress6}]:${port}/`, 5)).trim()
      } catch {
        return "nothing"
      }
    }
    await until("the server to answer", () => Promise.resolve(page(`http://[::1]:${loop}/`) === "page"), 10)
    expect(page(`http://[::1]:${all}/`)).toBe("page")
    expect(page(`http://127.0.0.1:${all}/`)).toBe("page")
    expect(page(`http://[${neighbour.hostAddress6}]:${one}/`)).toBe("page")
    expect([far(all), far(one), far(loop)]).toEqual(["page", "page", "nothing"])
    expect(page(`http://[::1]:${one}/`)).toBe("nothing")
    expect((await gantry.try("logs", "web")).stderr).toContain(`[${neighbour.address6}]`)
    expect(await gantry.ok("port", "web", "80")).toContain(`[${neighbour.hostAddress6}]:${one}`)
    // A service that has no IPv4 socket is reached as well, and a published port that is taken back is gone.
    await gantry.ok("run", "-d", "--name", "only", "--network", "front", "-p", "[::1]::81", "base", "sleep", "1000")
    const port = (await gantry.ok("port", "only", "81")).split(":").at(-1)
    const address = await six("only", "front")
    await gantry.ok(
      "exec",
      "-d",
      "only",
      "sh",
      "-c",
      `mkdir /w; echo six > /w/index.html; httpd -p [${address}]:81 -h /w`
    )
    await until("the other one to answer", () => Promise.resolve(page(`http://[::1]:${port}/`) === "six"), 10)
    await gantry.ok("port", "rm", "web", `${all}:80`)
    expect(far(all)).toBe("nothing")
  })

  it("give the addresses that are asked for, to one at a time, also while a container runs and after kill -9", async () => {
    const at = (address: string, ...more: ReadonlyArray<string>) => ["--network", "back", "--ip6", address, ...more]
    await gantry.ok("run", "-d", "--name", "box", ...at("FD00:71:2::0050"), "base", "sleep", "1000")
    expect(await six("box", "back")).toBe("fd00:71:2::50")
    const config = "{{json (index .IPAM.Config 1)}} {{.EnableIPv6}}"
    expect(await gantry.ok("network", "inspect", "--format", config, "back")).toBe(
      '{"Subnet":"fd00:71:2::/64","Gateway":"fd00:71:2::fe","AuxiliaryAddresses":{"router":"fd00:71:2::1"}} true'
    )
    expect(await gantry.ok("network", "inspect", "back")).toContain('"IPv6Address": "fd00:71:2::50/64"')
    const refusals = {
      "fd00:71:2::50": "container box has it",
      "fd00:71:2::1": "reserved for router",
      "fd00:71:3::1": "in fd00:71:2::/64"
    }
    for (const [address, why] of Object.entries(refusals)) {
      const refused = await gantry.try("run", "--rm", ...at(address), "base", "true")
      expect(refused).toMatchObject({ status: 125, stderr: expect.stringContaining(why) })
    }
    // Joined and left while it runs; IPv6 leads out by the first network then, and stays there.
    await gantry.ok("network", "connect", "--ip6", "fd00:71:2::77", "back", await startPlain())
    expect(await six("later", "back")).toBe("fd00:71:2::77")
    expect(await reaches("later", "fd00:71:2::50")).toBe(true)
    expect(await gantry.ok("exec", "later", "sh", "-c", "ip -6 route | grep default")).toContain(
      "fd00:71:2::fe dev eth1"
    )
    await gantry.ok("network", "disconnect", "back", "later")
    expect(await reaches("later", "fd00:71:2::50")).toBe(false)
    // The address of one whose supervisor was killed is another's afterwards.
    const status = await gantry.field("box", "{{.State.Pid}}")
    const supervisor = execFileSync("ps", ["-o", "ppid=", "-p", status], { encoding: "utf8" }).trim()
    process.kill(Number(supervisor), "SIGKILL")
    await until("it to be gone", async () => (await gantry.field("box", "{{.State.Running}}")) === "false", 10)
    await gantry.ok("system", "reconcile")
    await gantry.ok("run", "--rm", ...at("fd00:71:2::50"), "base", "true")
    // What the user switches off stays off.
    const off = ["--sysctl", "net.ipv6.conf.all.disable_ipv6=1", "--network", "back"]
    expect(await gantry.ok("run", "--rm", ...off, "base", "ip", "-6", "addr")).toBe("")
  })

  const startPlain = async (): Promise<string> => {
    await gantry.ok("run", "-d", "--name", "later", "base", "sleep", "1000")
    return "later"
  }

  it("tell what stands in the way: no address left, a wish that means nothing, a host without IPv6", async () => {
    await gantry.ok("network", "create", "--ipv6", "--subnet", "fd00:71:9::/126", "small")
    for (const name of ["one", "two"]) {
      await gantry.ok("run", "-d", "--name", name, "--network", "small", "base", "sleep", "1000")
    }
    expect(await gantry.try("run", "--rm", "--network", "small", "base", "true")).toMatchObject({
      status: 125,
      stderr: expect.stringMatching(/fd00:71:9::\/126\) has no free address\n.*remove containers that are not needed/)
    })
    await gantry.removeAll()
    await gantry.ok("network", "rm", "small")
    const wrong: ReadonlyArray<readonly [why: string, ...options: ReadonlyArray<string>]> = [
      ["every network here has IPv4 addresses", "--ipv6", "--ipv4=false"],
      ["give --ipv6 as well", "--subnet", "fd00:71:8::/64"],
      ["doesn't support multiple subnets", "--ipv6", "--subnet", "fd00:71:8::/64", "--subnet", "fd00:71:9::/64"],
      ["overlaps with network back", "--ipv6", "--subnet", "fd00:71::/32"],
      ["addresses of single links", "--ipv6", "--subnet", "fe80::/64"],
      ["the MTU of the network is 1000", "--ipv6", "-o", "com.docker.network.driver.mtu=1000"]
    ]
    for (const [why, ...options] of wrong) {
      const refused = await gantry.try("network", "create", ...options, "wrong")
      expect([why, refused.status, refused.stderr]).toEqual([why, 1, expect.stringContaining(why)])
    }
    const script = 'echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6; "$@" || true'
    const command = [...gantry.command, "network", "create", "--ipv6", "wrong"]
    const said = execFileSync("unshare", ["--net", "sh", "-c", `exec 2>&1; ${script}`, "_", ...command], {
      encoding: "utf8",
      env: gantry.env
    })
    expect(said).toMatch(/could not create network wrong\n.*IPv6 is switched off on this host.*\n.*without IPv6\n$/)
    expect(await gantry.ok("network", "ls", "-q", "--filter", "name=wrong")).toBe("")
  })
})
