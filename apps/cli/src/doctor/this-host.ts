import { spawnSync } from "node:child_process"
import { readFileSync, statfsSync, statSync } from "node:fs"
import { release } from "node:os"
import type { SettingsShape } from "@gantry/core/Settings"
import { delegatedPart, isDelegated } from "@gantry/linux/cgroup-delegated"
import { detectCgroups } from "@gantry/linux/cgroup-layout"
import { openCgroups } from "@gantry/linux/cgroup"
import { loadSyscallsSync } from "@gantry/linux/load"
import { readMountInfo } from "@gantry/linux/mounts"
import { findProgram } from "../find-program.ts"
import type { Terminal } from "../terminal.ts"
import { userName } from "../user-name.ts"
import type { Host, Ran } from "./Host.ts"

/** A program that hangs must not make its caller hang. */
const longest = 10_000

const orUndefined = <A>(look: () => A): A | undefined => {
  try {
    return look()
  } catch {
    return undefined
  }
}

const firstLine = (text: string): string => text.trim().split("\n")[0] ?? ""

const run = (argv: ReadonlyArray<string>, input = ""): Ran => {
  const [program = "", ...args] = argv
  const { error, signal, status, stderr, stdout } = spawnSync(program, args, {
    input,
    encoding: "utf8",
    timeout: longest,
    killSignal: "SIGKILL"
  })
  if (status !== null) return { status, said: firstLine(stderr) || firstLine(stdout) }
  return { status: undefined, said: error?.message ?? `ended by ${signal}` }
}

/** The machine this process is on. */
export const thisHost = ({ root, self }: SettingsShape, { env, now, uid }: Terminal): Host => ({
  uid,
  user: userName(uid),
  kernel: release(),
  root,
  now: now(),
  read: (file) => orUndefined(() => readFileSync(file, "utf8")),
  mode: (file) => orUndefined(() => statSync(file).mode),
  changed: (file) => orUndefined(() => statSync(file).mtimeMs),
  find: (program) => findProgram(program, env["PATH"]),
  run,
  trial: (name, ...args) => [...self, "__try", name, ...args],
  space: (file) =>
    orUndefined(() => {
      const { bavail, blocks, bsize, ffree, files } = statfsSync(file)
      return { free: bavail * bsize, total: blocks * bsize, filesFree: ffree, files }
    }),
  syscalls: loadSyscallsSync,
  mounts: () => orUndefined(() => readMountInfo()) ?? [],
  cgroups: () => orUndefined(detectCgroups) ?? { version: "none" },
  delegated: () =>
    orUndefined(() => delegatedPart(detectCgroups(), (directory) => isDelegated(directory, uid))) ?? {
      version: "none"
    },
  trialGroup: () => {
    const groups = openCgroups(loadSyscallsSync())
    const name = `gantry-doctor-${process.pid}`
    try {
      const refused = groups.create(name)
      return refused.length > 0
        ? refused
        : groups.setLimits(name, { memoryBytes: 64 * 1024 ** 2, nanoCpus: 500_000_000, pidsMax: 8 })
    } finally {
      groups.remove(name)
    }
  }
})
