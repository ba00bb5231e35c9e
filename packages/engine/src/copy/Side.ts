import { closeSync, openSync, readFileSync, statSync } from "node:fs"
import { resolve } from "node:path"
import { type StorageFailure, storageFailure } from "@gantry/core/store/StoreError"
import { O_DIRECTORY, O_PATH } from "@gantry/linux/constants"
import { loadSyscallsSync } from "@gantry/linux/load"
import { placeOf } from "@gantry/linux/reopened"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { RuntimeError } from "@gantry/core/runtime/RuntimeError"
import type { ContainerRecord } from "../containers/ContainerRecord.ts"
import { ContainerRoots } from "../containers/ContainerRoots.ts"
import { type AccountFiles, ownerOf, type Owner } from "../steps/accounts.ts"
import { meansDirectory } from "./copy-plan.ts"
import { CopyRefused } from "./CopyRefused.ts"
import { containedRoot, type FileRoot, hostRoot } from "./FileRoot.ts"
import { openHostDirectory } from "./put-files.ts"

/** One of the two trees between which files are copied. */
export interface Side {
  readonly root: FileRoot
  /** A path as messages call it. */
  readonly called: (path: string) => string
  /** Nothing is where something was to be read. */
  readonly missing: (path: string) => CopyRefused
  /** The directory is not there into which something was to be put. */
  readonly nowhere: (directory: string) => CopyRefused
  /** Opens a directory to put files into; the caller closes it, by a system call. Throws what the kernel says. */
  readonly openInto: (directory: string) => number
}

/** The files of the host. */
export const hostSide: Effect.Effect<Side, StorageFailure, Scope.Scope> = Effect.map(
  Effect.acquireRelease(
    Effect.try({ try: () => openSync("/", O_PATH | O_DIRECTORY), catch: storageFailure("read", "/") }),
    (fd) => Effect.sync(() => closeSync(fd))
  ),
  (fd) => ({
    root: hostRoot(loadSyscallsSync(), fd),
    called: (path) => path,
    missing: (path) => new CopyRefused({ why: `lstat ${path}: no such file or directory` }),
    nowhere: (directory) =>
      new CopyRefused({
        why: `invalid output path: directory ${JSON.stringify(directory)} does not exist`,
        hint: `mkdir -p ${directory}`
      }),
    openInto: openHostDirectory
  })
)

/** The files of a container, running or not. */
export const containerSide = (
  container: ContainerRecord
): Effect.Effect<Side, RuntimeError, ContainerRoots | Scope.Scope> =>
  Effect.gen(function* () {
    const root = containedRoot(loadSyscallsSync(), yield* (yield* ContainerRoots).open(container))
    const called = (path: string) => `${container.name}:${path}`
    const missing = (path: string) => new CopyRefused({ why: `No such container:path: ${called(path)}` })
    return {
      root,
      called,
      missing,
      nowhere: missing,
      openInto: (directory) => root.open(directory, { follow: true, flags: O_PATH | O_DIRECTORY })
    }
  })

/** A path of the host as it is looked up: absolute, and a directory still when it was written as one. */
export const hostPath = (cwd: string, text: string): string => {
  const path = resolve(cwd, text)
  if (text === "." || text.endsWith("/.")) return path === "/" ? "/." : `${path}/.`
  return text.endsWith("/") && path !== "/" ? `${path}/` : path
}

/** A path of a container: what it is relative to is the root. */
export const containerPath = (text: string): string => {
  const path = text.startsWith("/") ? text : `/${text}`
  return meansDirectory(path) ? path : path.replace(/\/\.$/, "")
}

/** Most bytes of an account file that are read. */
const mostBytes = 4 * 1024 * 1024

/** Whom files in a container belong to that its own user owns; none when that is root, or is not to be found. */
export const userOf = ({ root }: Side, user: string): Owner | undefined => {
  if (user === "") return undefined
  const read = (path: string): string => {
    let fd: number | undefined
    try {
      fd = root.open(path, { follow: true })
      const stat = statSync(placeOf(fd))
      return stat.isFile() && stat.size <= mostBytes ? readFileSync(placeOf(fd), "utf8") : ""
    } catch {
      return ""
    } finally {
      if (fd !== undefined) loadSyscallsSync().close(fd)
    }
  }
  const files: AccountFiles = { passwd: read("/etc/passwd"), group: read("/etc/group") }
  const owner = ownerOf(user, files)
  return "unknown" in owner ? undefined : owner
}
