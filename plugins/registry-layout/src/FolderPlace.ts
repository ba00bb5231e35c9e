import { randomBytes } from "node:crypto"
import { constants, lstatSync } from "node:fs"
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises"
import { join } from "node:path"
import { hexOf } from "@gantry/core/image/Digest"
import * as Effect from "effect/Effect"
import { inMemory, readWhole } from "./archive-content.ts"
import { layoutMark } from "./archive-write.ts"
import { readAt, writeAll } from "./descriptor-io.ts"
import { emptyIndex, type LayoutIndex, readIndex, readObject, writeIndex } from "./layout-index.ts"
import { withFolderLocked } from "./lock-directory.ts"
import type { Place, Readable } from "./Place.ts"
import { Malformed, placeFailure } from "./place-error.ts"

/** A link in a layout could lead anywhere, and a pipe would keep us waiting. */
const careful = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

const codeOf = (cause: unknown): unknown =>
  typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined

/** Opens a file of a layout; undefined when there is none. */
const openFile = async (path: string, name: string): Promise<FileHandle | undefined> => {
  let file: FileHandle
  try {
    file = await open(path, careful)
  } catch (cause) {
    if (codeOf(cause) === "ENOENT") return undefined
    if (codeOf(cause) === "ELOOP") throw new Malformed(`${name} is a link, which may lead out of the folder`)
    throw cause
  }
  if ((await file.stat()).isFile()) return file
  await file.close()
  throw new Malformed(`${name} is not a file`)
}

/** Blobs are read and written only where they seem to be. */
const checkFolders = (path: string): void => {
  for (const name of ["blobs", "blobs/sha256"]) {
    const found = lstatSync(join(path, name), { throwIfNoEntry: false })
    if (found?.isSymbolicLink() === true) throw new Malformed(`${name} is a link, which may lead out of the folder`)
    if (found !== undefined && !found.isDirectory()) throw new Malformed(`${name} is not a folder`)
  }
}

/**
 * An OCI layout in a folder. Blobs get their names when they are complete; the index is replaced in one step.
 *
 * Spec: OCI image-spec, image-layout.md.
 */
export const folderPlace = (name: string, path: string): Place => {
  const failed = placeFailure(name)
  const indexPath = join(path, "index.json")
  const attempt = <A>(run: () => Promise<A>) => Effect.tryPromise({ try: run, catch: failed })

  const readDocument = async (file: string): Promise<Uint8Array | undefined> => {
    const handle = await openFile(join(path, file), file)
    if (handle === undefined) return undefined
    try {
      const { size } = await handle.stat()
      return await readWhole(file, { size, read: (at, length) => readAt(handle.fd, at, length) })
    } finally {
      await handle.close()
    }
  }

  const checkVersion = async (): Promise<void> => {
    const mark = await readDocument("oci-layout")
    const version = mark === undefined ? undefined : readObject("oci-layout", mark)["imageLayoutVersion"]
    if (version !== undefined && !String(version).startsWith("1.")) {
      throw new Malformed(`its layout has the version ${String(version)}, and gantry reads 1`)
    }
  }

  const readEntries = async (): Promise<LayoutIndex | undefined> => {
    const bytes = await readDocument("index.json")
    if (bytes === undefined) return undefined
    await checkVersion()
    return readIndex(bytes)
  }

  /** Writes a file under a name of its own; it gets the right one when all of it is on the disk. */
  const replace = async (target: string, bytes: Readable): Promise<void> => {
    const draft = join(path, `.gantry-${randomBytes(8).toString("hex")}`)
    const file = await open(draft, "wx", 0o644)
    try {
      await writeAll(file.fd, await bytes.read(0, bytes.size))
      await file.sync()
      await rename(draft, target)
    } catch (cause) {
      await rm(draft, { force: true })
      throw cause
    } finally {
      await file.close()
    }
  }

  const prepare = async (): Promise<void> => {
    await mkdir(path, { recursive: true })
    checkFolders(path)
    await mkdir(join(path, "blobs", "sha256"), { recursive: true })
    if ((await readDocument("oci-layout")) === undefined) {
      await replace(join(path, "oci-layout"), inMemory(new TextEncoder().encode(layoutMark)))
    }
  }

  return {
    index: attempt(async () => {
      const found = await readEntries()
      if (found !== undefined) return found
      lstatSync(path)
      throw new Malformed("it is no OCI layout: there is no index.json in it")
    }),
    open: (digest) =>
      Effect.map(
        Effect.acquireRelease(
          attempt(async () => {
            checkFolders(path)
            const file = await openFile(join(path, "blobs", "sha256", hexOf(digest)), `blobs/sha256/${hexOf(digest)}`)
            return file === undefined ? undefined : { file, size: (await file.stat()).size }
          }),
          (found) => Effect.promise(() => found?.file.close() ?? Promise.resolve())
        ),
        (found) =>
          found === undefined
            ? undefined
            : { size: found.size, read: (at: number, length: number) => readAt(found.file.fd, at, length) }
      ),
    draft: Effect.gen(function* () {
      const draft = join(path, `.gantry-${randomBytes(8).toString("hex")}`)
      const file = yield* Effect.acquireRelease(
        attempt(async () => {
          await prepare()
          return open(draft, "wx", 0o644)
        }),
        (opened) =>
          Effect.promise(async () => {
            await opened.close().catch(() => {})
            await rm(draft, { force: true }).catch(() => {})
          })
      )
      return {
        append: (chunk) => attempt(() => writeAll(file.fd, chunk)),
        publish: (digest) =>
          attempt(async () => {
            await file.sync()
            checkFolders(path)
            await rename(draft, join(path, "blobs", "sha256", hexOf(digest)))
          })
      }
    }),
    change: (change) =>
      Effect.zipRight(
        attempt(prepare),
        withFolderLocked(
          path,
          failed,
          attempt(async () => {
            const index = change((await readEntries()) ?? emptyIndex)
            await replace(indexPath, inMemory(writeIndex(index)))
          })
        )
      ),
    together: (effect) => effect
  }
}
