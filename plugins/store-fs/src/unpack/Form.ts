import type { Stats } from "node:fs"
import { lstatSync, readdirSync } from "node:fs"
import { joinPath } from "@gantry/core/tree/safe-path"
import { S_IFCHR } from "@gantry/linux/constants"
import { opaqueXattr } from "../xattrs.ts"
import type { UnpackKernel } from "./UnpackKernel.ts"

/**
 * What an archive's words about the layers below become: marks that overlayfs reads, or deeds. Paths are those of a
 * tree; their parents are real directories when a method is called.
 */
export interface Form {
  /** An entry of the archive stands at a path now. */
  readonly made: (path: string) => void
  /** What stood at a path is gone. */
  readonly gone: (path: string) => void
  /** Whether what stands at a path is none of this archive's entries. */
  readonly isOld: (path: string, stat: Stats) => boolean
  /** A directory was made where something else stood. */
  readonly covered: (directory: string) => void
  /** What layers below have at a path is gone. What the archive itself has there stays. */
  readonly hide: (path: string) => void
  /** What layers below have inside a directory is gone. */
  readonly empty: (directory: string) => void
}

const yes = Uint8Array.of(0x79)

const isWhiteout = (stat: Stats): boolean => stat.isCharacterDevice() && stat.rdev === 0

/** What {@link layerForm} cannot leave on the disk. */
export interface LayerMarks {
  hasMarks: boolean
  /** The root directory is opaque: overlayfs does not look for the mark there. */
  opaqueRoot: boolean
}

/**
 * The form of a layer of its own in an empty directory, for overlayfs: a device 0:0 where something is gone, an attribute
 * on a directory that hides what is below.
 *
 * Spec: kernel, filesystems/overlayfs, "Whiteouts and opaque directories".
 */
export const layerForm = (kernel: UnpackKernel, diskOf: (path: string) => string, marks: LayerMarks): Form => {
  const setOpaque = (path: string): void => {
    kernel.lsetxattr(diskOf(path), opaqueXattr(), yes)
    marks.hasMarks = true
  }
  return {
    made: () => {},
    gone: () => {},
    isOld: (_, stat) => isWhiteout(stat),
    covered: setOpaque,
    hide: (path) => {
      const stat = lstatSync(diskOf(path), { throwIfNoEntry: false })
      if (stat === undefined) kernel.mknod(diskOf(path), S_IFCHR, 0, 0)
      else if (stat.isDirectory()) setOpaque(path)
    },
    empty: (directory) => {
      if (directory === "") marks.opaqueRoot = true
      else setOpaque(directory)
    }
  }
}

/** The form of a folder that the layer is applied to: what is taken away is removed there and then. */
export const folderForm = (diskOf: (path: string) => string, remove: (path: string) => void): Form => {
  const mine = new Set<string>()
  const empty = (directory: string): void => {
    for (const name of readdirSync(diskOf(directory))) hide(joinPath(directory, name))
  }
  const hide = (path: string): void => {
    if (!mine.has(path)) return remove(path)
    if (lstatSync(diskOf(path), { throwIfNoEntry: false })?.isDirectory() === true) empty(path)
  }
  return {
    made: (path) => void mine.add(path),
    gone: (path) => void mine.delete(path),
    isOld: (path) => !mine.has(path),
    covered: () => {},
    hide,
    empty
  }
}

/** The form of a folder that is given files: nothing is said of layers below, and no link gives way to a directory. */
export const filesForm: Form = {
  made: () => {},
  gone: () => {},
  isOld: () => false,
  covered: () => {},
  hide: () => {},
  empty: () => {}
}
