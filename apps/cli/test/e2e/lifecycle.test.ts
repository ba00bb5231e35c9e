import { existsSync, readFileSync } from "node:fs"
import { networkInterfaces } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { useGantry } from "./host/gantry.ts"
import { makeNeighbour } from "./host/neighbour.ts"
import { inTerminal } from "./host/terminal.ts"
import { until } from "./host/until.ts"

const web = `FROM base
RUN mkdir /www && echo hello from inside > /www/index.html
EXPOSE 80
CMD ["httpd", "-f", "-p", "80", "-h", "/www"]
`

/** Announces itself, and says so when it is asked to end. */
const polite = "trap 'echo bye; exit 7' TERM; echo ready; while :; do sleep 1 & wait $!; done"

describe("the life of a container", () => {
  const gantry = useGantry()
  const status = (name: string) => gantry.field(name, "{{.State.Status}}")
  const readyLog = (name: string) => gantry.start("logs", "-f", name).says(/ready/)

  it("serves on a published port: over loopback, the host's address, and from another machine", async () => {
    await gantry.build("web", web)
    const id = await gantry.ok("run", "-d", "--name", "web", "-p", "80", "web")
    expect(id).toMatch(/^[0-9a-f]{64}$/)
    const port = await gantry.field("web", '{{(index (index .NetworkSettings.Ports "80/tcp") 0).HostPort}}')
    const get = (host: string) =>
      until(`an answer from ${host}`, async () => (await fetch(`http://${host}:${port}/`)).text(), 5)
    const own = Object.values(networkInterfaces())
      .flatMap((each) => each ?? [])
      .filter(({ family }) => family === "IPv4")
    for (const { address } of own) expect(await get(address)).toBe("hello from inside\n")

    const neighbour = makeNeighbour(`ge${gantry.instance}`)
    try {
      const program = `fetch("http://${neighbour.hostAddress}:${port}/").then((answer) => answer.text()).then(console.log)`
      expect(neighbour.run(process.execPath, "-e", program)).toBe("hello from inside\n\n")
    } finally {
      neighbour.remove()
    }
  })

  it("runs in the background, tells its output, and `logs -f` ends with it", async () => {
    await gantry.ok("run", "-d", "--name", "talk", "base", "sh", "-c", `echo to err >&2; ${polite}`)
    const follow = gantry.start("logs", "-f", "talk")
    await follow.says(/ready/)
    await follow.says(/to err/, "stderr")
    await gantry.ok("stop", "talk")
    const outcome = await follow.ended
    expect(outcome.status).toBe(0)
    expect(outcome.stdout).toBe("ready\nbye\n")
    expect(outcome.stderr).toBe("to err\n")
    expect(await gantry.field("talk", "{{.State.ExitCode}}")).toBe("7")
  })

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

  it("passes on the exit status of `exec`, its streams, user, directory and environment", async () => {
    await gantry.ok("run", "-d", "--name", "box", "-e", "FROM_RUN=1", "-w", "/tmp", "base", "sleep", "600")
    expect((await gantry.try("exec", "box", "sh", "-c", "exit 5")).status).toBe(5)
    expect((await gantry.try("exec", "box", "nosuch")).status).toBe(127)
    expect((await gantry.try("exec", "box", "/etc/passwd")).status).toBe(126)
    expect((await gantry.try("exec", "box", "sh", "-c", "kill -9 $$")).status).toBe(137)
    const both = await gantry.try("exec", "box", "sh", "-c", "echo out; echo err >&2")
    expect([both.stdout, both.stderr]).toEqual(["out\n", "err\n"])
    expect((await gantry.tryWith("through", "exec", "-i", "box", "cat")).stdout).toBe("through")
    expect(await gantry.ok("exec", "-e", "MORE=2", "box", "sh", "-c", "echo $FROM_RUN$MORE $PWD")).toBe("12 /tmp")
    expect(await gantry.ok("exec", "-u", "app", "-w", "/etc", "box", "sh", "-c", "id -un; pwd")).toBe("app\n/etc")
    const wrong = await gantry.try("exec", "bx", "true")
    expect(wrong.status).not.toBe(0)
    expect(wrong.stderr).toContain("box")
  })

  it("`exec -d` returns at once and leaves the command running", async () => {
    await gantry.ok("run", "-d", "--name", "box", "base", "sleep", "600")
    await gantry.ok("exec", "-d", "box", "sh", "-c", "echo done > /tmp/mark; sleep 500")
    await until("the mark", async () => (await gantry.try("exec", "box", "cat", "/tmp/mark")).stdout === "done\n")
    expect(await gantry.ok("exec", "box", "ps", "-o", "args")).toContain("sleep 500")
  })

  it("`exec -it` is a conversation in a terminal", async () => {
    await gantry.ok("run", "-d", "--name", "box", "base", "sleep", "600")
    const shell = inTerminal(gantry, "exec", "-it", "box", "sh")
    await shell.says(/# /)
    shell.write("tty; echo $((40 + 2))\r")
    await shell.says(/\/dev\/pts\/\d+\s+42\s/)
    shell.write("exit 3\r")
    expect((await shell.ended).status).toBe(3)
  })

  it("`stop` lets the command end by itself", async () => {
    await gantry.ok("run", "-d", "--name", "polite", "base", "sh", "-c", polite)
    await readyLog("polite")
    expect(await gantry.ok("stop", "polite")).toBe("polite")
    expect(await gantry.field("polite", "{{.State.Status}} {{.State.ExitCode}}")).toBe("exited 7")
  })

  it("`stop` kills a command that does not listen, after its grace time", async () => {
    await gantry.ok(
      "run",
      "-d",
      "--name",
      "deaf",
      "base",
      "sh",
      "-c",
      "trap '' TERM; echo ready; while :; do sleep 1; done"
    )
    await readyLog("deaf")
    await gantry.ok("stop", "-t", "1", "deaf")
    expect(await gantry.field("deaf", "{{.State.Status}} {{.State.ExitCode}}")).toBe("exited 137")
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

  it("`stop` sends the image's stop signal", async () => {
    await gantry.build("quits", "FROM base\nSTOPSIGNAL SIGQUIT\n")
    await gantry.ok(
      "run",
      "-d",
      "--name",
      "quits",
      "quits",
      "sh",
      "-c",
      "trap 'exit 9' QUIT; echo ready; while :; do sleep 1 & wait $!; done"
    )
    await readyLog("quits")
    await gantry.ok("stop", "quits")
    expect(await gantry.field("quits", "{{.State.ExitCode}}")).toBe("9")
  })

  it("`kill` sends the signal it is given, SIGKILL without one", async () => {
    await gantry.ok(
      "run",
      "-d",
      "--name",
      "one",
      "base",
      "sh",
      "-c",
      "trap 'echo got it' USR1; echo ready; while :; do sleep 1 & wait $!; done"
    )
    await readyLog("one")
    await gantry.ok("kill", "-s", "USR1", "one")
    await gantry.start("logs", "-f", "one").says(/got it/)
    expect(await status("one")).toBe("running")
    await gantry.ok("kill", "one")
    expect(await gantry.ok("wait", "one")).toBe("137")
    const again = await gantry.try("kill", "one")
    expect(again.status).toBe(1)
    expect(again.stderr).toContain("not running")
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

  it("keeps what it wrote when it is started again", async () => {
    await gantry.ok("run", "--name", "again", "base", "sh", "-c", "cat /count 2>/dev/null; echo x >> /count")
    expect((await gantry.try("start", "-a", "again")).stdout).toBe("x\n")
    expect((await gantry.try("start", "-a", "again")).stdout).toBe("x\nx\n")
    expect(await gantry.ok("logs", "again")).toBe("x\nx\nx")
  })

  it("is made by `create` and runs with `start -a`, which passes its status on", async () => {
    const id = await gantry.ok("create", "--name", "later", "base", "sh", "-c", "echo ran; exit 4")
    expect(await gantry.ok("ps", "-a", "--format", "{{.ID}} {{.Status}}")).toBe(`${id.slice(0, 12)} Created`)
    const outcome = await gantry.try("start", "-a", "later")
    expect([outcome.status, outcome.stdout]).toEqual([4, "ran\n"])
    expect(await gantry.ok("ps", "-a", "--format", "{{.Status}}")).toMatch(/^Exited \(4\)/)
  })

  it("with `start -ai` reads from standard input", async () => {
    await gantry.ok("create", "-i", "--name", "reader", "base", "cat")
    expect((await gantry.tryWith("typed\n", "start", "-ai", "reader")).stdout).toBe("typed\n")
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
    expect((await gantry.try("check")).status).toBe(0)
  })

  it("with --rm in the background is gone when it ends", async () => {
    const id = await gantry.ok("run", "-d", "--rm", "--name", "brief", "base", "sh", "-c", "echo ready; sleep 600")
    await readyLog("brief")
    await gantry.ok("stop", "-t", "0", "brief")
    await until("it to be gone", async () => (await gantry.ok("ps", "-aq")) === "")
    expect(existsSync(join(gantry.root, "containers", id))).toBe(false)
  })
})
