import { spawn, spawnSync } from "node:child_process"
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { O_CLOEXEC } from "@gantry/linux/constants"
import { loadSyscallsSync } from "@gantry/linux/load"
import { bootId } from "@gantry/linux/process-identity"
import type { Environment } from "../settings.ts"
import { findProgram } from "../find-program.ts"
import { userName } from "../user-name.ts"
import { type Holder, namespacesOf, readHolder, survivorOf, withHolderLock, writeHolder } from "./holder-file.ts"
import { HolderRefused } from "./HolderRefused.ts"
import { idMapIn } from "./id-map.ts"
import type { HelperName } from "./helper-names.ts"
import { openOutside } from "./outside.ts"
import { endWhenAlone, isOutgrown } from "./outgrown.ts"
import { utilLinux } from "./util-linux.ts"

/** Who wants namespaces, and where what is known of them lies. */
export interface Wish {
  readonly env: Environment
  readonly uid: number
  readonly gid: number
  /** The user's own directory of short-lived files. */
  readonly run: string
  readonly self: ReadonlyArray<string>
  /** The program that is to connect the network with the outside, where the configuration names one. */
  readonly helper: HelperName | undefined
  /** Says what the user has to know of namespaces that were made but do less than they could. */
  readonly tell: (words: string) => void
}

/**
 * The process that holds this user's namespaces: the one that runs, or a new one. Of several commands that find none,
 * one makes it and the others wait. One from before the user was given a range of numbers makes room for one with them.
 */
export const holdNamespaces = async (wish: Wish): Promise<number> => {
  const { run, uid } = wish
  const stays = ({ pid }: Holder): boolean => !isOutgrown(run, pid, uid)
  const running = readHolder(run)
  if (running !== undefined && stays(running)) return running.pid
  return withHolderLock(run, () => {
    const there = readHolder(run)
    return there !== undefined && (stays(there) || !endWhenAlone(run, there)) ? there.pid : make(wish)
  })
}

/** Waits in the new namespaces until their numbers are mapped; only then is it root there when it becomes the holder. */
const waiter = `echo made; read -r line && exec "$@"`

const make = async (wish: Wish): Promise<number> => {
  const { env, run, self } = wish
  const { nsenter, unshare } = utilLinux(env, failing)
  const survivor = survivorOf(run)
  const mounts = ["--mount", "--propagation=slave"]
  const argv =
    survivor === undefined
      ? [unshare, "--user", "--net", ...mounts, "/bin/sh", "-c", waiter, "sh"]
      : [nsenter, ...inside(survivor), "--preserve-credentials", unshare, ...mounts]
  const complaints = join(run, "holder.log")
  const stderr = openSync(complaints, "w", 0o600)
  const sys = loadSyscallsSync()
  const [end, held] = sys.pipe2(O_CLOEXEC)
  const [program = "", ...words] = [...argv, ...self, "__hold", run]
  const child = spawn(program, words, { stdio: ["pipe", "pipe", stderr, held], detached: true, cwd: "/" })
  closeSync(stderr)
  sys.close(held)
  const { pid, stdin, stdout } = child
  const said = lines(stdout)
  const failed = (): HolderRefused =>
    refused(readFileSync(complaints, "utf8").trim().split("\n").at(-1) || "its process ended", "gantry doctor")
  // Whoever cannot even be started says nothing either.
  child.on("error", () => undefined)
  if (survivor === undefined) {
    if ((await said()) !== "made" || pid === undefined) throw failed()
    mapNumbers(pid, wish)
    stdin?.end("go\n")
  }
  const startTime = await said()
  if (startTime === undefined || pid === undefined) throw failed()
  const closed = openOutside({ end, env, pid, run, wanted: wish.helper })
  sys.close(end)
  writeHolder(run, {
    pid,
    startTime: Number(startTime),
    boot: bootId(),
    namespaces: namespacesOf(pid)
  })
  if (closed !== undefined) {
    wish.tell(
      `${closed}: containers have no way out of their networks\n  try: gantry doctor, which says how to have it`
    )
  }
  rmSync(complaints, { force: true })
  for (const stream of [stdin, stdout]) stream?.destroy()
  child.unref()
  return pid
}

const inside = (process: number) => ["user", "net"].map((kind) => `--${kind}=/proc/${process}/ns/${kind}`)

const failing = "cannot make a user namespace for this user"

const refused = (why: string, todo: string): HolderRefused => new HolderRefused(failing, why, todo)

/** Lines of a stream, one after the other; undefined at its end. */
const lines = (stream: NodeJS.ReadableStream | null): (() => Promise<string | undefined>) => {
  let text = ""
  const state = { ended: false }
  let wake = (): void => undefined
  stream?.on("data", (bytes: Buffer) => {
    text += bytes.toString()
    wake()
  })
  for (const event of ["end", "close", "error"]) {
    stream?.on(event, () => {
      state.ended = true
      wake()
    })
  }
  return async () => {
    while (!text.includes("\n") && !state.ended) await new Promise<void>((resolve) => (wake = resolve))
    const at = text.indexOf("\n")
    if (at < 0) return undefined
    const line = text.slice(0, at)
    text = text.slice(at + 1)
    return line
  }
}

/** Gives the namespace its numbers: the user's ranges by newuidmap(1) and newgidmap(1), else the user's own alone. */
const mapNumbers = (pid: number, { env, gid, tell, uid }: Wish): void => {
  const user = userName(uid)
  const problem =
    mapBy("newuidmap", "/etc/subuid", { env, pid, user, uid, own: uid }) ??
    mapBy("newgidmap", "/etc/subgid", { env, pid, user, uid, own: gid })
  if (problem === undefined) return
  tell(
    `${problem}: containers have one user, root, whom all files belong to; nothing in them can change user\n` +
      `  try: gantry doctor, which says how to give ${user} a range of numbers`
  )
  try {
    writeOnce(`/proc/${pid}/uid_map`, `0 ${uid} 1`)
    writeOnce(`/proc/${pid}/setgroups`, "deny")
    writeOnce(`/proc/${pid}/gid_map`, `0 ${gid} 1`)
  } catch (error) {
    throw refused(error instanceof Error ? error.message : String(error), "gantry doctor")
  }
}

/** One of the maps may be there already. */
const writeOnce = (path: string, text: string): void => {
  if (readFileSync(path, "utf8").trim() === "" || path.endsWith("setgroups")) writeFileSync(path, text)
}

interface Mapping {
  readonly env: Environment
  readonly pid: number
  readonly user: string
  readonly uid: number
  readonly own: number
}

/** Why a map could not be written; undefined when it was. */
const mapBy = (program: string, file: string, { env, own, pid, uid, user }: Mapping): string | undefined => {
  const map = idMapIn(file, user, uid, own)
  if (map.length === 1) return `${file} gives ${user} no numbers`
  const path = findProgram(program, env["PATH"])
  if (path === undefined) return `there is no ${program}`
  const { status, stderr } = spawnSync(path, [String(pid), ...map.flat().map(String)], { encoding: "utf8" })
  return status === 0 ? undefined : stderr.trim().split("\n")[0] || `${program} failed`
}
