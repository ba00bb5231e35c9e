import { spawnSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { existsSync, readFileSync, readdirSync } from "node:fs"
import { Runtime } from "@gantry/core/runtime/Runtime"
import { register } from "@gantry/laws/register"
import { RuntimeBench, shellCommands } from "@gantry/laws/RuntimeBench"
import { runtimeLawsFor } from "@gantry/laws/runtime-laws"
import { openCgroups } from "@gantry/linux/cgroup"
import { loadSyscallsSync } from "@gantry/linux/load"
import { obstacleOf } from "@gantry/plugin-runtime-oci/run/host"
import { Effect, Layer } from "effect"
import * as vitest from "vitest"
import { makeRig, type Rig, selves } from "./rig.ts"

const isRoot = process.getuid?.() === 0

/** Control groups of a container: its own, and that of a command which `perform` runs in it. */
const groupsOf = (rig: Rig, id: string): ReadonlyArray<string> => {
  const top = `gantry-${rig.instance}`
  const names = readdirSync("/sys/fs/cgroup").flatMap((tree) => {
    const path = `/sys/fs/cgroup/${tree}/${top}`
    return existsSync(path) ? readdirSync(path) : []
  })
  return [...new Set(names)].filter((name) => name.includes(id.slice(0, 12))).map((name) => `${top}/${name}`)
}

const bench = (rig: Rig) =>
  Layer.effect(
    RuntimeBench,
    Effect.map(Runtime, (runtime) => ({
      spec: (argv: ReadonlyArray<string>) =>
        Effect.acquireRelease(
          Effect.sync(() => rig.spec({ argv }, { id: randomBytes(32).toString("hex") })),
          ({ id }) => runtime.remove(id)
        ),
      commands: shellCommands,
      processes: (id: string) =>
        Effect.sync(() => {
          const groups = openCgroups(loadSyscallsSync())
          return new Set(groupsOf(rig, id).flatMap(groups.pids)).size
        }),
      mounts: (id: string) =>
        Effect.sync(
          () =>
            readFileSync("/proc/self/mountinfo", "utf8")
              .split("\n")
              .filter((line) => line.includes(id)).length
        )
    }))
  )

const abilities = { hostMounts: true, networks: true, limits: true, exec: true, terminals: true, pause: true }

vitest.describe.runIf(isRoot)("runtime-namespace, on the real kernel (needs root)", () => {
  if (!isRoot) return
  const rig = makeRig()
  vitest.afterAll(() => rig.dispose())
  register(vitest, {
    name: "runtime-namespace keeps the runtime laws",
    laws: runtimeLawsFor(abilities),
    layer: Layer.provideMerge(bench(rig), rig.runtime)
  })
})

for (const program of ["runc", "crun"]) {
  const installed = spawnSync(program, ["--version"]).status === 0
  const why = !isRoot ? undefined : installed ? obstacleOf(program) : "it is not installed"
  if (why !== undefined) console.warn(`!! runtime-oci IS NOT HELD TO THE LAWS WITH ${program}: ${why} !!`)
  vitest.describe.runIf(isRoot && why === undefined)(
    `runtime-oci with ${program}, on the real kernel (needs root)`,
    () => {
      if (!isRoot || why !== undefined) return
      const rig = makeRig(selves.bun, selves.bun, program)
      vitest.afterAll(() => rig.dispose())
      register(vitest, {
        name: "runtime-oci keeps the runtime laws",
        laws: runtimeLawsFor(abilities),
        layer: Layer.provideMerge(bench(rig), rig.runtime)
      })
    }
  )
}
