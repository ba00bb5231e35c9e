import { type ContainerSpec, defaultCapabilities, plainSpec } from "@gantry/core/runtime/ContainerSpec"
import { maskedPaths, readonlyPaths } from "@gantry/linux/container/kernel-paths"
import { Schema } from "effect"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type BundleFacts, ociConfig } from "../../src/config/oci-config.ts"
import { printConfig } from "../../src/config/OciConfig.ts"
import { RuntimeSpec } from "./runtime-spec.ts"

const facts: BundleFacts = {
  root: "/bundle/rootfs",
  group: "gantry/c1",
  who: { uid: 1000, gid: 1000, groups: [1000, 5], home: "/home/a" },
  hardFiles: 1_048_576n,
  target: { arch: "x64", kernel: "6.1" },
  devices: [],
  staged: { mounts: new Map(), files: new Map(), sources: new Map() },
  program: undefined,
  manyTrees: true,
  queues: true,
  throttles: []
}

const plain = plainSpec("c1", { type: "directory", path: "/r" }, { argv: ["true"] })

const read = Schema.decodeUnknownSync(RuntimeSpec, { onExcessProperty: "error" })

/** What a runtime reads: the config as it is printed. */
const printed = (spec: ContainerSpec) => read(JSON.parse(printConfig(ociConfig(spec, facts))))

const choice = fc.constantFrom("own" as const, "host" as const)
const joined = { path: "/c/x", mounts: "/c/memory" }

const specs: fc.Arbitrary<ContainerSpec> = fc
  .record({
    privileged: fc.boolean(),
    pathsUnmasked: fc.boolean(),
    readonlyRoot: fc.boolean(),
    shmBytes: fc.constantFrom(0, 1, 64 * 1024 * 1024),
    namespaces: fc.record({
      pid: fc.oneof(choice, fc.constant(joined)),
      ipc: fc.oneof(choice, fc.constant(joined)),
      uts: choice,
      cgroup: choice
    }),
    sysctls: fc.constantFrom({}, { "net.core.somaxconn": "9" }),
    deviceRules: fc.subarray(["c 1:3 mr", "b 8:* rwm", "a *:* r"]),
    wiring: fc.constantFrom<ContainerSpec["wiring"]>(
      [],
      [{ type: "host" }],
      [{ type: "join", path: "/proc/7/ns/net" }]
    ),
    resources: fc.record(
      {
        memoryBytes: fc.integer({ min: 1, max: 2 ** 40 }),
        nanoCpus: fc.integer({ min: 10_000_000, max: 4e9 }),
        cpuShares: fc.integer({ min: 2, max: 262_144 }),
        pids: fc.integer({ min: 1, max: 4_194_304 })
      },
      { requiredKeys: [] }
    ),
    tty: fc.boolean(),
    capabilities: fc.subarray([...defaultCapabilities]),
    seccomp: fc.constantFrom<ContainerSpec["process"]["seccomp"]>({ type: "default" }, { type: "unconfined" }),
    rlimits: fc.subarray([
      { name: "nofile", soft: 10, hard: 20 },
      { name: "core", soft: -1, hard: -1 },
      { name: "nproc", soft: 0, hard: 7 }
    ])
  })
  .map(({ capabilities, rlimits, seccomp, tty, ...rest }) => ({
    ...plain,
    ...rest,
    process: { ...plain.process, capabilities, rlimits, seccomp, tty }
  }))

describe("the config that an OCI runtime gets", () => {
  it("keeps to the runtime-spec, whatever is asked of the container", () => {
    fc.assert(
      fc.property(specs, (spec) => {
        expect(printed(spec).root.readonly).toBe(spec.readonlyRoot)
      })
    )
  })

  it("is refused here when a namespace is named twice, or a field is not of the specification", () => {
    const config = printed(plain)
    const { namespaces } = config.linux
    expect(() => read({ ...config, linux: { ...config.linux, namespaces: [...namespaces, ...namespaces] } })).toThrow(
      "there twice"
    )
    expect(() => read({ ...config, hostnames: "c1" })).toThrow("hostnames")
  })

  it("spells a limit without end as the largest number of 64 bits", () => {
    const spec = { ...plain, process: { ...plain.process, rlimits: [{ name: "core", soft: -1, hard: -1 }] } }
    expect(printConfig(ociConfig(spec, facts))).toContain('"soft": 18446744073709551615')
  })

  it("masks paths of the kernel unless they are asked for as they are", () => {
    const masks = (spec: ContainerSpec) => [printed(spec).linux.maskedPaths, printed(spec).linux.readonlyPaths]
    expect(masks(plain)).toEqual([maskedPaths, readonlyPaths])
    expect(masks({ ...plain, pathsUnmasked: true })).toEqual([[], []])
    expect(masks({ ...plain, privileged: true })).toEqual([[], []])
  })

  it("asks for nothing that an ordinary user's namespace does not have", () => {
    const user = { single: false, oomScoreAdj: 200 }
    const own = (spec: ContainerSpec, single = false) =>
      read(JSON.parse(printConfig(ociConfig(spec, { ...facts, group: undefined, user: { ...user, single } }))))
    const typeAt = ({ mounts }: ReturnType<typeof own>, place: string) =>
      mounts.find(({ destination }) => destination === place)?.type
    const config = own({ ...plain, process: { ...plain.process, oomScoreAdj: -500 } })
    expect(config.linux).not.toHaveProperty("cgroupsPath")
    expect(config.linux).not.toHaveProperty("resources")
    expect([config.linux.devices, config.process.oomScoreAdj]).toEqual([[], 200])
    expect(["/proc", "/sys", "/dev/mqueue"].map((place) => typeAt(config, place))).toEqual(["proc", "sysfs", "mqueue"])
    const shared = own({
      ...plain,
      wiring: [{ type: "host" }],
      namespaces: { ...plain.namespaces, pid: "host", ipc: "host" }
    })
    expect(["/proc", "/sys", "/dev/mqueue"].map((place) => typeAt(shared, place))).toEqual(["bind", "bind", "bind"])
    const shares = { ...plain, namespaces: { ...plain.namespaces, ipc: "host" as const } }
    const queuesOf = (more: Partial<BundleFacts>) =>
      ociConfig(shares, { ...facts, queues: false, ...more }).mounts.filter(
        ({ type }) => type === "mqueue" || type === "bind"
      )
    // What the host does not show cannot be shared, and is mounted by nobody but its root.
    expect(
      queuesOf({ group: undefined, user: { ...user, single: false } }).map(({ destination }) => destination)
    ).not.toContain("/dev/mqueue")
    expect(queuesOf({}).map(({ destination, type }) => `${destination} ${type}`)).toContain("/dev/mqueue mqueue")
    const terminals = (single: boolean) =>
      own({ ...plain, process: { ...plain.process, user: "0" } }, single).mounts.find(({ type }) => type === "devpts")
        ?.options
    expect(terminals(false)).toContain("gid=5")
    expect(() => terminals(true)).toThrow("root is the only user here")
  })

  it("names the users of a container's own, and makes nothing that its root may not", () => {
    const uids = [{ inside: 0, outside: 100_000, count: 10 }]
    const gids = [{ inside: 5, outside: 7, count: 1 }]
    const device = {
      path: "/dev/fuse",
      type: "c",
      major: 10,
      minor: 229,
      fileMode: 0o666,
      uid: 0,
      gid: 0,
      access: "rwm"
    } as const
    const configOf = (spec: ContainerSpec) =>
      read(JSON.parse(printConfig(ociConfig(spec, { ...facts, devices: [device] }))))
    const { linux, mounts } = configOf({
      ...plain,
      users: { uids, gids },
      namespaces: { ...plain.namespaces, pid: "host" }
    })
    expect(linux.namespaces).toContainEqual({ type: "user" })
    expect(linux.uidMappings).toEqual([{ containerID: 0, hostID: 100_000, size: 10 }])
    expect(linux.gidMappings).toEqual([{ containerID: 5, hostID: 7, size: 1 }])
    expect(linux.devices).toEqual([])
    expect(mounts.find(({ destination }) => destination === "/proc")?.type).toBe("bind")
    expect(configOf(plain).linux).not.toHaveProperty("uidMappings")
    expect(configOf(plain).linux.devices).toHaveLength(1)
  })

  it("allows what rules of devices name, after everything was denied", () => {
    const { devices = [] } = printed({ ...plain, deviceRules: ["b 8:* rwm"] }).linux.resources ?? {}
    expect(devices[0]).toEqual({ allow: false, access: "rwm" })
    expect(devices.at(-1)).toEqual({ allow: true, type: "b", major: 8, access: "rwm" })
  })

  it("repeats what a bind's own mount forbids, and asks no more of a file than of one", () => {
    const locks = ["ro", "nosuid", "nodev"]
    const sources = new Map([
      ["/a", { directory: false, locks }],
      ["/b", { directory: true, locks: [] }],
      ["/ready", { directory: false, locks }]
    ])
    const bind = { type: "bind", readonly: true, recursive: true } as const
    const staged = { type: "bind", source: "/v", subpath: "x", target: "/c", readonly: true, recursive: true } as const
    const mounts = [{ ...bind, source: "/a", target: "/a" }, { ...bind, source: "/b", target: "/b" }, staged]
    const found = ociConfig(
      { ...plain, mounts },
      {
        ...facts,
        staged: { mounts: new Map([[staged, "/ready"]]), files: new Map([["/etc/hosts", "/ready"]]), sources }
      }
    ).mounts
    const optionsAt = (target: string) => found.find(({ destination }) => destination === target)?.options
    expect(optionsAt("/a")).toEqual(["bind", ...locks, "rprivate"])
    expect(optionsAt("/b")).toEqual(["rbind", "rro", "rprivate"])
    for (const target of ["/c", "/etc/hosts"]) expect(optionsAt(target)).toEqual(["rbind", ...locks, "rprivate"])
  })

  it("joins the namespaces of other containers by path, and binds the memory that was made ready", () => {
    const spec = { ...plain, namespaces: { ...plain.namespaces, pid: { path: "/c/pid" }, ipc: joined } }
    const { linux, mounts } = ociConfig(spec, { ...facts, staged: { ...facts.staged, memory: "/bundle/memory" } })
    expect(linux.namespaces).toContainEqual({ type: "pid", path: "/c/pid" })
    expect(linux.namespaces).toContainEqual({ type: "ipc", path: "/c/x" })
    expect(mounts.filter(({ destination }) => destination === "/dev/shm")).toMatchObject([
      { type: "bind", source: "/bundle/memory" }
    ])
  })

  it("locks the directory that trees of control groups are in, where there are several", () => {
    const remounts = (spec: ContainerSpec, manyTrees: boolean) =>
      ociConfig(spec, { ...facts, manyTrees }).mounts.filter(({ options }) => options.includes("remount"))
    expect(remounts(plain, true)).toMatchObject([{ destination: "/sys/fs/cgroup" }])
    expect(remounts({ ...plain, privileged: true }, true)).toEqual([])
    expect(remounts(plain, false)).toEqual([])
  })

  it("makes no shared memory of its own for a container that has none", () => {
    const targets = (shmBytes: number) => printed({ ...plain, shmBytes }).mounts.map(({ destination }) => destination)
    expect(targets(1)).toContain("/dev/shm")
    expect(targets(0)).not.toContain("/dev/shm")
  })
})
