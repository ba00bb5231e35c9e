import type { ProcessSpec } from "@gantry/core/runtime/ContainerSpec"
import type { Identity } from "@gantry/linux/container/passwd"
import { StageFailure } from "@gantry/linux/container/StageFailure"
import type { OciProcess } from "./OciConfig.ts"

/** An ordinary user of the host, as far as containers of that user differ. */
export interface OrdinaryUser {
  /** The user's namespace has one number only: everything in the container is root's. */
  readonly single: boolean
  /** How likely the kernel ends this process when memory runs out: nothing of the user's may be less likely. */
  readonly oomScoreAdj: number
}

/** What the host and the container's files say of a process that is to run there. */
export interface ProcessFacts {
  /** Its user, looked up in the container's own files. */
  readonly who: Identity
  /** How many files this process itself may be allowed to open. */
  readonly hardFiles: bigint
  readonly user?: OrdinaryUser | undefined
}

/** Resources of setrlimit(2) by the names that a spec has. */
const resources = new Set(
  "as core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack".split(" ")
)

/** Open files of a container that asks for nothing, at most: what servers need, and old programs can count through. */
const mostFiles = 1_048_576n

/** What files of a process that asks for nothing are not: writable for others. */
export const defaultUmask = 0o022

const unlimited = 0xffff_ffff_ffff_ffffn

const valueOf = (value: number): bigint => (value < 0 ? unlimited : BigInt(value))

const onlyRoot = "the caller has no range of user numbers in /etc/subuid, so root is the only user here"

/** A process in OCI's words. Throws `StageFailure` for a limit that does not exist, and for a user that cannot be had. */
export const processOf = (process: ProcessSpec, { hardFiles, user, who }: ProcessFacts): OciProcess => {
  const alone = user?.single === true
  if (alone && (who.uid !== 0 || who.gid !== 0)) throw new StageFailure("change user", onlyRoot)
  const capabilities = process.capabilities.map((name) => `CAP_${name}`)
  const files = hardFiles < mostFiles ? hardFiles : mostFiles
  const rlimits = process.rlimits.map(({ hard, name, soft }) => {
    if (!resources.has(name)) throw new StageFailure(`limit ${name}`, "there is no such limit")
    return { type: `RLIMIT_${name.toUpperCase()}`, soft: valueOf(soft), hard: valueOf(hard) }
  })
  return {
    terminal: process.tty,
    ...(process.size === undefined ? {} : { consoleSize: { height: process.size.rows, width: process.size.columns } }),
    user: { uid: who.uid, gid: who.gid, additionalGids: alone ? [] : who.groups, umask: process.umask ?? defaultUmask },
    args: process.argv,
    env: process.env.some((each) => each.startsWith("HOME=")) ? process.env : [...process.env, `HOME=${who.home}`],
    cwd: process.cwd,
    // Nothing is inheritable or ambient: as with `runtime-namespace`, programs of other users begin with nothing.
    capabilities: {
      bounding: capabilities,
      effective: capabilities,
      permitted: capabilities,
      inheritable: [],
      ambient: []
    },
    rlimits: process.rlimits.some(({ name }) => name === "nofile")
      ? rlimits
      : [{ type: "RLIMIT_NOFILE", soft: files, hard: files }, ...rlimits],
    noNewPrivileges: process.noNewPrivileges,
    ...(process.oomScoreAdj === undefined
      ? {}
      : { oomScoreAdj: Math.max(process.oomScoreAdj, user?.oomScoreAdj ?? -1000) })
  }
}
