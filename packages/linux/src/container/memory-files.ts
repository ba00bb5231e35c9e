import { MNT_DETACH, MS_NODEV, MS_NOEXEC, MS_NOSUID } from "../constants.ts"
import type { MountSpec } from "@gantry/core/runtime/ContainerSpec"
import type { Owner } from "@gantry/core/runtime/IdMaps"
import { cloneTree, type HeldBind } from "./binds.ts"
import type { Kernel } from "./Kernel.ts"
import { stage } from "./StageFailure.ts"

/** Bytes that the file system needs besides the contents. */
const margin = 1024 * 1024

/**
 * Writes the files that exist in memory only. As `holdGenerated`, it covers the directory `scratch` of the container for
 * a moment, and nothing of them is ever on a disk or in the host's view. `outside`: the numbers of their owners where this
 * process is, if those of the container are others.
 */
export const holdMemoryFiles = (
  kernel: Kernel,
  mounts: ReadonlyArray<MountSpec>,
  scratch: string,
  outside: (owner: Owner) => Owner = (owner) => owner
): ReadonlyMap<MountSpec, HeldBind> => {
  const wanted = mounts.filter((mount) => mount.type === "file")
  if (wanted.length === 0) return new Map()
  return stage("make files in memory", () => {
    const contents = wanted.map(({ content }) => new Uint8Array(Buffer.from(content, "base64")))
    const size = contents.reduce((sum, { length }) => sum + length + 4096, margin)
    // Scripts of heredocs are run; secrets and settings never are.
    const runs = wanted.some(({ mode }) => (mode & 0o111) !== 0)
    const flags = MS_NOSUID | MS_NODEV | (runs ? 0 : MS_NOEXEC)
    kernel.sys.mount("tmpfs", scratch, "tmpfs", flags, `size=${size},mode=700`)
    const held = wanted.map((mount, at): readonly [MountSpec, HeldBind] => {
      const path = `${scratch}/${at}`
      kernel.files.write(path, contents[at] ?? new Uint8Array(), mount.mode)
      const { gid, uid } = outside(mount)
      if (uid !== 0 || gid !== 0) kernel.files.chown(path, uid, gid)
      return [mount, { tree: cloneTree(kernel, path, false), kind: "file" }]
    })
    kernel.sys.umount2(scratch, MNT_DETACH)
    return new Map(held)
  })
}
