import { spawn } from "node:child_process"
import { readlinkSync, writeFileSync } from "node:fs"
import type { IdMaps, IdRange } from "@gantry/core/runtime/IdMaps"
import { CLONE_NEWUSER, O_CLOEXEC, O_RDONLY } from "../../constants.ts"
import type { Syscalls } from "../../Syscalls.ts"
import { openStub } from "./open-stub.ts"

/**
 * A namespace of users with these maps, as a descriptor that keeps it. Nobody is in it: the process that makes it, since
 * the kernel has no other way, ends when this returns. Its maps are written by this process, which has to have the rights
 * over all of their numbers.
 */
export const makeUserNamespace = (sys: Syscalls, { gids, uids }: IdMaps): number => {
  const stub = openStub(sys, {
    sequence: "",
    namespaces: CLONE_NEWUSER,
    enters: [],
    private: false,
    tied: true,
    rehearses: false
  })
  try {
    const program = `/proc/${readlinkSync("/proc/self")}/fd/${stub.program}`
    const child = spawn(program, [], { env: {}, cwd: "/", stdio: ["ignore", "ignore", "ignore", ...stub.theirs] })
    // What went wrong is seen by the line to it, which ends.
    child.on("error", () => undefined)
    child.unref()
    stub.started()
    stub.begin()
    const pid = stub.begun().files.readLink("/proc/self")
    writeFileSync(`/proc/${pid}/uid_map`, mapText(uids))
    writeFileSync(`/proc/${pid}/gid_map`, mapText(gids))
    return sys.open(`/proc/${pid}/ns/user`, O_RDONLY | O_CLOEXEC)
  } finally {
    stub.close()
  }
}

/** A map as the kernel reads it. Spec: user_namespaces(7), "Defining user and group ID mappings". */
const mapText = (ranges: ReadonlyArray<IdRange>): string =>
  ranges.map(({ count, inside, outside }) => `${inside} ${outside} ${count}\n`).join("")
