import { readdirSync } from "node:fs"
import type { IdMaps } from "@gantry/core/runtime/IdMaps"
import { statOf } from "@gantry/core/tree/disk-entry"
import { byCodeUnit, joinPath } from "@gantry/core/tree/safe-path"
import { UnsafePath } from "@gantry/core/store/StoreError"
import {
  AT_FDCWD,
  O_CLOEXEC,
  O_DIRECTORY,
  O_RDONLY,
  RESOLVE_BENEATH,
  RESOLVE_NO_SYMLINKS,
  RESOLVE_NO_XDEV
} from "@gantry/linux/constants"
import { errorCode } from "./error-code.ts"
import type { Kernel } from "./kernel.ts"
import { itemOf, type UpperItem } from "./UpperItem.ts"

/**
 * The same as `listUpper`, of a directory that a container may be writing into, and the container may be hostile: nothing
 * of what lies outside is told of, whatever becomes a link meanwhile, nor of file systems that are mounted in it. What is
 * gone when it is looked at is left out.
 *
 * Every directory is opened from the top without following a link, and what is in it is looked at through the open one.
 */
export const listLive = (kernel: Kernel, upper: string, owners?: IdMaps): ReadonlyArray<UpperItem> => {
  const items: Array<UpperItem> = []
  const flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC
  const top = kernel.openat2(AT_FDCWD, upper, { flags, mode: 0, resolve: 0 })
  const add = (path: string, disk: string, place: string): UpperItem | undefined => {
    const stat = statOf(place)
    if (stat === undefined) {
      // The runtime decodes names as UTF-8, and what is none of it cannot be asked for again.
      if (path.includes("\u{fffd}")) throw new UnsafePath({ path, why: "it is not UTF-8" })
      return undefined
    }
    const item = ifThere(() => itemOf(kernel, { path, disk, place, stat, owners }))
    if (item !== undefined) items.push(item)
    return item
  }
  const listInto = (waiting: Array<string>, directory: string, fd: number): void => {
    const place = `/proc/self/fd/${fd}`
    for (const name of readdirSync(place)) {
      const path = joinPath(directory, name)
      const item = add(path, `${upper}/${path}`, `${place}/${name}`)
      if (item?.stat.isDirectory() === true) waiting.push(path)
    }
  }
  try {
    add("", upper, `/proc/self/fd/${top}/.`)
    const waiting: Array<string> = []
    listInto(waiting, "", top)
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      const directory = path
      const fd = ifThere(() =>
        kernel.openat2(top, directory, {
          flags,
          mode: 0,
          resolve: RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV
        })
      )
      if (fd === undefined) continue
      try {
        listInto(waiting, directory, fd)
      } finally {
        kernel.close(fd)
      }
    }
  } finally {
    kernel.close(top)
  }
  return items.toSorted((a, b) => byCodeUnit(a.path, b.path))
}

/** EINVAL: what was a link is one no more. EXDEV: it is another file system. */
const changed: ReadonlySet<string | undefined> = new Set(["ENOENT", "ENOTDIR", "ELOOP", "EINVAL", "EXDEV"])

const ifThere = <A>(look: () => A): A | undefined => {
  try {
    return look()
  } catch (cause) {
    if (changed.has(errorCode(cause))) return undefined
    throw cause
  }
}
