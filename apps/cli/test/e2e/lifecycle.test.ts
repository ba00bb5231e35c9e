import { networkInterfaces } from "node:os"
import { describe, expect, it } from "vitest"
import { useGantryBy } from "./host/gantry.ts"
import { everyRuntime } from "./host/oci-runtimes.ts"
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

describe.each(everyRuntime)("the life of a container, made by %s", (runtime) => {
  const gantry = useGantryBy(runtime)
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

  it("tells what a container wrote for a while after it was removed, up to its end", async () => {
    await gantry.ok("run", "-d", "--name", "gone", "base", "sh", "-c", "echo one; sleep 600")
    await gantry.start("logs", "-f", "gone").says(/one/)
    await gantry.ok("rm", "-f", "gone")
    expect(await gantry.ok("logs", "-f", "gone")).toBe("one")
    expect((await gantry.try("inspect", "gone")).status).toBe(1)
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

  it("`stop` is heard while the command writes without a pause", async () => {
    await gantry.ok("run", "-d", "--name", "talker", "base", "yes")
    await until("its first words", async () => (await gantry.ok("logs", "-n", "1", "talker")) === "y")
    await gantry.ok("stop", "-t", "0", "talker")
    expect(await status("talker")).toBe("exited")
    await gantry.ok("rm", "talker")
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
    expect(await gantry.field("one", "{{.HostConfig.Runtime}}")).toBe(runtime)
    await gantry.ok("kill", "one")
    expect(await gantry.ok("wait", "one")).toBe("137")
    const again = await gantry.try("kill", "one")
    expect(again.status).toBe(1)
    expect(again.stderr).toContain("not running")
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
})
