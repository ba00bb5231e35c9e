import type { ContainerSpec } from "@gantry/core/runtime/ContainerSpec"
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  CLONE_FS,
  CLONE_NEWNS,
  MS_PRIVATE,
  O_CLOEXEC,
  O_DIRECTORY,
  O_PATH,
  O_RDONLY,
  OPEN_TREE_CLOEXEC,
  OPEN_TREE_CLONE,
  RESOLVE_NO_SYMLINKS
} from "../constants.ts"
import type { Kernel } from "./Kernel.ts"
import { stage } from "./StageFailure.ts"

/**
 * A copy of the /dev/shm of the container whose IPC namespace is joined, attached nowhere yet; none for a container that
 * has its own. Still in the host's view: mounts of another mount namespace can be copied from within only, so the calling
 * thread goes there and comes back. The root and the working directory are the host's afterwards.
 */
export const holdSharedMemory = ({ sys }: Kernel, { namespaces }: Pick<ContainerSpec, "namespaces">) => {
  const { ipc } = namespaces
  if (typeof ipc === "string") return undefined
  return stage("share memory", () => {
    const own = sys.open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC)
    const theirs = sys.open(ipc.mounts, O_RDONLY | O_CLOEXEC)
    // The kernel changes the mount namespace only of a thread that shares its root and directory with no other.
    sys.unshare(CLONE_FS)
    sys.setns(theirs, CLONE_NEWNS)
    try {
      const flags = O_PATH | O_DIRECTORY | O_CLOEXEC
      const place = sys.openat2(AT_FDCWD, "/dev/shm", { flags, resolve: RESOLVE_NO_SYMLINKS })
      const tree = sys.openTree(place, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH)
      sys.mountSetattr(tree, "", AT_EMPTY_PATH, { propagation: MS_PRIVATE })
      sys.close(place)
      return tree
    } finally {
      sys.setns(own, CLONE_NEWNS)
      sys.close(own)
      sys.close(theirs)
    }
  })
}
