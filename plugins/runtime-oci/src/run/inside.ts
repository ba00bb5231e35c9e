import * as fs from "node:fs"
import { O_CLOEXEC, O_DIRECTORY, O_PATH, RESOLVE_IN_ROOT, RESOLVE_NO_MAGICLINKS } from "@gantry/linux/constants"
import { accountText } from "@gantry/linux/container/account-text"
import { findProgram, type ProgramKind } from "@gantry/linux/container/find-program"
import type { FirstProcess } from "@gantry/core/runtime/Launcher"
import type { ProcessSpec } from "@gantry/core/runtime/ContainerSpec"
import type { Kernel } from "@gantry/linux/container/Kernel"
import { type Identity, lookUp } from "@gantry/linux/container/passwd"
import { stage, StageFailure } from "@gantry/linux/container/StageFailure"
import { isAlive } from "@gantry/linux/process-identity"
import { failedWith } from "@gantry/linux/SyscallError"
import type { Syscalls } from "@gantry/linux/Syscalls"

/** A directory that somebody else may change, and that no path of it leads out of. */
export interface Inside {
  /** Runs `use` with a path of the host to what is there; undefined when there is nothing. */
  readonly at: <A>(path: string, use: (place: string) => A) => A | undefined
  readonly close: () => void
}

/** Opens a root: links in it are followed inside of it only. */
export const openInside = (sys: Syscalls, root: string): Inside => {
  const top = sys.open(root, O_PATH | O_DIRECTORY | O_CLOEXEC)
  return {
    at: (path, use) => {
      let fd: number
      try {
        const resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS
        fd = sys.openat2(top, path, { flags: O_PATH | O_CLOEXEC, resolve })
      } catch (error) {
        if (failedWith(error, "ENOENT") || failedWith(error, "ENOTDIR")) return undefined
        throw error
      }
      try {
        return use(`/proc/self/fd/${fd}`)
      } finally {
        sys.close(fd)
      }
    },
    close: () => sys.close(top)
  }
}

/**
 * Makes sure that a container's first process runs still: its number may be that of any other one, and what is open of it
 * was that one's before. Throws `StageFailure`.
 */
export const requireFirst = (first: FirstProcess): void => {
  if (!isAlive(first)) throw new StageFailure("join container", "it has ended")
}

/** A command to look for: its words, where it begins, and its environment with PATH. */
export interface Wanted {
  readonly argv: ReadonlyArray<string>
  readonly cwd: string
  readonly env: ReadonlyArray<string>
}

/** Who a process of a container is, by the container's own files; one that cannot be read says nothing. */
export const identityIn = (
  kernel: Kernel,
  inside: Pick<Inside, "at">,
  process: Pick<ProcessSpec, "groups" | "user">
): Identity => {
  const textOf = (path: string): string => {
    try {
      return inside.at(path, (place) => accountText(kernel, place)) ?? ""
    } catch {
      return ""
    }
  }
  return stage("find user", () => lookUp(process, textOf("/etc/passwd"), textOf("/etc/group")))
}

/** Bytes at the beginning of a file that the kernel looks at to know how to run it. */
const magicBytes = 4

/**
 * Makes sure that the kernel will run a command before the runtime is asked to: once it has, nobody can be told any more.
 * Throws `StageFailure` with 126 or 127, in the words that `runtime-namespace` has for it.
 */
export const requireProgram = (inside: Pick<Inside, "at">, wanted: Wanted): void => {
  const found = programOf(inside, wanted)
  const magic = inside.at(found.startsWith("/") ? found : `${wanted.cwd}/${found}`, magicOf) ?? ""
  if (magic === "\u007fELF" || magic.startsWith("#!")) return
  throw new StageFailure("run command", "exec format error", 126)
}

/** The path of a command, found as a shell would find it. Throws `StageFailure` with 126 or 127. */
export const programOf = (inside: Pick<Inside, "at">, { argv, cwd, env }: Wanted): string =>
  findProgram((path) => inside.at(path.startsWith("/") ? path : `${cwd}/${path}`, kindOf), argv[0] ?? "", env)

/**
 * A process whose command a runtime finds: without a PATH, where others look at the usual places, runc looks nowhere.
 * Throws as {@link programOf}.
 */
export const foundWithoutPath = <Process extends Wanted>(inside: Pick<Inside, "at">, process: Process): Process =>
  process.argv[0]?.includes("/") === true || process.env.some((each) => each.startsWith("PATH="))
    ? process
    : { ...process, argv: [programOf(inside, process), ...process.argv.slice(1)] }

const kindOf = (place: string): ProgramKind => {
  const stat = fs.statSync(place)
  return { directory: stat.isDirectory(), executable: stat.isFile() && (stat.mode & 0o111) !== 0 }
}

/** Empty for what is no file any more: its container may have put a pipe there, which nobody writes to. */
const magicOf = (place: string): string => {
  if (!fs.statSync(place).isFile()) return ""
  const fd = fs.openSync(place, "r")
  try {
    const bytes = Buffer.alloc(magicBytes)
    return bytes.subarray(0, fs.readSync(fd, bytes, 0, magicBytes, 0)).toString("latin1")
  } finally {
    fs.closeSync(fd)
  }
}
