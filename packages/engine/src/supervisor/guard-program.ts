import { isAbsolute } from "node:path"
import type { UsualLaunch } from "@gantry/core/runtime/Launcher"
import { AT_EMPTY_PATH, AT_FDCWD, MOUNT_ATTR_RDONLY, OPEN_TREE_CLOEXEC, OPEN_TREE_CLONE } from "@gantry/linux/constants"
import type { Syscalls } from "@gantry/linux/Syscalls"

/** The words to start, and what to do once the program runs. */
export interface GuardedPlan {
  readonly argv: ReadonlyArray<string>
  readonly release: () => void
}

/**
 * Puts a read-only mount of gantry's own program in its place in a plan; it is attached nowhere, and gone with the last
 * process that runs from it.
 *
 * A script of the container may name `/proc/self/exe` as its interpreter: gantry is executed once more then, as a process
 * of the container, and whoever holds its file open could write to it when nobody runs it any more. That nobody can is
 * usually so because a supervisor runs the same file, but not when gantry was installed anew meanwhile.
 */
export const guardProgram = (sys: Syscalls, { argv, program }: UsualLaunch): GuardedPlan => {
  const path = program === undefined ? undefined : argv[program]
  if (program === undefined || path === undefined || !isAbsolute(path)) return { argv, release: () => {} }
  const fd = sys.openTree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC)
  sys.mountSetattr(fd, "", AT_EMPTY_PATH, { attrSet: MOUNT_ATTR_RDONLY })
  return { argv: argv.with(program, `/proc/${process.pid}/fd/${fd}`), release: () => sys.close(fd) }
}
