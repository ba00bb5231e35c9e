import { execFileSync } from "node:child_process"
import {
  appendFileSync,
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  rmdirSync,
  rmSync,
  statSync
} from "node:fs"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll } from "vitest"
import { programPath } from "./gantry.ts"
import { type Outcome, runProcess, type Started, startProcess } from "./started.ts"
import { until } from "./until.ts"

/** A user who has never run the program, on this host. */
export interface OrdinaryUser {
  readonly uid: number
  readonly home: string
  /** Starts the program as that user. */
  readonly start: (...args: ReadonlyArray<string>) => Started
  /** Runs it to its end, whatever its status. */
  readonly try: (...args: ReadonlyArray<string>) => Promise<Outcome>
  /** The same with other variables. */
  readonly tryWith: (env: { readonly [name: string]: string }, ...args: ReadonlyArray<string>) => Promise<Outcome>
  /** Runs it; it must succeed. Returns what it wrote to standard output, without the last line's end. */
  readonly ok: (...args: ReadonlyArray<string>) => Promise<string>
  /** Runs it between pipes that are root's, as cron and sudo have them. Returns what it wrote, both streams in one. */
  readonly piped: (input: string, ...args: ReadonlyArray<string>) => Promise<string>
  /** Writes files into a directory of the user's home. Returns its path. */
  readonly context: (name: string, files: { readonly [path: string]: string }) => string
  /** Gives a `single` user the range that others have. */
  readonly giveRange: () => void
  /** Numbers and command lines of the user's processes. */
  readonly processes: () => ReadonlyArray<readonly [pid: number, command: string]>
}

/** Where the user's numbers begin; nobody on a usual host has these. */
const firstSub = 1_600_000_000

/**
 * Becomes the user in a mount namespace whose /etc knows it. The device of slirp4netns is open to everybody there, as
 * udev has it on most hosts.
 */
const become = `for group in $3; do echo 0 > "$group/cgroup.procs" || exit 98; done
if [ "$4" = true ]; then umount -R -l /sys/fs/cgroup && mount -t cgroup2 cgroup2 /sys/fs/cgroup || exit 97; fi
mount --bind "$1/etc" /etc && mount --bind "$1/tun" /dev/net/tun && cd "$1/home" || exit 99
uid=$2; shift 4; exec setpriv --reuid $uid --regid $uid --clear-groups "$@"`

/** How a user differs from others. */
interface UserOptions {
  /** There is no range of further numbers. */
  readonly single?: boolean
  /** Trees of control groups, in each of which the user is given a group. */
  readonly trees?: ReadonlyArray<string>
  /** Of control groups the user sees those of version 2 alone. */
  readonly onlyV2?: boolean
}

/**
 * A user with a home, a runtime directory and, unless `single`, a range of further numbers, for the tests of the suite
 * that this is called in; ends what is left of the user and takes its files away after them.
 */
export const openUser = (
  uid: number,
  { onlyV2 = false, single = false, trees = [] }: UserOptions = {}
): OrdinaryUser => {
  const groups = trees.map((tree) => join(tree, `gantry-test-${uid}`))
  const folder = `/tmp/gu-${uid}-${process.pid}`
  const [home, run, etc] = ["home", "run", "etc"].map((name) => join(folder, name)) as [string, string, string]
  const program = join(folder, "gantry")
  const range = `tester:${firstSub}:65536\n`
  const setRange = (text: string): void => {
    for (const file of ["subuid", "subgid"]) writeFileSync(join(etc, file), text)
  }
  // Where no test is to run, nothing is to be taken away either.
  beforeAll(() => {
    for (const group of groups) {
      mkdirSync(group, { recursive: true })
      execFileSync("chown", ["-R", String(uid), group])
    }
    mkdirSync(folder, { mode: 0o755 })
    for (const each of [home, run]) {
      mkdirSync(each, { mode: 0o700 })
      chownSync(each, uid, uid)
    }
    execFileSync("cp", ["-a", "/etc", etc])
    execFileSync("mknod", ["-m", "666", join(folder, "tun"), "c", "10", "200"])
    appendFileSync(join(etc, "passwd"), `\ntester:x:${uid}:${uid}::${home}:/bin/sh\n`)
    appendFileSync(join(etc, "group"), `\ntester:x:${uid}:\n`)
    setRange(single ? "" : range)
    // The repository may lie where only its owner may go.
    copyFileSync(programPath, program)
    chmodSync(program, 0o755)
  })

  const enter = [
    "unshare",
    "--mount",
    "--propagation",
    "private",
    "sh",
    "-c",
    become,
    "sh",
    folder,
    String(uid),
    groups.join(" "),
    String(onlyV2)
  ]
  const env = { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: home, XDG_RUNTIME_DIR: run, USER: "tester" }
  const command = [...enter, program]
  const processes: OrdinaryUser["processes"] = () =>
    readdirSync("/proc").flatMap((pid) => {
      try {
        const owner = /^Uid:\t(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]
        const line = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim()
        return Number(owner) === uid && line !== "" ? [[Number(pid), line] as const] : []
      } catch {
        return []
      }
    })
  afterAll(async () => {
    for (const [pid] of processes()) {
      try {
        process.kill(pid, "SIGKILL")
      } catch {
        // It has ended meanwhile.
      }
    }
    await until("the user's processes to end", () => processes().length === 0)
    rmSync(folder, { recursive: true })
    for (const group of groups) {
      for (const name of ["", ...readdirSync(group, { recursive: true, encoding: "utf8" })].toReversed()) {
        const path = join(group, name)
        if (statSync(path).isDirectory()) rmdirSync(path)
      }
    }
  })
  return {
    uid,
    home,
    start: (...args) => startProcess([...command, ...args], { env }),
    try: (...args) => startProcess([...command, ...args], { env, input: "" }).ended,
    tryWith: (more, ...args) => startProcess([...command, ...args], { env: { ...env, ...more }, input: "" }).ended,
    ok: async (...args) => (await runProcess([...command, ...args], { env })).replace(/\n$/, ""),
    piped: (input, ...args) =>
      runProcess(
        ["sh", "-c", 'input=$1; shift; printf %s "$input" | "$@" 2>&1 | cat', "sh", input, ...command, ...args],
        { env }
      ),
    context: (name, files) => {
      const directory = join(home, name)
      mkdirSync(directory)
      for (const [path, text] of Object.entries(files)) writeFileSync(join(directory, path), text)
      execFileSync("chown", ["-R", `${uid}:${uid}`, directory])
      return directory
    },
    giveRange: () => setRange(range),
    processes
  }
}
