import type { ContainerSpec } from "@gantry/core/runtime/ContainerSpec"
import { S_IFREG } from "@gantry/linux/constants"
import { makeRecording } from "@gantry/linux/ffi/recording"
import { describe, expect, it } from "vitest"
import type { Control } from "@gantry/linux/container/control"
import type { FileKind, Files, Kernel } from "@gantry/linux/container/Kernel"
import { start } from "../../src/init/init.ts"
import { StageFailure } from "@gantry/linux/container/StageFailure"
import { sampleSpec } from "../sample-spec.ts"

const plain: FileKind = {
  directory: false,
  executable: true,
  device: undefined,
  rdev: 0,
  mode: S_IFREG,
  uid: 0,
  gid: 0,
  size: 0
}

/** The network namespace is the host's: netlink has a conversation of its own that a double cannot have. */
const spec: ContainerSpec = { ...sampleSpec, wiring: [{ type: "host" }] }

/** Runs init against doubles and returns what happened, in order, and how it ended. */
const rehearse = (
  asked: ContainerSpec,
  failing?: { readonly call: "mount" | "pivotRoot"; readonly code: string }
): { readonly events: ReadonlyArray<string>; readonly error: unknown } => {
  const recording = makeRecording()
  if (failing !== undefined) recording.failNext(failing.call, failing.code)
  const events = recording.calls as Array<string>
  const files: Files = {
    read: (path) => (path === "/proc/self/cgroup" ? "0::/\n" : ""),
    write: (path) => void events.push(`write ${path}`),
    load: () => undefined,
    store: () => undefined,
    makeDirectory: (path) => void events.push(`mkdir ${path}`),
    link: (target, path) => void events.push(`link ${path} ${target}`),
    readLink: () => "4711",
    list: () => [],
    kind: () => plain,
    ownKinds: (paths) => paths.map((path) => ({ ...plain, directory: !path.includes("kcore") })),
    chown: (path, uid) => void events.push(`chown ${path} ${uid}`)
  }
  const answers: Array<unknown> = [{ spec: asked }, { type: "go" }, { type: "terminal", number: 3 }]
  const control: Control = {
    receive: () => {
      events.push("receive")
      return answers.shift()
    },
    send: (message) => void events.push(`send ${JSON.stringify(message)}`),
    refuse: () => undefined,
    begun: () => void events.push("begun")
  }
  const kernel: Kernel = { sys: recording.syscalls, files, userNamespace: () => 99 }
  try {
    start(kernel, control)
    return { events, error: undefined }
  } catch (error) {
    return { events, error }
  }
}

const positions = (events: ReadonlyArray<string>, ...starts: ReadonlyArray<string>) =>
  starts.map((start_) => {
    const at = events.findIndex((event) => event.startsWith(start_))
    if (at < 0) throw new Error(`nothing begins with ${start_} in\n${events.join("\n")}`)
    return at
  })

const sorted = (numbers: ReadonlyArray<number>) => numbers.toSorted((a, b) => a - b)

describe("init", () => {
  it("tells its number first, and ends as the command", () => {
    const { events } = rehearse(spec)
    expect(events.filter((event) => event.startsWith("send"))).toEqual([`send {"type":"ready","pid":4711}`])
    expect(events.at(-1)).toMatch(/^execve\("\/bin\/true"/)
  })

  it("leaves the host's root before it mounts anything of the container", () => {
    const { events } = rehearse(spec)
    const order = positions(events, `mount("overlay"`, "pivotRoot", "umount2", `mount("proc"`, `mount("sysfs"`)
    expect(order).toEqual(sorted(order))
  })

  it("makes the cgroup namespace only when the parent has put it into its group", () => {
    const { events } = rehearse(spec)
    const second = events.indexOf("receive", events.indexOf("receive") + 1)
    const order = [second, ...positions(events, "unshare")]
    expect(order).toEqual(sorted(order))
  })

  it("gives up its rights after everything that needs them, and installs the filter last", () => {
    const { events } = rehearse({ ...spec, process: { ...spec.process, user: "1000" } })
    const order = positions(
      events,
      "resetSignals",
      "setgroups",
      "setresgid",
      "setresuid",
      "capset",
      "seccomp",
      "execve"
    )
    expect(order).toEqual(sorted(order))
    // Once for the right to install the filter, once to give that up too.
    expect(events.filter((event) => event.startsWith("capset"))).toHaveLength(2)
    expect(events.findLastIndex((event) => event.startsWith("capset"))).toBeGreaterThan(
      events.findIndex((event) => event.startsWith("seccomp"))
    )
  })

  it("asks again to die with its parent after the change of user, which makes the kernel forget", () => {
    const { events } = rehearse(spec)
    const last = events.findLastIndex((event) => event.startsWith("prctl(PR_SET_PDEATHSIG"))
    const order = [...positions(events, "setresuid"), last]
    expect(order).toEqual(sorted(order))
  })

  it("covers nothing and keeps /sys writable in a privileged container", () => {
    const moves = (asked: ContainerSpec) =>
      rehearse(asked).events.filter((event) => event.startsWith("moveMount")).length
    expect(moves({ ...spec, privileged: true, files: {} })).toBe(0)
    expect(moves({ ...spec, files: {} })).toBeGreaterThan(10)
  })

  it("takes another container's memory from where that is, and is back in the host's view before it mounts anything", () => {
    const ipc = { path: "/c/ipc", mounts: "/c/memory" }
    const { events } = rehearse({ ...spec, namespaces: { ...spec.namespaces, ipc } })
    const visits = events.flatMap((event, at) => (event.startsWith("setns") ? [at] : []))
    expect(visits).toHaveLength(2)
    const [copied = 0, mounted = 0] = positions(events, "openTree", `mount(null, "/"`)
    expect([...visits, mounted].toSpliced(1, 0, copied)).toEqual(sorted([...visits, copied, mounted]))
    expect(events.some((event) => event.startsWith(`mount("shm"`))).toBe(false)
    expect(rehearse(spec).events.some((event) => event.startsWith(`mount("shm"`))).toBe(true)
  })

  it("gets its terminal from the parent and no descriptor of it stays", () => {
    const { events } = rehearse({ ...spec, process: { ...spec.process, tty: true } })
    const order = positions(events, `send {"type":"terminal"}`, `open("/dev/pts/3"`, "ioctl", "dup3", "execve")
    expect(order).toEqual(sorted(order))
  })

  describe("of a container with users of its own", () => {
    const users = {
      uids: [{ inside: 0, outside: 100_000, count: 65_536 }],
      gids: [{ inside: 0, outside: 200_000, count: 65_536 }]
    }
    const own = { ...spec, users }

    it("takes all that is the host's first, and nothing once it has entered", () => {
      const { events } = rehearse({
        ...own,
        mounts: [{ type: "bind", source: "/a", target: "/b", readonly: false, recursive: true }]
      })
      const order = positions(
        events,
        `openTree(AT_FDCWD, "/a"`,
        `mount("overlay"`,
        `fsopen("proc"`,
        "setns(99",
        "pivotRoot",
        `mount("tmpfs", "/dev"`
      )
      expect(order).toEqual(sorted(order))
    })

    it("says that it is ready when its namespaces are there, and not before", () => {
      const { events } = rehearse(own)
      const order = positions(events, "setns(99", "unshare(CLONE_NEWNS", `send {"type":"ready"`, "pivotRoot")
      expect(order).toEqual(sorted(order))
    })

    it("asks again to die with its parent at once, when the change of user has made the kernel forget", () => {
      const { events } = rehearse(own)
      const entered = events.findIndex((event) => event.startsWith("setns(99"))
      expect(events.slice(entered + 1, entered + 4).map((event) => event.split("(")[0])).toEqual([
        "setresgid",
        "setresuid",
        "prctl"
      ])
      expect(events[entered + 3]).toContain("PR_SET_PDEATHSIG")
    })

    it("makes no device, which its root has no right to", () => {
      const { events } = rehearse(own)
      expect(events.filter((event) => event.startsWith("mknod"))).toEqual([])
      expect(rehearse(spec).events.filter((event) => event.startsWith("mknod"))).not.toEqual([])
    })
  })

  it.each([
    [{ call: "mount", code: "EPERM" }, "make mounts private"],
    [{ call: "pivotRoot", code: "EINVAL" }, "enter root"]
  ] as const)("names the step that %j ended", (failing, stage) => {
    const { error } = rehearse(spec, failing)
    expect(error).toBeInstanceOf(StageFailure)
    expect(error).toMatchObject({ stage, status: 125 })
  })
})
