import { describe, expect, it } from "vitest"
import { useGantry } from "./host/gantry.ts"
import { until } from "./host/until.ts"

const gantry = useGantry()

const namespaceOf = (name: string) => gantry.ok("exec", name, "readlink", "/proc/self/ns/net")

describe("`--network container:NAME`", () => {
  it("gives two containers one network, one host name and one hosts file", async () => {
    const serve = "mkdir /www; echo page > /www/index.html; exec httpd -f -p 80 -h /www"
    await gantry.ok("run", "-d", "--name", "web", "--add-host", "box:192.0.2.1", "base", "sh", "-c", serve)
    await gantry.ok("run", "-d", "--name", "side", "--network", "container:web", "base", "sleep", "1000")
    expect(await namespaceOf("side")).toBe(await namespaceOf("web"))
    expect(await gantry.ok("exec", "side", "wget", "-qO-", "http://127.0.0.1/")).toBe("page")
    expect(await gantry.ok("exec", "side", "hostname")).toBe(await gantry.ok("exec", "web", "hostname"))
    expect(await gantry.ok("exec", "side", "cat", "/etc/hosts")).toBe(
      await gantry.ok("exec", "web", "cat", "/etc/hosts")
    )
    expect(await gantry.field("side", "{{json .NetworkSettings.Networks}}")).toBe("{}")
    const id = await gantry.field("web", "{{.Id}}")
    expect(await gantry.field("side", "{{.HostConfig.NetworkMode}}")).toBe(`container:${id}`)

    await gantry.ok("network", "create", "further")
    await gantry.ok("network", "connect", "further", "web")
    const hosts = await gantry.ok("exec", "web", "cat", "/etc/hosts", "/etc/resolv.conf")
    expect(hosts).toContain(await gantry.field("web", "{{.NetworkSettings.Networks.further.IPAddress}}"))
    expect(await gantry.ok("exec", "side", "cat", "/etc/hosts", "/etc/resolv.conf")).toBe(hosts)
    await gantry.ok("network", "disconnect", "further", "web")
    expect(await gantry.ok("exec", "side", "cat", "/etc/hosts")).not.toBe(hosts)
    expect(await gantry.ok("exec", "side", "cat", "/etc/hosts", "/etc/resolv.conf")).toBe(
      await gantry.ok("exec", "web", "cat", "/etc/hosts", "/etc/resolv.conf")
    )
    await gantry.ok("network", "rm", "further")

    // Whoever starts later finds the network that the other one has by then; until then it keeps the earlier one.
    await gantry.ok("restart", "-t", "0", "web")
    expect(await namespaceOf("side")).not.toBe(await namespaceOf("web"))
    await gantry.ok("restart", "-t", "0", "side")
    expect(await namespaceOf("side")).toBe(await namespaceOf("web"))
  })

  it("is looked for again when the container is started again by itself", async () => {
    await gantry.ok("run", "-d", "--name", "web", "base", "sleep", "1000")
    const once = "[ -e /again ] && exec sleep 1000; while [ ! -e /go ]; do sleep 0.1; done; touch /again; exit 1"
    const rule = ["--restart", "on-failure"]
    await gantry.ok("run", "-d", "--name", "side", ...rule, "--network", "container:web", "base", "sh", "-c", once)
    await gantry.ok("restart", "-t", "0", "web")
    await gantry.ok("exec", "side", "touch", "/go")
    const its = await namespaceOf("web")
    const mine = () =>
      until("the side container in the new network", async () => {
        const found = await namespaceOf("side")
        if (found !== its) throw new Error(`${found} is not ${its}`)
        return found
      })
    expect(await mine()).toBe(its)
  })

  it("is refused with what belongs to the other container, and when that one does not run", async () => {
    await gantry.ok("create", "--name", "still", "base", "true")
    const refused = async (why: string, ...args: ReadonlyArray<string>) => {
      const { status, stderr } = await gantry.try("run", "--rm", ...args, "base", "true")
      expect(stderr).toContain(why)
      expect(status).toBe(125)
    }
    const still = ["--network", "container:still"]
    await refused("cannot join network of a non running container", ...still)
    await refused("No such container: nope", "--network", "container:nope")
    await refused("port publishing and the container type network mode", "-p", "80", ...still)
    await refused("hostname and the network mode", "--hostname", "x", ...still)
    await refused("dns and the network mode", "--dns", "192.0.2.1", ...still)
    await refused("custom host-to-IP mapping and the network mode", "--add-host", "a:192.0.2.1", ...still)
  })
})
