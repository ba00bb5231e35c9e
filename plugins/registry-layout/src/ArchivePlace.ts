import { existsSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname } from "node:path"
import type { Digest } from "@gantry/core/image/Digest"
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import type * as Scope from "effect/Scope"
import { type ArchiveContent, readArchive } from "./archive-content.ts"
import { isOutlet, writeArchive } from "./archive-write.ts"
import { emptyIndex, type LayoutIndex } from "./layout-index.ts"
import { withFolderLocked } from "./lock-directory.ts"
import { descriptorOf, identityOf, type OpenArchive, openArchive } from "./open-archive.ts"
import type { Place, Readable } from "./Place.ts"
import { type PlaceError, placeFailure } from "./place-error.ts"
import { openSpool, type Spool } from "./spool.ts"

/** The archives whose pushes this fiber has gathered into one. */
const gathering = FiberRef.unsafeMake<ReadonlySet<string>>(new Set())

const noContent: ArchiveContent = { index: emptyIndex, blobs: new Map() }

type Change = (index: LayoutIndex) => LayoutIndex

/**
 * An archive. It is never unpacked: blobs are read out of the file. What is pushed lies in a temporary file without a
 * name until the archive is written anew, as a whole.
 *
 * `saved`: it also gets the manifest.json of docker save.
 */
export const archivePlace = (name: string, path: string, saved: boolean): Place => {
  const failed = placeFailure(name)
  const attempt = <A>(run: () => Promise<A>) => Effect.tryPromise({ try: run, catch: failed })
  const turn = Effect.unsafeMakeSemaphore(1)
  const reading = Effect.unsafeMakeSemaphore(1)

  let current: Opened | undefined
  let spool: Spool | undefined
  const fresh = new Map<Digest, Readable>()
  let changes: ReadonlyArray<Change> = []
  let replacing = false

  /** What the archive on the disk holds now; undefined when there is none. Read again only when it has changed. */
  const load = async (signal: AbortSignal): Promise<Opened | undefined> => {
    const once = descriptorOf(path) !== undefined || current?.archive.identity === undefined
    if (current !== undefined && once) return current
    const status = once ? undefined : statSync(path, { throwIfNoEntry: false })
    if (current !== undefined && status !== undefined && current.archive.identity === identityOf(status)) return current
    if (current !== undefined) await letGo(current, "retired")
    current = undefined
    if (descriptorOf(path) === undefined && !existsSync(path)) return undefined
    const archive = await openArchive(path, signal)
    try {
      current = { archive, content: await readArchive(archive), users: 0, retired: false }
      return current
    } catch (cause) {
      await archive.close()
      throw cause
    }
  }

  const opened = Effect.tryPromise({
    try: async (signal) => {
      const found = await load(signal)
      if (found !== undefined) found.users += 1
      return found
    },
    catch: failed
  })

  /**
   * What was there before this program pushed anything, while the scope is open. Reading can be interrupted: a pipe may
   * never give anything.
   */
  const base: Effect.Effect<ArchiveContent | undefined, PlaceError, Scope.Scope> = Effect.suspend(() =>
    replacing
      ? Effect.succeed(undefined)
      : Effect.tap(reading.withPermits(1)(opened), (found) =>
          found === undefined ? Effect.void : Effect.addFinalizer(() => Effect.promise(() => letGo(found, "used")))
        ).pipe(Effect.map((found) => found?.content))
  )

  /** Drops what was pushed: it is in the archive now, or nobody wants it. */
  const forget = Effect.promise(async () => {
    const used = spool
    spool = undefined
    fresh.clear()
    changes = []
    replacing = false
    await used?.close()
  })

  /** Writes the archive anew, with what was pushed. */
  const write = Effect.suspend(() => {
    const written = Effect.gen(function* () {
      const before = (yield* base) ?? noContent
      const content = {
        index: changes.reduce((index, change) => change(index), before.index),
        blobs: new Map([...before.blobs, ...fresh])
      }
      yield* attempt(() => writeArchive(path, content, saved))
      yield* forget
    }).pipe(Effect.scoped)
    return isOutlet(path) ? written : withFolderLocked(dirname(path), failed, written)
  })

  return {
    index: Effect.scoped(
      Effect.flatMap(base, (content) =>
        content === undefined && changes.length === 0
          ? Effect.fail(failed(Object.assign(new Error("no archive"), { code: "ENOENT" })))
          : Effect.succeed(changes.reduce((index, change) => change(index), (content ?? noContent).index))
      )
    ),
    open: (digest) =>
      Effect.suspend(() => {
        const found = fresh.get(digest)
        return found === undefined ? Effect.map(base, (content) => content?.blobs.get(digest)) : Effect.succeed(found)
      }),
    draft: Effect.map(
      attempt(async () => (spool ??= openSpool(isOutlet(path) ? tmpdir() : dirname(path)))),
      (into) => {
        const bytes = into.begin()
        return {
          append: (chunk) => attempt(() => bytes.append(chunk)),
          publish: (digest) => Effect.sync(() => void fresh.set(digest, bytes))
        }
      }
    ),
    change: (change) =>
      Effect.flatMap(FiberRef.get(gathering), (places) => {
        const note = Effect.sync(() => void (changes = [...changes, change]))
        return places.has(name) ? note : turn.withPermits(1)(Effect.zipRight(note, write))
      }),
    together: (effect, replace) =>
      Effect.flatMap(FiberRef.get(gathering), (places) => {
        if (places.has(name)) return effect
        const gathered = Effect.suspend(() => {
          // What goes through a pipe can neither be read before nor be kept.
          replacing = replace || isOutlet(path)
          return effect.pipe(
            Effect.locally(gathering, new Set([...places, name])),
            Effect.zipLeft(Effect.suspend(() => (changes.length === 0 ? Effect.void : write))),
            Effect.ensuring(forget)
          )
        })
        return turn.withPermits(1)(gathered)
      })
  }
}

/** An archive that was read. It is closed when it was replaced and nobody reads from it any more. */
interface Opened {
  readonly archive: OpenArchive
  readonly content: ArchiveContent
  users: number
  retired: boolean
}

const letGo = (opened: Opened, why: "used" | "retired"): Promise<void> => {
  if (why === "used") opened.users -= 1
  else opened.retired = true
  return opened.retired && opened.users === 0 ? opened.archive.close() : Promise.resolve()
}
