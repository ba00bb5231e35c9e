import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { useGantry } from "./host/gantry.ts"
import { until } from "./host/until.ts"

describe("what is known of a container", () => {
  const gantry = useGantry()

  it("shows the end of the log, times, and what is newer than a moment", async () => {
    await gantry.ok("run", "--name", "lines", "base", "sh", "-c", "seq 1 20; echo err >&2")
    expect((await gantry.try("logs", "lines")).stdout).toBe(
      Array.from({ length: 20 }, (_, at) => `${at + 1}\n`).join("")
    )
    expect((await gantry.try("logs", "lines")).stderr).toBe("err\n")
    const tail = await gantry.try("logs", "--tail", "3", "lines")
    expect(tail.stdout + tail.stderr).toMatch(/19\n20\nerr\n|18\n19\n20\n/)
    expect(await gantry.ok("logs", "-n", "0", "lines")).toBe("")
    const [first = ""] = (await gantry.ok("logs", "-t", "lines")).split("\n")
    expect(first).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z 1$/)
    expect(await gantry.ok("logs", "--since", "2090-01-01", "lines")).toBe("")
    expect(await gantry.ok("logs", "--grep", "^1.$", "-n", "2", "lines")).toBe("18\n19")
    expect((await gantry.try("logs", "--grep", "(", "lines")).stderr).toContain("Invalid regular expression")
  })

  it("keeps logs as --log-driver and --log-opt say, and shows several in the order of time", async () => {
    const options = ["--log-opt", "max-size=1k", "--log-opt", "max-file=2", "--log-opt", "labels=app", "-l", "app=a b"]
    await gantry.ok("run", "--name", "few", ...options, "base", "sh", "-c", "seq 1 100; echo end >&2")
    await gantry.ok("run", "--name", "later", "base", "echo", "later")
    await gantry.ok("run", "--name", "silent", "--log-driver", "none", "base", "echo", "shown")
    const kept = (await gantry.ok("logs", "few")).split("\n")
    expect(kept.at(-1)).toBe("100")
    expect(kept.length).toBeLessThan(60)
    expect((await gantry.try("logs", "--details", "few")).stderr).toBe("app=a%20b end\n")
    const { stderr, stdout } = await gantry.try("logs", "-n", "1", "later", "few")
    expect(stdout + stderr).toMatch(/^(few {3}\| (end|100)\n)?later \| later\n(few {3}\| end\n)?$/)
    expect(await gantry.field("few", "{{json .HostConfig.LogConfig}}")).toBe(
      '{"Type":"json-file","Config":{"labels":"app","max-file":"2","max-size":"1k"}}'
    )
    const none = await gantry.try("logs", "later", "silent")
    expect(none).toMatchObject({ status: 1, stdout: "" })
    expect(none.stderr).toContain("configured logging driver does not support reading")
  })

  it("`stop` of several gives all of them their grace time at once, and tells of them in the order of their names", async () => {
    const names = ["deaf1", "polite1", "deaf2"]
    for (const name of names) {
      const command = name.startsWith("deaf")
        ? ["sleep", "600"]
        : ["sh", "-c", "trap 'exit 0' TERM; sleep 600 & wait $!"]
      // One after the other: which network address they get does not matter, and the machine is small.
      // oxlint-disable-next-line no-await-in-loop
      await gantry.ok("run", "-d", "--name", name, "--network", "none", "base", ...command)
    }
    const outcome = await gantry.try("stop", "-t", "1", "deaf1", "no-such", "polite1", "deaf2")
    expect([outcome.status, outcome.stdout]).toEqual([1, "deaf1\npolite1\ndeaf2\n"])
    const format = "{{.Action}} {{.Actor.Attributes.name}}"
    const told = await gantry.ok("events", "--since", "1h", "--until", "0s", "--format", format)
    const at = (event: string) => told.split("\n").indexOf(event)
    expect(at("kill deaf2")).toBeGreaterThanOrEqual(0)
    // The last one hears of it before the first one has ended.
    expect(at("kill deaf2")).toBeLessThan(at("die deaf1"))
  })

  it("`wait` tells the exit codes of several, one a line", async () => {
    await gantry.ok("run", "-d", "--name", "three", "base", "sh", "-c", "exit 3")
    await gantry.ok("run", "-d", "--name", "long", "base", "sleep", "600")
    const waiting = gantry.start("wait", "three", "long")
    await waiting.says(/3/)
    await gantry.ok("kill", "long")
    expect((await waiting.ended).stdout).toBe("3\n137\n")
  })

  it("`rm` refuses a running container, and `rm -f` does not", async () => {
    await gantry.ok("run", "-d", "--name", "busy", "base", "sleep", "600")
    const refused = await gantry.try("rm", "busy")
    expect(refused.status).toBe(1)
    expect(refused.stderr).toMatch(/running[\s\S]*--force/)
    expect(await gantry.ok("rm", "-f", "busy")).toBe("busy")
    expect(await gantry.ok("ps", "-aq")).toBe("")
    expect((await gantry.try("rm", "busy")).status).toBe(1)
  })

  it("is known by its name, its id, and the beginning of its id", async () => {
    const id = await gantry.ok("run", "-d", "--name", "known", "base", "sleep", "600")
    for (const name of ["known", id, id.slice(0, 12), id.slice(0, 4)])
      expect(await gantry.field(name, "{{.Id}}")).toBe(id)
  })

  it("leaves its id in --cidfile, which must not exist before", async () => {
    const path = join(gantry.scratch, "cid")
    const id = await gantry.ok("run", "-d", "--cidfile", path, "base", "sleep", "600")
    expect(readFileSync(path, "utf8")).toBe(id)
    const again = await gantry.try("run", "-d", "--cidfile", path, "base", "true")
    expect(again.status).toBe(125)
    expect((await gantry.ok("ps", "-aq")).split("\n")).toHaveLength(1)
  })

  it("with --rm leaves an autopsy when it fails, and nothing when it does not", async () => {
    expect((await gantry.try("autopsy")).stderr).toContain("no container has failed")
    const timed = await gantry.try("run", "--rm", "--timings=json", "--max-startup", "1h", "base", "true")
    const { phases } = JSON.parse(timed.stderr) as { readonly phases: ReadonlyArray<{ readonly name: string }> }
    expect(phases.map(({ name }) => name)).toEqual(expect.arrayContaining(["load", "network", "start", "settle"]))
    const script = "echo out; echo err >&2; echo x >/y; rm /etc/group; exit 3"
    expect((await gantry.try("run", "--rm", "--name", "ill", "base", "sh", "-c", script)).status).toBe(3)
    expect(await gantry.ok("ps", "-aq")).toBe("")
    const text = await gantry.ok("autopsy")
    for (const part of ["ill", "exit code 3", "C /etc", "D /etc/group", "A /y", "out\n", "err"]) {
      expect(text).toContain(part)
    }
    await gantry.ok("run", "-d", "--rm", "--name", "late", "-e", "A=b", "base", "sh", "-c", "read x; exit 4")
    await until("the autopsy", async () => (await gantry.try("autopsy", "late")).status === 0, 10)
    expect(await gantry.ok("autopsy", "-f", "{{.State.ExitCode}} {{.Config.Env}}", "late")).toMatch(/^4 .*A=b/)
    expect((await gantry.ok("autopsy", "--list")).split("\n").length).toBe(2)
    expect(JSON.parse(await gantry.ok("autopsy", "--list", "--format", "json"))).toHaveLength(2)
    expect((await gantry.try("check")).status).toBe(0)
  })

  it("with --rm in the background is gone when it ends", async () => {
    const id = await gantry.ok("run", "-d", "--rm", "--name", "brief", "base", "sh", "-c", "echo ready; sleep 600")
    await gantry.start("logs", "-f", "brief").says(/ready/)
    await gantry.ok("stop", "-t", "0", "brief")
    await until("it to be gone", async () => (await gantry.ok("ps", "-aq")) === "")
    expect(existsSync(join(gantry.root, "containers", id))).toBe(false)
  })
})
