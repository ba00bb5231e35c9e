/**
 * `run --rm true` of an ordinary user, beside podman of the same user. Makes a user of its own, with a range of numbers,
 * and removes it with all that is theirs. Needs root, useradd(8), setpriv(1), and uidmap for the range.
 */
import { spawnSync } from "node:child_process"
import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { inRepository } from "../scripts/repository.ts"
import { makeRoot, quiet } from "./bench.ts"
import { peers } from "./peers.ts"
import { type Contestant, report, timeInTurn } from "./side-by-side.ts"

const user = "gantry-bench"
const image = "gantry-bench-rootless"

const run = (...argv: ReadonlyArray<string>): string => quiet({ argv }).trim()

/** A home with busybox in a root, and our program where the user may read it. */
const furnish = (home: string, number: string): void => {
  makeRoot(join(home, "root"))
  writeFileSync(join(home, "Dockerfile"), "FROM scratch\nCOPY root/ /\n")
  copyFileSync(process.env["GANTRY_BIN"] ?? inRepository("apps/cli/dist/gantry"), join(home, "gantry"))
  chmodSync(join(home, "gantry"), 0o755)
  mkdirSync(`/run/user/${number}`, { recursive: true, mode: 0o700 })
  run("chown", "-R", user, home, `/run/user/${number}`)
}

if (spawnSync("id", [user]).status === 0) throw new Error(`there is a user ${user} already: remove it first`)
run("useradd", "--create-home", "--shell", "/bin/sh", user)
const number = run("id", "-u", user)
const home = `/home/${user}`
try {
  furnish(home, number)
  const env = [`HOME=${home}`, `USER=${user}`, `XDG_RUNTIME_DIR=/run/user/${number}`, `PATH=${process.env["PATH"]}`]
  const as = ["setpriv", "--reuid", user, "--regid", user, "--init-groups", "--reset-env", "env", ...env]
  const contestant = (name: string, version: string, ...argv: ReadonlyArray<string>): Contestant => ({
    name,
    version,
    argv: [...as, ...argv],
    cwd: home
  })
  const gantry = join(home, "gantry")
  const version = quiet(contestant("gantry", "", gantry, "--version")).trim()
  quiet(contestant("gantry", version, gantry, "build", "-t", image, home))
  const podman = peers().find(({ name }) => name === "podman")
  if (podman !== undefined) {
    run("tar", "-C", join(home, "root"), "-cf", join(home, "root.tar"), ".")
    quiet(contestant("podman", podman.version, "podman", "import", join(home, "root.tar"), image))
  }
  for (const network of ["none", "host", undefined]) {
    const words = ["--rm", ...(network === undefined ? [] : ["--network", network]), image, "/bin/true"]
    const all = [
      contestant("gantry", version, gantry, "run", ...words),
      ...(podman === undefined ? [] : [contestant("podman", podman.version, ...podman.run, ...words)])
    ]
    try {
      report(`run --rm true of an ordinary user, ${network ?? "default"} network`, "ms", timeInTurn(all))
    } catch (error) {
      console.log(`!! ${network ?? "default"} network IS SKIPPED: ${error instanceof Error ? error.message : error} !!`)
    }
  }
  quiet(contestant("gantry", version, gantry, "system", "reset", "--force"))
  if (podman !== undefined) quiet(contestant("podman", podman.version, "podman", "system", "reset", "--force"))
} finally {
  spawnSync("pkill", ["-KILL", "-u", user])
  run("userdel", "--remove", user)
  rmSync(`/run/user/${number}`, { recursive: true, force: true })
}
