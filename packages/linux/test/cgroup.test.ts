import { type ChildProcess, spawn } from "node:child_process"
import { randomUUID } from "node:crypto"
import { once } from "node:events"
import { afterEach, describe, expect, it } from "vitest"
import { detectCgroups } from "../src/cgroup-layout.ts"
import { cgroupsV2 } from "../src/cgroup-v2.ts"
import { openCgroups, type Cgroups } from "../src/cgroup.ts"
import { anyDevice, defaultDevices } from "../src/devices.ts"
import { loadSyscallsSync } from "../src/load.ts"
import { identify, isAlive } from "../src/process-identity.ts"
import { cgroupV1, cgroupV2, needs, unifiedTree } from "./abilities.ts"

const sys = loadSyscallsSync()
const group = `gantry-test-${randomUUID().slice(0, 8)}`
const cleanUps: Array<() => void> = []

afterEach(() => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) cleanUp()
})

/** Removes the group, which works a moment after its last process was killed. */
const removeSoon = (cgroups: Cgroups): void => {
  for (let attempt = 0; attempt < 100_000; attempt++) {
    if (cgroups.remove(group)) return
    cgroups.killAll(group)
  }
  throw new Error(`the group ${group} cannot be removed`)
}

const cleanUpOf = (cgroups: Cgroups) => () => removeSoon(cgroups)

/** A shell that runs the script once it is told to. */
const shell = (script: string) => spawn("sh", ["-c", `read go; ${script}`], { stdio: ["pipe", "pipe", "pipe"] })

const output = async (child: ChildProcess): Promise<string> => {
  let text = ""
  child.stdout?.on("data", (chunk) => (text += String(chunk)))
  child.stdin?.write("go\n")
  await once(child, "close")
  return text.trim()
}

const started = async (child: ChildProcess): Promise<void> => {
  child.stdin?.write("go\n")
  await once(child.stdout ?? child, "data")
}

const openV1 = () => openCgroups(sys, detectCgroups())
const openV2 = () => cgroupsV2(sys, { mountPoint: unifiedTree ?? "", controllers: [], own: "/", readOnly: false })

/** The groups of one version with a group made in them, which is removed after the test. */
const made = (open: () => Cgroups, path: string): Cgroups => {
  const cgroups = open()
  cleanUps.push(cleanUpOf(cgroups))
  cgroups.create(path)
  return cgroups
}

for (const { version, ability, open } of [
  { version: "v1", ability: cgroupV1, open: openV1 },
  { version: "v2", ability: cgroupV2, open: openV2 }
]) {
  const { skip, suffix } = needs(ability)
  const one = `${group}/one`

  describe(`groups of cgroup ${version}`, () => {
    it.skipIf(skip)(`restrict devices${suffix}`, async () => {
      const cgroups = made(open, one)
      expect(cgroups.allowDevices(one, defaultDevices)).toEqual([])
      const child = shell("head -c 1 /dev/zero | wc -c; head -c 1 /dev/fuse || head -c 1 /dev/kvm || echo refused")
      expect(cgroups.add(one, child.pid ?? 0)).toEqual([])
      expect((await output(child)).split("\n")).toEqual(["1", "refused"])
    })

    it.skipIf(skip)(`are killed as a whole${suffix}`, async () => {
      const cgroups = made(open, one)
      const child = shell("sleep 1000 & echo started; sleep 1000")
      cgroups.add(one, child.pid ?? 0)
      await started(child)
      const pids = cgroups.pids(group)
      expect(pids).toContain(child.pid)
      expect(pids.length).toBeGreaterThanOrEqual(2)
      expect(cgroups.remove(group)).toBe(false)
      const identities = pids.map((pid) => identify(pid))
      const closed = once(child, "close")
      cgroups.killAll(group)
      expect((await closed)[1]).toBe("SIGKILL")
      removeSoon(cgroups)
      expect(identities.some((each) => each !== undefined && isAlive(each))).toBe(false)
    })

    it.skipIf(skip)(`are paused and go on${suffix}`, async () => {
      const cgroups = made(open, one)
      const child = shell("echo started; while read line; do echo $line; done")
      cgroups.add(one, child.pid ?? 0)
      await started(child)
      expect(cgroups.freeze(one)).toEqual([])
      child.stdin.write("while paused\n")
      const answered = once(child.stdout, "data")
      expect(cgroups.thaw(one)).toEqual([])
      expect(String((await answered)[0])).toBe("while paused\n")
    })

    it.skipIf(skip)(`are made and removed any number of times${suffix}`, () => {
      const cgroups = made(open, one)
      const before = cgroups.directories(one)
      cgroups.create(one)
      expect(cgroups.directories(one)).toEqual(before)
      expect([cgroups.remove(group), cgroups.remove(group)]).toEqual([true, true])
      expect(cgroups.directories(group)).toEqual([])
      expect(cgroups.pids(group)).toEqual([])
      expect(cgroups.add(group, 1).length).toBeGreaterThan(0)
    })
  })
}

describe("the controllers of cgroup v1", () => {
  const { skip, suffix } = needs(cgroupV1)
  it.skipIf(skip)(`limit memory, and count who was killed for it${suffix}`, async () => {
    const cgroups = openV1()
    cleanUps.push(cleanUpOf(cgroups))
    expect(cgroups.create(group)).toEqual([])
    const limits = { memoryBytes: 16 << 20, memorySwapBytes: 16 << 20, pidsMax: 20, cpusetCpus: "0", nanoCpus: 1e9 }
    expect(cgroups.setLimits(group, limits)).toEqual([])
    const child = shell("head -c 64m /dev/zero | tail -c 64m > /dev/null; echo $?")
    cgroups.add(group, child.pid ?? 0)
    expect(await output(child)).toBe("137")
    expect(cgroups.usage(group).oomKills).toBe(1)
    // A limit may grow, though memory and swap check each other.
    expect(cgroups.setLimits(group, { memoryBytes: 32 << 20, memorySwapBytes: 64 << 20 })).toEqual([])
    expect(cgroups.setLimits(group, { memoryBytes: 8 << 20, memorySwapBytes: 8 << 20 })).toEqual([])
  })

  it.skipIf(skip)(`limit the number of processes${suffix}`, async () => {
    const cgroups = openV1()
    cleanUps.push(cleanUpOf(cgroups))
    cgroups.create(group)
    cgroups.setLimits(group, { pidsMax: 1 })
    const child = shell("(echo made one) || true; echo end")
    cgroups.add(group, child.pid ?? 0)
    expect(await output(child)).not.toContain("made one")
  })
})

describe("the device program of cgroup v2", () => {
  const { skip, suffix } = needs(cgroupV2)
  it.skipIf(skip)(`may allow everything${suffix}`, () => {
    const cgroups = openV2()
    cleanUps.push(cleanUpOf(cgroups))
    cgroups.create(group)
    expect(cgroups.allowDevices(group, [anyDevice, ...defaultDevices])).toEqual([])
  })
})

describe("without cgroups", () => {
  it("every wish is answered with what is missing", () => {
    const cgroups = openCgroups(sys, { version: "none" })
    const missing = [{ feature: "control groups", reason: "no cgroup file system is mounted" }]
    expect(cgroups.create("a")).toEqual(missing)
    expect(cgroups.setLimits("a", { pidsMax: 1 })).toEqual(missing)
    expect(cgroups.setLimits("a", {})).toEqual([])
    expect(cgroups.remove("a")).toBe(true)
  })

  it("a tree that is not there is named with each feature", () => {
    const hierarchy = { mountPoint: "/nonexistent", controllers: ["memory"], own: "/", readOnly: false }
    const cgroups = openCgroups(sys, { version: "v1", hierarchies: [hierarchy], unified: undefined, named: [] })
    expect(cgroups.setLimits("a", { memoryBytes: 1, pidsMax: 1 })).toEqual([
      { feature: "memory limit", reason: "/nonexistent/a/memory.limit_in_bytes does not exist" },
      { feature: "pids limit", reason: "the kernel has no pids controller" }
    ])
    expect(cgroups.create("a").map(({ feature }) => feature)).toContain("memory limit")
  })

  it("a controller that the one tree of v2 does not hand down is named with its feature", () => {
    const unified = { mountPoint: "/nonexistent", controllers: [], own: "/", readOnly: false }
    expect(openCgroups(sys, { version: "v2", unified }).setLimits("a", { nanoCpus: 1e9 })).toEqual([
      { feature: "cpu limit", reason: "no cpu controller in /nonexistent/a" }
    ])
  })
})
