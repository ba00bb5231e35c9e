import { F_SETFD } from "@gantry/linux/constants"
import { loadSyscallsSync } from "@gantry/linux/load"
import { rootlessValue, rootlessVariable } from "@gantry/linux/rootless"
import { selfCommand } from "../self-command.ts"
import type { Environment } from "../settings.ts"
import type { Terminal } from "../terminal.ts"
import { HolderRefused } from "./HolderRefused.ts"
import type { Wish } from "./hold-namespaces.ts"
import { hasOneNumber, readHolder } from "./holder-file.ts"
import { makeUserRun, withoutLostPlaces } from "./places.ts"
import { utilLinux } from "./util-linux.ts"

/**
 * Starts this program again as root of its user's own namespace, in place of itself, with the same arguments. Does not
 * return when that works; returns the exit status when it does not, and has said why.
 */
export const enter = async (args: ReadonlyArray<string>, terminal: Terminal): Promise<number> => {
  try {
    return await become(args, terminal)
  } catch (error) {
    if (!(error instanceof HolderRefused)) throw error
    terminal.err(`gantry: ${error.message}\n  why: ${error.why}\n  try: ${error.todo}\n`)
    return 125
  }
}

const become = async (args: ReadonlyArray<string>, terminal: Terminal): Promise<never> => {
  const { uid } = terminal
  const env = withoutLostPlaces(terminal.env)
  const gid = process.getgid?.() ?? uid
  const self = selfCommand()
  const run = makeUserRun(env, uid)
  const running = readHolder(run)?.pid
  const stays =
    running !== undefined && !(hasOneNumber(running) && (await import("./outgrown.ts")).isOutgrown(run, running, uid))
  const holder = stays ? running : await newHolder({ env, gid, run, self, uid }, terminal)
  const { nsenter, unshare } = utilLinux(env, "cannot enter the namespace of this user")
  const user = [nsenter, `--user=/proc/${holder}/ns/user`, "--preserve-credentials", "--"]
  // A namespace of mounts that is the user's as well, with the mounts that the host has now.
  const mounts = [unshare, "--mount", "--propagation=slave", "--"]
  const sys = loadSyscallsSync()
  sys.resetSignals()
  // Node marks them as its own.
  for (const stream of [0, 1, 2]) sys.fcntl(stream, F_SETFD, 0)
  return sys.execve(
    nsenter,
    [...user, ...mounts, ...self, ...args],
    assignments({ ...env, [rootlessVariable]: rootlessValue({ uid, gid, holder, program: terminal.program }) })
  )
}

/** What makes one is loaded only then. */
const newHolder = async (
  wish: Pick<Wish, "env" | "gid" | "run" | "self" | "uid">,
  terminal: Terminal
): Promise<number> => {
  const [{ holdNamespaces }, { configuredHelper }] = await Promise.all([
    import("./hold-namespaces.ts"),
    import("./configured-helper.ts")
  ])
  return holdNamespaces({
    ...wish,
    helper: await configuredHelper(wish.env, terminal.cwd),
    tell: (words) => terminal.err(`gantry: ${words}\n`)
  })
}

const assignments = (env: Environment): ReadonlyArray<string> =>
  Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]))
