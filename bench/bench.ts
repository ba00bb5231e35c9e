import { execFileSync, spawn } from "node:child_process"
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { inRepository } from "../scripts/repository.ts"
import { type Peer, peers } from "./peers.ts"
import type { Contestant } from "./side-by-side.ts"

/** The image that all contestants have: one static busybox. */
export const image = "gantry-bench:busybox"

/** What a row is measured with. */
export interface Bench {
  /** Scratch directory, removed at the end. */
  readonly scratch: string
  readonly peers: ReadonlyArray<Peer>
  /** Ours, with an engine of its own. */
  readonly gantry: (...args: ReadonlyArray<string>) => Contestant
  /** Starts a contestant outside the clock; its standard output. */
  readonly quiet: (contestant: Pick<Contestant, "argv" | "cwd" | "env">) => string
}

/** {@link Bench.quiet}. */
export const quiet: Bench["quiet"] = ({ argv: [program = "", ...args], cwd, env }) =>
  execFileSync(program, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
    ...(cwd === undefined ? {} : { cwd })
  })

/** The same files for everybody: a root with busybox and a few names for it. */
export const makeRoot = (folder: string): void => {
  execFileSync(process.execPath, [inRepository("examples/web/prepare.mjs")])
  mkdirSync(join(folder, "bin"), { recursive: true })
  copyFileSync(inRepository("examples/web/busybox"), join(folder, "bin/busybox"))
  chmodSync(join(folder, "bin/busybox"), 0o755)
  for (const name of ["sh", "true", "sleep", "echo"]) symlinkSync("busybox", join(folder, "bin", name))
}

/**
 * Starts what takes everything away when this program has ended, however it does: what it measures runs while it waits,
 * so it learns of a signal too late, and of SIGKILL never. It waits for the end of its input. What is gone already, it
 * finds gone.
 */
const startCleaner = (
  scratch: string,
  gantry: ReadonlyArray<string>,
  env: NodeJS.ProcessEnv,
  found: ReadonlyArray<Peer>
) => {
  const peersLines = found.flatMap(({ name }) => [
    `left=$(${name} ps -aq --filter name=gantry-bench- 2>/dev/null); [ -z "$left" ] || ${name} rm -f $left`,
    `${name} rmi -f ${image}`
  ])
  const script = [
    "cat",
    `[ -d ${scratch} ] || exit 0`,
    `${gantry.join(" ")} system reset --force`,
    ...peersLines,
    `rm -rf ${scratch}`
  ]
  const cleaner = spawn("sh", ["-c", script.join("\n")], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    env: { ...process.env, ...env }
  })
  cleaner.unref()
}

/** Gives everybody the image, measures, and takes all of it away again. Needs root and a built binary. */
export const withBench = (measure: (bench: Bench) => void): void => {
  const scratch = mkdtempSync(join(tmpdir(), "gantry-bench-"))
  const env = { GANTRY_ROOT: join(scratch, "store"), GANTRY_RUN: join(scratch, "run") }
  const program = process.env["GANTRY_BIN"] ?? inRepository("apps/cli/dist/gantry")
  const version = quiet({ argv: [program, "--version"] }).trim()
  const found = peers()
  const gantry: Bench["gantry"] = (...args) => ({ name: "gantry", version, argv: [program, ...args], env })
  startCleaner(scratch, [program], env, found)
  try {
    makeRoot(join(scratch, "root"))
    writeFileSync(join(scratch, "Dockerfile"), "FROM scratch\nCOPY root/ /\n")
    quiet({ ...gantry("build", "-t", image, scratch) })
    const archive = join(scratch, "root.tar")
    execFileSync("tar", ["-C", join(scratch, "root"), "-cf", archive, "."])
    for (const { name } of found) quiet({ argv: [name, "import", archive, image] })
    measure({ scratch, peers: found, gantry, quiet })
  } finally {
    for (const { name } of found) {
      try {
        quiet({ argv: [name, "rmi", "-f", image] })
      } catch {
        console.error(`${name}: ${image} could not be removed`)
      }
    }
    quiet(gantry("system", "reset", "--force"))
    rmSync(scratch, { recursive: true, force: true })
  }
}
