import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { describe, expect, it } from "vitest"
import { freePort } from "./host/free-port.ts"
import { type Gantry, useGantry } from "./host/gantry.ts"
import { leftovers } from "./host/host-state.ts"
import { startProcess } from "./host/started.ts"
import { until } from "./host/until.ts"

/** The supervisor of the only container that runs: a process that is not the container's and has its directory as an argument. */
const supervisorOf = (gantry: Gantry, id: string): number => {
  const found = readdirSync("/proc").filter((pid) => {
    if (!/^\d+$/.test(pid) || !existsSync(`/proc/${pid}/cmdline`)) return false
    const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0")
    return words.includes("__supervise") && words.some((word) => word.includes(id) && word.startsWith(gantry.root))
  })
  expect(found).toHaveLength(1)
  return Number(found[0])
}

describe("after a crash", () => {
  const gantry = useGantry()

  it("of the command line, the container runs on and its log goes on", async () => {
    const run = gantry.start(
      "run",
      "--name",
      "orphan",
      "base",
      "sh",
      "-c",
      "echo before; while [ ! -e /go ]; do sleep 0.1; done; echo after; exit 3"
    )
    await run.says(/before/)
    run.kill("SIGKILL")
    expect((await run.ended).status).toBe(137)
    expect(await gantry.field("orphan", "{{.State.Status}}")).toBe("running")
    await gantry.ok("exec", "orphan", "touch", "/go")
    expect(await gantry.ok("wait", "orphan")).toBe("3")
    expect(await gantry.ok("logs", "orphan")).toBe("before\nafter")
  })

  it("of the command line, a container made with --rm still removes itself", async () => {
    const run = gantry.start(
      "run",
      "--rm",
      "--name",
      "orphan",
      "base",
      "sh",
      "-c",
      "echo before; while [ ! -e /go ]; do sleep 0.1; done"
    )
    await run.says(/before/)
    run.kill("SIGKILL")
    await run.ended
    await gantry.ok("exec", "orphan", "touch", "/go")
    expect(await until("it to be gone", async () => (await gantry.ok("ps", "-aq")) === "")).toBe(true)
  })

  it("of the supervisor, the container is gone, `ps` says so, and nothing is left", async () => {
    const port = await freePort()
    const id = await gantry.ok("run", "-d", "--name", "lost", "-p", `${port}:80`, "base", "sleep", "600")
    process.kill(supervisorOf(gantry, id), "SIGKILL")
    await until("its processes to end", () => leftovers(gantry).every((line) => !line.startsWith("process")))
    expect(await gantry.ok("ps", "-q")).toBe("")
    expect(await gantry.ok("ps", "-a", "--format", "{{.Names}} {{.Status}}")).toMatch(/^lost Exited \(137\)/)
    expect(leftovers(gantry).filter((line) => /^(mount|link|published|leases|ports)/.test(line))).toEqual([])
    expect((await gantry.try("exec", "lost", "true")).status).not.toBe(0)
    // What it held can be used again, by another container or by itself.
    const other = await gantry.ok("run", "-d", "-p", `${port}:80`, "base", "sleep", "600")
    await gantry.ok("rm", "-f", other)
    await gantry.ok("start", "lost")
    expect(await gantry.field("lost", "{{.State.Status}}")).toBe("running")
  })

  it("of the supervisor, a container made with --rm goes with `ps`, also one that shows others only", async () => {
    const id = await gantry.ok("run", "-d", "--rm", "--name", "lost", "base", "sleep", "600")
    await gantry.ok("create", "--name", "newer", "base", "true")
    process.kill(supervisorOf(gantry, id), "SIGKILL")
    await until("its processes to end", () => leftovers(gantry).every((line) => !line.startsWith("process")))
    expect(await gantry.ok("ps", "-l", "--format", "{{.Names}}")).toBe("newer")
    expect(leftovers(gantry).filter((line) => line.includes(id))).toEqual([])
  })

  it("of a start that had not written down its address, the address goes with the container", async () => {
    await gantry.ok("run", "--rm", "base", "true")
    const id = await gantry.ok("create", "base", "true")
    const database = new DatabaseSync(join(gantry.root, "state.db"))
    database
      .prepare("INSERT INTO leases (network, container, container_name, address) SELECT id, ?, 'x', ? FROM networks")
      .run(id, "172.31.255.1")
    database.close()
    await gantry.ok("rm", id)
    expect(leftovers(gantry).filter((line) => line.startsWith("leases"))).toEqual([])
  })

  it("of the supervisor, a port is free at once, without anyone looking at the container first", async () => {
    const port = await freePort()
    const id = await gantry.ok("run", "-d", "-p", `${port}:80`, "base", "sleep", "600")
    process.kill(supervisorOf(gantry, id), "SIGKILL")
    expect((await gantry.try("run", "-d", "-p", `${port}:80`, "base", "sleep", "600")).status).toBe(0)
  })

  it("of the supervisor, `rm` removes the container", async () => {
    const id = await gantry.ok("run", "-d", "--name", "lost", "base", "sleep", "600")
    process.kill(supervisorOf(gantry, id), "SIGKILL")
    await until("its processes to end", () => leftovers(gantry).every((line) => !line.startsWith("process")))
    expect(await gantry.ok("rm", "lost")).toBe("lost")
    expect(leftovers(gantry)).toEqual([])
  })

  it("of the supervisor, `logs -f` and `wait` end", async () => {
    const id = await gantry.ok("run", "-d", "--name", "lost", "base", "sh", "-c", "echo ready; sleep 600")
    const follow = gantry.start("logs", "-f", "lost")
    await follow.says(/ready/)
    const waiting = gantry.start("wait", "lost")
    process.kill(supervisorOf(gantry, id), "SIGKILL")
    expect((await follow.ended).status).toBe(0)
    expect((await waiting.ended).stdout).toBe("137\n")
  })

  it("of the supervisor, a command in the foreground ends with 137", async () => {
    const run = gantry.start("run", "--name", "lost", "base", "sh", "-c", "echo ready; sleep 600")
    await run.says(/ready/)
    process.kill(supervisorOf(gantry, await gantry.field("lost", "{{.Id}}")), "SIGKILL")
    expect((await run.ended).status).toBe(137)
  })

  it.each([
    { verb: "stop -t 0", after: /^Exited \(137\)/ },
    { verb: "kill", after: /^Exited \(137\)/ },
    { verb: "restart -t 0", after: /^Up/ },
    { verb: "rm -f", after: /^$/ }
  ])("of nobody, but where the supervisor was stopped, `$verb` is heard at once", async ({ after, verb }) => {
    const id = await gantry.ok("run", "-d", "--restart", "always", "--name", "deaf", "base", "sleep", "600")
    process.kill(supervisorOf(gantry, id), "SIGSTOP")
    expect(await gantry.ok(...verb.split(" "), "deaf")).toBe("deaf")
    const status = () => gantry.ok("ps", "-a", "--format", "{{.Status}}")
    // A signal is sent and not waited for.
    await until("its state to be true", async () => after.test(await status()), 5)
  })

  it("of the first process, the container ends with 137 and stays known", async () => {
    await gantry.ok("run", "-d", "--name", "struck", "base", "sleep", "600")
    process.kill(Number(await gantry.field("struck", "{{.State.Pid}}")), "SIGKILL")
    expect(await gantry.ok("wait", "struck")).toBe("137")
    expect(await gantry.field("struck", "{{.State.Status}}")).toBe("exited")
  })

  it("a container ends where nobody waits for orphans, as in a container whose first process does not", async () => {
    const steps = [
      ["run", "-d", "--name", "alone", "base", "sleep", "1000"],
      ["exec", "alone", "no-such-program"],
      ["exec", "alone", "/etc"],
      ["exec", "alone", "true"],
      ["restart", "-t", "0", "alone"],
      ["rm", "-f", "alone"]
    ]
    const first = `const { spawnSync } = require("node:child_process")
      const [command, steps] = JSON.parse(process.argv[1])
      const run = (step) => spawnSync(command[0], [...command.slice(1), ...step], { timeout: 30_000 }).status
      console.log(JSON.stringify(steps.map(run)))`
    const words = JSON.stringify([gantry.command, steps])
    const ended = await startProcess(
      ["unshare", "--pid", "--fork", "--mount-proc", process.execPath, "-e", first, words],
      { env: gantry.env, cwd: gantry.scratch, input: "" }
    ).ended
    expect(ended).toMatchObject({ status: 0, stdout: "[0,127,126,0,0,0]\n" })
  })
})
