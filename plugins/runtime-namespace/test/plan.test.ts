import { CLONE_NEWIPC, CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWUTS } from "@gantry/linux/constants"
import type { IdMaps } from "@gantry/core/runtime/IdMaps"
import type { ContainerSpec, MountSpec } from "@gantry/core/runtime/ContainerSpec"
import { describe, expect, it } from "vitest"
import { joinPlan, launchPlan, usualLaunch } from "../src/plan.ts"
import { sampleSpec } from "./sample-spec.ts"

const options = { self: ["/opt/gantry"] }
const words = (spec: ContainerSpec) => launchPlan(options, spec).argv

const first = { pid: 77, startTime: 4711 }

describe("the plan of a launch", () => {
  it("ties the chain to its parent, makes every namespace and ends in init", () => {
    const argv = words(sampleSpec)
    expect(argv.slice(0, 4)).toEqual(["setpriv", "--pdeathsig", "KILL", "unshare"])
    for (const kind of ["--mount", "--net", "--pid", "--ipc", "--uts"]) expect(argv).toContain(kind)
    expect(argv.slice(-2)).toEqual(["/opt/gantry", "__init"])
  })

  it("is the usual one for a container that shares nothing with the host", () => {
    const { argv, directed, env, program } = launchPlan(options, { ...sampleSpec, mounts: [], wiring: [] })
    expect(usualLaunch(options.self)).toEqual({ argv, directed, env, program })
    const onHost = launchPlan(options, { ...sampleSpec, mounts: [], wiring: [{ type: "host" }] })
    expect(usualLaunch(options.self, "host").directed).toEqual(onHost.directed)
    expect(usualLaunch(options.self).argv).not.toEqual(words({ ...sampleSpec, wiring: [{ type: "host" }] }))
  })

  it.each(["host", "join"] as const)("makes no network namespace for a wiring of type %s", (type) => {
    const wiring = type === "host" ? ({ type } as const) : ({ type, path: "/proc/1/ns/net" } as const)
    expect(words({ ...sampleSpec, wiring: [wiring] })).not.toContain("--net")
  })

  it.each(["pid", "ipc", "uts"] as const)("leaves out the %s namespace when the host's is wanted", (kind) => {
    const argv = words({ ...sampleSpec, namespaces: { ...sampleSpec.namespaces, [kind]: "host" } })
    expect(argv).not.toContain(`--${kind}`)
    expect(argv).toContain("--mount")
  })

  it("enters the namespaces of other containers when its own are made, and leaves the waiting shell outside", () => {
    const pid = { path: "/c/pid" }
    const ipc = { path: "/c/ipc", mounts: "/c/memory" }
    const argv = words({ ...sampleSpec, namespaces: { ...sampleSpec.namespaces, pid, ipc } })
    expect(argv).not.toContain("--pid")
    expect(argv).not.toContain("--ipc")
    const at = argv.indexOf("nsenter")
    expect(argv.slice(at, at + 5)).toEqual(["nsenter", "--no-fork", "--pid=/c/pid", "--ipc=/c/ipc", "/bin/sh"])
    expect(at).toBeGreaterThan(argv.indexOf("--mount"))
  })

  it.each([
    [undefined, "private"],
    ["rprivate", "private"],
    ["shared", "unchanged"],
    ["rslave", "unchanged"]
  ] as const)("with a bind of propagation %s, mounts begin %s", (propagation, expected) => {
    const bind: MountSpec = { type: "bind", source: "/a", target: "/b", readonly: false, recursive: true }
    const argv = words({ ...sampleSpec, mounts: [propagation === undefined ? bind : { ...bind, propagation }] })
    expect(argv).toContain(`--propagation=${expected}`)
  })

  it("says where compiled filters are kept", () => {
    expect(launchPlan({ ...options, filters: "/run/x" }, sampleSpec).config).toMatchObject({ filters: "/run/x" })
  })

  it("survives JSON, as it is written into the container's directory", () => {
    const plan = launchPlan(options, sampleSpec)
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan)
  })
})

const directed = (spec: ContainerSpec) => launchPlan(options, spec).directed
const makes = (spec: ContainerSpec, flag: number) => ((directed(spec)?.namespaces ?? 0) & flag) !== 0
const flags = { pid: CLONE_NEWPID, ipc: CLONE_NEWIPC, uts: CLONE_NEWUTS }

describe("a launch that its parent directs", () => {
  it("ties the process to its parent, makes every namespace and is for the sequence of a first process", () => {
    expect(directed(sampleSpec)).toMatchObject({ sequence: "init", tied: true, enters: [] })
    for (const flag of [CLONE_NEWNS, CLONE_NEWNET, ...Object.values(flags)]) expect(makes(sampleSpec, flag)).toBe(true)
  })

  it.each(["host", "join"] as const)("makes no network namespace for a wiring of type %s", (type) => {
    const wiring = type === "host" ? ({ type } as const) : ({ type, path: "/proc/1/ns/net" } as const)
    expect(makes({ ...sampleSpec, wiring: [wiring] }, CLONE_NEWNET)).toBe(false)
  })

  it.each(["pid", "ipc", "uts"] as const)("leaves out the %s namespace when the host's is wanted", (kind) => {
    const spec = { ...sampleSpec, namespaces: { ...sampleSpec.namespaces, [kind]: "host" } }
    expect(makes(spec, flags[kind])).toBe(false)
    expect(makes(spec, CLONE_NEWNS)).toBe(true)
  })

  it("enters the namespaces of other containers in place of its own", () => {
    const pid = { path: "/c/pid" }
    const ipc = { path: "/c/ipc", mounts: "/c/memory" }
    const spec = { ...sampleSpec, namespaces: { ...sampleSpec.namespaces, pid, ipc } }
    expect([makes(spec, CLONE_NEWPID), makes(spec, CLONE_NEWIPC)]).toEqual([false, false])
    expect(directed(spec)?.enters).toEqual(["/c/pid", "/c/ipc"])
  })

  it.each([
    [undefined, true],
    ["rprivate", true],
    ["shared", false],
    ["rslave", false]
  ] as const)("with a bind of propagation %s, that mounts begin private is %s", (propagation, expected) => {
    const bind: MountSpec = { type: "bind", source: "/a", target: "/b", readonly: false, recursive: true }
    const mounts = [propagation === undefined ? bind : { ...bind, propagation }]
    expect(directed({ ...sampleSpec, mounts })?.private).toBe(expected)
  })
})

const users = {
  uids: [{ inside: 0, outside: 100_000, count: 65_536 }],
  gids: [{ inside: 0, outside: 200_000, count: 65_536 }]
}

describe("the plan of a container with users of its own", () => {
  const own = { ...sampleSpec, users }

  it("leaves what its root is to have rights over to who has entered the namespace of users", () => {
    expect([CLONE_NEWNS, CLONE_NEWPID].map((flag) => makes(own, flag))).toEqual([true, true])
    expect([CLONE_NEWNET, CLONE_NEWIPC, CLONE_NEWUTS].map((flag) => makes(own, flag))).toEqual([false, false, false])
  })

  it("asks for each namespace of users once: the container's, and those of its mounts", () => {
    const bind = (idMap: IdMaps, target: string): MountSpec => ({
      type: "bind",
      source: "/a",
      target,
      readonly: false,
      recursive: true,
      idMap
    })
    const other = { ...users, gids: users.uids }
    const mounts = [bind(other, "/b"), bind(users, "/c"), bind(other, "/d")]
    expect(directed({ ...own, mounts })?.users).toEqual([users, other])
    expect(directed({ ...sampleSpec, mounts })?.users).toEqual([other, users])
    expect(directed(sampleSpec)).not.toHaveProperty("users")
  })

  it("enters it before all other namespaces when a process joins", () => {
    const { config } = joinPlan({}, own, { first, process: own.process, privileged: false })
    expect(config).toMatchObject({ users, namespaces: ["user", "cgroup", "ipc", "uts", "net", "mnt"] })
  })
})

describe("the plan of a join", () => {
  const join = (spec: ContainerSpec, privileged = false) =>
    joinPlan({}, spec, { first, process: spec.process, privileged })

  it("enters the process namespace first and leaves the rest to its sequence, mounts last", () => {
    const { config, directed: how } = join(sampleSpec)
    expect(how).toMatchObject({ sequence: "join", namespaces: 0, enters: ["/proc/77/ns/pid"], private: false })
    expect(config).toMatchObject({ first, namespaces: ["cgroup", "ipc", "uts", "net", "mnt"] })
  })

  it("goes on when its starter does not", () => {
    expect(join(sampleSpec).directed?.tied).toBe(false)
  })

  it("does not enter what the container shares with the host", () => {
    const spec: ContainerSpec = {
      ...sampleSpec,
      wiring: [{ type: "host" }],
      namespaces: { pid: "host", ipc: "host", uts: "host", cgroup: "host" }
    }
    expect(join(spec).directed?.enters).toEqual([])
    expect(join(spec).config).toMatchObject({ namespaces: ["mnt"] })
  })

  it("enters what the container has of another one", () => {
    const joined = { pid: { path: "/c/pid" }, ipc: { path: "/c/ipc", mounts: "/c/memory" } }
    const { config, directed: how } = join({ ...sampleSpec, namespaces: { ...sampleSpec.namespaces, ...joined } })
    expect(how?.enters).toEqual(["/proc/77/ns/pid"])
    expect(config).toMatchObject({ namespaces: ["cgroup", "ipc", "uts", "net", "mnt"] })
  })

  it("gives a privileged process no filter, and the capabilities that it brings along", () => {
    const { process } = join(sampleSpec, true).config as { process: ContainerSpec["process"] }
    expect(process.capabilities).toEqual(sampleSpec.process.capabilities)
    expect(process.seccomp).toEqual({ type: "unconfined" })
  })
})
