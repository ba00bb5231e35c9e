import { rootless } from "@gantry/linux/rootless"
import type { Kernel } from "./kernel.ts"

/** The mark of a directory that hides what lies below it. Spec: kernel, filesystems/overlayfs, "Whiteouts and opaque directories". */
export const opaqueXattr = (): string => (rootless() === undefined ? "trusted.overlay.opaque" : "user.overlay.opaque")

/** Overlayfs' own names; the second are for mounts of users, and mean nothing else anywhere. */
const isOverlays = (name: string): boolean => name.startsWith("trusted.overlay.") || name.startsWith("user.overlay.")

/**
 * Whether an attribute belongs to the file rather than to the machine it lies on. Labels of SELinux, IMA and the like
 * are the host's, and attributes of overlayfs are the store's own. Those that only the host's root may set are not a
 * user's to keep.
 */
export const isKept = (name: string): boolean =>
  name === "security.capability" ||
  name.startsWith("system.posix_acl_") ||
  ((name.startsWith("user.") || (name.startsWith("trusted.") && rootless() === undefined)) && !isOverlays(name))

const yes = 0x79

/** What a file carries besides its bytes. */
export interface Carried {
  /** The attributes that belong into a layer, sorted by name; absent when there are none. */
  readonly xattrs?: ReadonlyMap<string, Uint8Array>
  readonly opaque: boolean
  /** Names of overlayfs' other private attributes. */
  readonly private: ReadonlyArray<string>
}

const nothing: Carried = { opaque: false, private: [] }

/** Reads the attributes of a file, not following a link. */
export const readXattrs = (kernel: Kernel, path: string): Carried => {
  const names = kernel.llistxattr(path)
  if (names.length === 0) return nothing
  const xattrs = new Map<string, Uint8Array>()
  const hidden: Array<string> = []
  let opaque = false
  const mark = opaqueXattr()
  for (const name of [...names].toSorted()) {
    if (name === mark) opaque = kernel.lgetxattr(path, name)[0] === yes
    else if (isOverlays(name)) hidden.push(name)
    else if (isKept(name)) xattrs.set(name, kernel.lgetxattr(path, name))
  }
  return { ...(xattrs.size > 0 && { xattrs }), opaque, private: hidden }
}

/** Whether a directory is opaque. */
export const isOpaque = (kernel: Kernel, path: string): boolean =>
  kernel.llistxattr(path).includes(opaqueXattr()) && kernel.lgetxattr(path, opaqueXattr())[0] === yes

/** Makes a directory opaque. */
export const setOpaque = (kernel: Kernel, path: string): void =>
  kernel.lsetxattr(path, opaqueXattr(), Uint8Array.of(yes))

/** Gives a file exactly these attributes, of those that belong into a layer. `fresh`: it has none yet. */
export const replaceXattrs = (
  kernel: Kernel,
  path: string,
  xattrs: ReadonlyMap<string, Uint8Array> | undefined,
  fresh: boolean
): void => {
  if (!fresh) {
    for (const name of kernel.llistxattr(path)) if (isKept(name) && !xattrs?.has(name)) kernel.lremovexattr(path, name)
  }
  if (xattrs !== undefined) for (const [name, value] of xattrs) kernel.lsetxattr(path, name, value)
}
