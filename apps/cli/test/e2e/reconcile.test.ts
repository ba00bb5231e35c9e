import { execFileSync } from "node:child_process"
import { readdirSync, readFileSync, rmSync } from "node:fs"
import { networkInterfaces } from "node:os"
import { describe, expect, it } from "vitest"
import { type Gantry, useGantry } from "./host/gantry.ts"
import { until } from "./host/until.ts"

/** What a reboot leaves of an engine: its root directory. */
const reboot = (gantry: Gantry): void => {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const words = wordsOf(pid)
    if (words.includes("__supervise") && words.some((word) => word.startsWith(gantry.root))) {
      process.kill(Number(pid), "SIGKILL")
    }
  }
  execFileSync("nft", ["delete", "table", "ip", `gantry_${gantry.instance}`])
  const links = execFileSync("ip", ["-br", "link"], { encoding: "utf8" }).split("\n")
  for (const line of links) {
    const [link = ""] = line.split(/[\s@]/)
    // Links of containers may go with their namespaces meanwhile.
    if (link.includes(gantry.instance)) execFileSync("sh", ["-c", `ip link delete ${link} 2>/dev/null || true`])
  }
  rmSync(gantry.run, { recursive: true, force: true })
}

const wordsOf = (pid: string): ReadonlyArray<string> => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0")
  } catch {
    return []
  }
}

describe("after a reboot", () => {
  const gantry = useGantry()

  it("rm ends a container whose directory somebody has taken away while it ran", async () => {
    const id = await gantry.ok("run", "-d", "--name", "bare", "base", "sleep", "600")
    const pid = await gantry.field("bare", "{{.State.Pid}}")
    rmSync(`${gantry.root}/containers/${id}`, { recursive: true })
    await gantry.ok("rm", "-f", "bare")
    const ended = () => !wordsOf(pid).includes("600")
    expect(await until("the end of its process", ended)).toBe(true)
  })

  it("rm -f removes a container whose supervisor was stopped and hears nothing", async () => {
    const id = await gantry.ok("run", "-d", "--name", "deaf", "base", "sleep", "600")
    const supervisor = readdirSync("/proc").find((pid) => {
      const words = wordsOf(pid)
      return words.includes("__supervise") && words.some((word) => word.endsWith(id))
    })
    process.kill(Number(supervisor), "SIGSTOP")
    await gantry.ok("rm", "-f", "deaf")
    expect(await gantry.ok("ps", "-aq")).toBe("")
  })

  it("system reconcile --start brings back what should run, with its network and ports, and nothing else", async () => {
    await gantry.build("web", 'FROM base\nRUN echo back > /index.html\nCMD ["httpd", "-f", "-p", "80"]\n')
    await gantry.ok("run", "-d", "--name", "site", "--restart", "always", "-p", "80", "web")
    await gantry.ok("run", "-d", "--name", "stopped", "--restart", "unless-stopped", "base", "sleep", "600")
    await gantry.ok("stop", "-t", "0", "stopped")
    await gantry.ok("run", "-d", "--name", "plain", "base", "sleep", "600")
    await gantry.ok("run", "-d", "--rm", "--name", "once", "base", "sleep", "600")
    reboot(gantry)
    expect(Object.keys(networkInterfaces()).filter((name) => name.includes(gantry.instance))).toEqual([])

    const would = await gantry.ok("system", "reconcile", "--start", "--dry-run")
    expect(would).toContain("site: would be started")
    const did = await gantry.ok("system", "reconcile", "--start")
    expect(did).toContain("site: started")
    expect(did).not.toMatch(/(?:stopped|plain|once): started/)
    const all = await gantry.ok("ps", "-a", "--format", "{{.Names}} {{.State}}")
    expect(all.split("\n").toSorted()).toEqual(["plain exited", "site running", "stopped exited"])
    const port = await gantry.field("site", '{{(index (index .NetworkSettings.Ports "80/tcp") 0).HostPort}}')
    const page = await until("the page", async () => (await fetch(`http://127.0.0.1:${port}/`)).text(), 5)
    expect(page).toBe("back\n")
    expect(await gantry.ok("system", "reconcile", "--start")).toBe("all is as it should be")
    expect(await gantry.ok("check", "--quick")).toContain("all is well")
  })
})
