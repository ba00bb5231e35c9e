import { describe, expect, it } from "vitest"
import { useGantry } from "./host/gantry.ts"
import { until } from "./host/until.ts"

describe("containers that are looked after", () => {
  const gantry = useGantry()
  const status = (name: string) => gantry.ok("ps", "-a", "--filter", `name=${name}`, "--format", "{{.Status}}")

  it("are started again after a failure, as often as was said, and keep one log", async () => {
    await gantry.ok(
      "run",
      "-d",
      "--name",
      "fails",
      "--restart",
      "on-failure:2",
      "base",
      "sh",
      "-c",
      "echo life; exit 3"
    )
    expect((await gantry.start("logs", "-f", "fails").ended).stdout).toBe("life\nlife\nlife\n")
    expect(await gantry.field("fails", "{{.RestartCount}} {{.State.ExitCode}}")).toBe("2 3")
  })

  it("are not started again once somebody has stopped them, also between two starts", async () => {
    await gantry.ok("run", "-d", "--name", "ever", "--restart", "always", "base", "true")
    await until("a pause between starts", async () => (await status("ever")).startsWith("Restarting"), 10)
    await gantry.ok("stop", "ever")
    expect(await status("ever")).toMatch(/^Exited \(0\)/)
    await gantry.ok("run", "-d", "--name", "killed", "--restart", "always", "base", "sleep", "600")
    await gantry.ok("kill", "killed")
    await gantry.ok("wait", "killed")
    expect(await status("killed")).toMatch(/^Exited \(137\)/)
  })

  it("are stopped to the end, also when whoever stops them is killed on the way", async () => {
    const deaf = "trap 'echo told' TERM; echo ready; while :; do sleep 0.05; done"
    await gantry.ok("run", "-d", "--name", "deaf", "--restart", "always", "base", "sh", "-c", deaf)
    const said = (line: string) => until(line, async () => (await gantry.ok("logs", "deaf")).includes(line), 10)
    await said("ready")
    const stopping = gantry.start("stop", "-t", "3", "deaf")
    await said("told")
    stopping.kill("SIGKILL")
    expect((await stopping.ended).status).not.toBe(0)
    expect(await gantry.ok("wait", "deaf")).toBe("137")
    expect(await status("deaf")).toMatch(/^Exited \(137\)/)
  })

  it("are not started again after a signal that the user means as their end, and are after another one", async () => {
    const ready = (name: string) => until(`${name} to listen`, async () => (await gantry.ok("logs", name)) !== "", 10)
    const command = ["base", "sh", "-c", "trap 'exit 3' USR1; echo ready; while :; do sleep 0.05; done"]
    await gantry.ok("run", "-d", "--name", "plain", "--restart", "always", ...command)
    await gantry.ok("run", "-d", "--name", "quits", "--restart", "always", "--stop-signal", "QUIT", ...command)
    await Promise.all([ready("plain"), ready("quits")])
    expect(await gantry.ok("kill", "-s", "USR1", "plain", "quits")).toBe("plain\nquits")
    await gantry.ok("wait", "plain")
    expect(await status("plain")).toMatch(/^Exited \(3\)/)
    const unknown = await gantry.try("kill", "-s", "FOO", "quits")
    expect(unknown).toMatchObject({ status: 1, stdout: "", stderr: expect.stringContaining("Invalid signal: FOO") })
    await until("another life", async () => (await gantry.field("quits", "{{.RestartCount}}")) === "1", 10)
  })

  it("are dealt with together when several are named, and told of in that order", async () => {
    const names = ["one", "two", "three"]
    for (const name of names) await gantry.ok("run", "-d", "--name", name, "base", "sleep", "600")
    const told = { status: 1, stdout: "one\ntwo\nthree\n" }
    for (const verb of [["pause"], ["unpause"], ["restart", "-t", "0"], ["kill"], ["rm"]]) {
      if (verb[0] === "rm") await gantry.ok("wait", ...names)
      const outcome = await gantry.try(...verb, "one", "nobody", "two", "three")
      expect([verb, outcome]).toMatchObject([verb, told])
      expect(outcome.stderr).toContain("nobody")
    }
  })

  it("get other limits and another rule while they run", async () => {
    await gantry.ok("run", "-d", "--name", "live", "--pids-limit", "20", "base", "sh", "-c", "sleep 600 & wait")
    await gantry.ok("update", "--pids-limit", "2", "--restart", "on-failure:1", "live")
    expect((await gantry.try("exec", "live", "sh", "-c", "true & wait")).stderr).toContain("can't fork")
    await gantry.ok("update", "--pids-limit", "20", "live")
    await gantry.ok("exec", "live", "sh", "-c", "true & wait")
    // The container may end before this command does, and takes it along.
    await gantry.try("exec", "live", "sh", "-c", "kill -9 $(pidof sleep)")
    await gantry.ok("wait", "live")
    expect(await gantry.field("live", "{{.HostConfig.RestartPolicy.Name}} {{.HostConfig.PidsLimit}}")).toBe(
      "on-failure 20"
    )
  })

  it("go when they are removed by force, whatever their rule", async () => {
    await gantry.ok("run", "-d", "--name", "ever", "--restart", "always", "base", "true")
    await gantry.ok("rm", "-f", "ever")
    expect(await gantry.ok("ps", "-aq")).toBe("")
  })

  it("keep their published port and their address over a restart", async () => {
    const serve = "mkdir -p /www; cat /proc/uptime > /www/index.html; timeout 1 httpd -f -p 80 -h /www; true"
    await gantry.ok(
      "run",
      "-d",
      "--name",
      "web",
      "--restart",
      "always",
      "-p",
      "127.0.0.1::80",
      "base",
      "sh",
      "-c",
      serve
    )
    const port = (await gantry.ok("port", "web", "80")).split(":").at(-1)
    const page = async () => (await fetch(`http://127.0.0.1:${port}/`)).text()
    const first = await until("the first life to answer", page, 10)
    await until("the second life to answer", async () => (await page().catch(() => first)) !== first, 15)
    expect((await gantry.ok("port", "web", "80")).split(":").at(-1)).toBe(port)
  })

  it("are healthy when their check says so, and are told apart by it", async () => {
    const check = ["--health-interval", "100ms", "--health-retries", "1"]
    await gantry.ok("run", "-d", "--name", "well", "--health-cmd", "test -e /ok", ...check, "base", "sleep", "600")
    await until("a failed check to count", async () => (await status("well")).includes("(unhealthy)"), 10)
    expect(await gantry.ok("ps", "-q", "--filter", "health=healthy")).toBe("")
    await gantry.ok("exec", "well", "touch", "/ok")
    await until("a good check to count", async () => (await status("well")).includes("(healthy)"), 10)
    expect(await gantry.field("well", "{{.State.Health.Status}} {{.State.Health.FailingStreak}}")).toBe("healthy 0")
  })

  it("take HEALTHCHECK from their image, and are killed or started again when it fails, if that was asked for", async () => {
    await gantry.build(
      "sick",
      'FROM base\nHEALTHCHECK --interval=100ms --retries=1 CMD ["false"]\nCMD ["sleep", "600"]\n'
    )
    await gantry.ok("run", "-d", "--name", "doomed", "--health-on-failure", "kill", "sick")
    expect(await gantry.ok("wait", "doomed")).toBe("137")
    await gantry.ok("run", "-d", "--name", "anew", "--stop-signal", "KILL", "--health-on-failure", "restart", "sick")
    await until("it to be started again", async () => (await gantry.field("anew", "{{.RestartCount}}")) !== "0", 15)
    await gantry.ok("run", "-d", "--name", "blind", "--no-healthcheck", "sick")
    expect(await gantry.ok("ps", "-q", "--filter", "health=none", "--filter", "name=blind")).not.toBe("")
  })

  it("can be waited for: until healthy, until a port listens, or until it is clear that they never will be", async () => {
    const check = ["--health-cmd", "test -e /ok", "--health-interval", "100ms"]
    await gantry.ok("run", "-d", "--wait", "--name", "well", ...check, "base", "sh", "-c", "touch /ok; sleep 600")
    expect(await status("well")).toContain("(healthy)")
    const late = "sleep 0.5; mkdir /www; httpd -f -p 80 -h /www"
    await gantry.ok("run", "-d", "--wait", "--name", "web", "-p", "127.0.0.1::80", "base", "sh", "-c", late)
    const port = (await gantry.ok("port", "web", "80")).split(":").at(-1)
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404)
    const failed = await gantry.try(
      "run",
      "-d",
      "--wait=1m",
      "-p",
      "127.0.0.1::80",
      "base",
      "sh",
      "-c",
      "echo no luck; exit 4"
    )
    expect(failed.status).toBe(1)
    expect(failed.stderr).toContain("no luck")
    expect(failed.stderr).toContain("it ended with 4")
    const slow = await gantry.try("run", "-d", "--wait=300ms", "-p", "127.0.0.1::80", "base", "sleep", "600")
    expect(slow.stderr).toContain("nothing listened on its port 80 after 0.3 s")
  })
})
