/**
 * Private memory of the process that stays for each running container: our supervisor, containerd's shim, conmon. What
 * docker's daemons use besides is printed too; we have none.
 */
import { readdirSync, readFileSync } from "node:fs"
import { image, withBench } from "./bench.ts"
import { report, summaryOf, type Times } from "./side-by-side.ts"

const containers = 3

const commands = (): ReadonlyArray<{ readonly pid: string; readonly command: string }> =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [{ pid, command: readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ") }]
      } catch {
        // It ended meanwhile.
        return []
      }
    })

/** Megabytes that only this process uses. See proc_pid_smaps(5). */
const privateMegabytes = (pid: string): number =>
  Array.from(
    readFileSync(`/proc/${pid}/smaps_rollup`, "utf8").matchAll(/^Private_(?:Clean|Dirty):\s+(\d+) kB/gm),
    ([, kilobytes]) => Number(kilobytes)
  ).reduce((sum, kilobytes) => sum + kilobytes, 0) / 1024

/** Idle is a process whose start is over: a runtime gives memory back a moment later. */
const pause = 4000

withBench(({ gantry, peers, quiet }) => {
  const measure = (
    name: string,
    version: string,
    programs: { readonly start: () => string; readonly end: (id: string) => void; readonly keeper: string }
  ): Times => {
    const ids = Array.from({ length: containers }, () => programs.start().trim())
    try {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause)
      const values = ids.flatMap((id) =>
        commands()
          .filter(({ command }) => command.includes(programs.keeper) && command.includes(id))
          .map(({ pid }) => privateMegabytes(pid))
      )
      if (values.length < containers) throw new Error(`${name}: found ${values.length} of ${containers} processes`)
      return summaryOf({ name, version }, values)
    } finally {
      for (const id of ids) programs.end(id)
    }
  }
  const ours = gantry()
  const idle = [image, "/bin/sleep", "600"]
  const results = [
    measure("gantry", ours.version, {
      start: () => quiet(gantry("run", "-d", ...idle)),
      end: (id) => quiet(gantry("rm", "-f", id)),
      keeper: "__supervise"
    }),
    ...peers.map(({ env, name, run, version }) =>
      measure(name, version, {
        start: () => quiet({ argv: [...run, "-d", ...idle], env }),
        end: (id) => quiet({ argv: [name, "rm", "-f", id] }),
        keeper: name === "docker" ? "containerd-shim" : "conmon"
      })
    )
  ]
  report("private memory of the process that keeps an idle container", "MB", results)
  for (const { command, pid } of commands()) {
    const daemon = /^\S*\/?(dockerd|containerd)\s/.exec(command)?.[1]
    if (daemon !== undefined) console.log(`  besides, ${daemon}: ${privateMegabytes(pid).toFixed(1)} MB`)
  }
})
