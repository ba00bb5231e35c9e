import { findProgram } from "../../src/find-program.ts"
import { describe, expect, it } from "vitest"
import { useGantry } from "./host/gantry.ts"
import { until } from "./host/until.ts"

const gantry = useGantry()

/** The engine's own runtime, and an OCI runtime where there is one. */
const runtimes = [[], ...(findProgram("runc", process.env["PATH"]) === undefined ? [] : [["--runtime", "runc"]])]

describe.each(runtimes.map((flags) => [flags.at(-1) ?? "the own runtime", flags] as const))("by %s", (_, flags) => {
  it("`--pid` and `--ipc container:NAME` share processes and memory, again after a restart of either", async () => {
    await gantry.ok(
      "run",
      "-d",
      ...flags,
      "--name",
      "owner",
      "--ipc",
      "shareable",
      "--shm-size",
      "3m",
      "base",
      "sleep",
      "1001"
    )
    await gantry.ok("exec", "owner", "sh", "-c", "echo shared > /dev/shm/word")
    const join = ["--pid", "container:owner", "--ipc", "container:owner"]
    const command = "trap 'exit 4' TERM; cat /dev/shm/word; sleep 1002 & wait"
    await gantry.ok("run", "-d", ...flags, "--name", "side", ...join, "base", "sh", "-c", command)
    const id = await gantry.field("owner", "{{.Id}}")
    expect(await gantry.field("side", "{{.HostConfig.PidMode}} {{.HostConfig.IpcMode}}")).toBe(
      `container:${id} container:${id}`
    )
    expect(await gantry.field("owner", "{{.HostConfig.PidMode}} {{.HostConfig.IpcMode}}")).toBe(" shareable")
    await until("the side container to have read", async () => (await gantry.ok("logs", "side")) === "shared")

    const seen = await gantry.ok("exec", "side", "ps", "-o", "pid,args")
    expect(seen).toMatch(/^ +1 sleep 1001$/m)
    expect(seen).toContain("sleep 1002")
    const owners = await gantry.ok("exec", "owner", "ps", "-o", "args")
    expect(owners).toContain("sleep 1002")
    // What waits for it on the host has the host's files about it, and must not be seen.
    expect(owners).not.toMatch(/__init|nsenter|exec /)
    const namespaces = [
      "sh",
      "-c",
      "readlink /proc/self/ns/pid; readlink /proc/self/ns/ipc; grep -c mqueue /proc/mounts"
    ]
    expect(await gantry.ok("exec", "side", ...namespaces)).toBe(await gantry.ok("exec", "owner", ...namespaces))

    await gantry.ok("stop", "-t", "5", "side")
    expect(await gantry.field("side", "{{.State.ExitCode}}")).toBe("4")
    expect(await gantry.ok("exec", "owner", "ps", "-o", "args")).not.toContain("sleep 1002")
    await gantry.ok("start", "side")
    await gantry.ok("restart", "-t", "0", "owner", "side")
    expect(await gantry.ok("exec", "side", ...namespaces)).toBe(await gantry.ok("exec", "owner", ...namespaces))
    // Whose processes it is among takes it along.
    await gantry.ok("kill", "owner")
    expect(await gantry.ok("wait", "side")).toBe("137")
    const { status, stderr } = await gantry.try("start", "side")
    expect([status, stderr]).toEqual([1, expect.stringContaining(`container ${id} is not running`)])
  })
})

describe("a container's memory", () => {
  it("is its own unless it is shareable, or it has the host's or another one's", async () => {
    await gantry.ok("run", "-d", "--name", "owner", "base", "sleep", "1000")
    const refused = await gantry.try("run", "--rm", "--ipc", "container:owner", "base", "true")
    expect(refused.status).toBe(125)
    expect(refused.stderr).toContain("non-shareable IPC (hint: use IpcMode:shareable for the donor container)")
    await gantry.ok("run", "-d", "--name", "open", "--ipc", "shareable", "base", "sleep", "1000")
    await gantry.ok("run", "-d", "--name", "near", "--ipc", "container:open", "base", "sleep", "1000")
    await gantry.ok("exec", "open", "sh", "-c", "echo shared > /dev/shm/word")
    expect(await gantry.ok("run", "--rm", "--ipc", "container:near", "base", "cat", "/dev/shm/word")).toBe("shared")
    const covered = ["--ipc", "container:open", "--tmpfs", "/dev/shm"]
    expect((await gantry.try("run", "--rm", ...covered, "base", "cat", "/dev/shm/word")).status).toBe(1)
  })

  it("is found again by a container that is started again by itself, also in another network by then", async () => {
    await gantry.ok("run", "-d", "--name", "owner", "--ipc", "shareable", "base", "sleep", "1000")
    const once = "[ -e /again ] && exec sleep 1000; while [ ! -e /go ]; do sleep 0.1; done; touch /again; exit 1"
    const rule = ["--restart", "on-failure", "--ipc", "container:owner", "--pid", "container:owner"]
    await gantry.ok("network", "create", "further")
    await gantry.ok("run", "-d", "--name", "side", ...rule, "base", "sh", "-c", once)
    await gantry.ok("network", "connect", "further", "side")
    await gantry.ok("exec", "side", "touch", "/go")
    await until(
      "the second start",
      async () =>
        (await gantry.field("side", "{{.RestartCount}} {{.State.Running}} {{.State.Restarting}}")) === "1 true false"
    )
    const namespaces = ["sh", "-c", "readlink /proc/self/ns/pid; readlink /proc/self/ns/ipc"]
    expect(await gantry.ok("exec", "side", ...namespaces)).toBe(await gantry.ok("exec", "owner", ...namespaces))
    await gantry.ok("rm", "-f", "side")
    await gantry.ok("network", "rm", "further")
  })
})
