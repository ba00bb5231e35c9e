import { type Digest, digest as asDigest, ofBytes } from "@gantry/core/image/Digest"
import { DownloadFailed, Downloads, type Validators } from "@gantry/core/download/Downloads"
import { Settings } from "@gantry/core/Settings"
import { Database, type DatabaseTooNew, type Migrations } from "@gantry/core/state/Database"
import { BlobStore } from "@gantry/core/store/BlobStore"
import { BlobCorrupt, type StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"

/** A file of a web server that is in the blob store. */
export interface FetchedFile {
  readonly digest: Digest
  /** Bytes. */
  readonly size: number
  /** When it was last changed, in seconds since 1970, as the server says; 0 when it does not. */
  readonly changedAt: number
}

/** A file that is here and came from another address, so that nobody knows yet what its own server says of it. */
export interface FoundFile extends Omit<FetchedFile, "changedAt"> {
  readonly changedAt: undefined
}

/** What fetching needs. */
export type FetchServices = BlobStore | Database | Downloads | Settings

/** How fetching can fail. */
export type FetchError = BlobCorrupt | DatabaseTooNew | DownloadFailed | StorageFailure

const tables: Migrations = {
  owner: "downloads",
  steps: [
    `CREATE TABLE downloads (
      url TEXT PRIMARY KEY,
      digest TEXT NOT NULL,
      size INTEGER NOT NULL,
      etag TEXT,
      last_modified TEXT
    ) STRICT`
  ]
}

interface Known extends FetchedFile, Validators {}

const changedAt = (lastModified: string | undefined): number => {
  const at = lastModified === undefined ? Number.NaN : Date.parse(lastModified)
  return Number.isFinite(at) ? Math.max(0, Math.trunc(at / 1000)) : 0
}

/** Most bytes of a download, unless the settings say otherwise: 64 GiB. */
const usualLimit = 64 * 1024 ** 3

/**
 * The file at an address. As {@link fetchFile}, but with `expected` it is enough that the bytes are here, wherever they came
 * from: that is all there is to know of a step that the cache has.
 */
export const findFile = (
  url: URL,
  expected?: Digest
): Effect.Effect<FetchedFile | FoundFile, FetchError, FetchServices> =>
  Effect.gen(function* () {
    if (expected === undefined || (yield* isFetched(url, expected))) return yield* fetchFile(url, expected)
    const size = yield* (yield* BlobStore).size(expected)
    return Option.isNone(size)
      ? yield* fetchFile(url, expected)
      : { digest: expected, size: size.value, changedAt: undefined }
  })

/** Whether a file was fetched from this very address and is still here. */
export const isFetched = (
  url: URL,
  digest: Digest
): Effect.Effect<boolean, DatabaseTooNew | StorageFailure, BlobStore | Database> =>
  Effect.gen(function* () {
    yield* (yield* Database).migrate(tables)
    return (yield* recorded(url))?.digest === digest
  })

/**
 * The file at an address, in the blob store. What is here already is not fetched again when the server says that it has
 * not changed; with `expected` the server is not even asked, so that a build needs no network. The same bytes from another
 * address are not enough, because the time is the address's: a store that has them gives what an empty one gives. Fails
 * with `BlobCorrupt` when the bytes are not those that were expected; nothing is stored then.
 */
export const fetchFile = (url: URL, expected?: Digest): Effect.Effect<FetchedFile, FetchError, FetchServices> =>
  Effect.gen(function* () {
    const db = yield* Database
    const blobs = yield* BlobStore
    const downloads = yield* Downloads
    const { layerLimit: limit = usualLimit } = yield* Settings
    yield* db.migrate(tables)
    const known = yield* recorded(url)
    if (known !== undefined && known.digest === expected) return known
    return yield* Effect.scoped(
      Effect.gen(function* () {
        const answer = yield* downloads.get(url, known ?? {})
        if (Option.isNone(answer)) {
          if (known === undefined) {
            return yield* new DownloadFailed({ address: shown(url), why: "the server sent nothing" })
          }
          // What is there is what was fetched without a promise, or under another one.
          if (expected !== undefined && known.digest !== expected) {
            return yield* new BlobCorrupt({ expected, actual: known.digest, size: known.size })
          }
          return known
        }
        const { body, etag, lastModified } = answer.value
        let size = 0
        const bounded = Stream.tap(body, (piece) =>
          (size += piece.length) > limit
            ? Effect.fail(new DownloadFailed({ address: shown(url), why: `it is longer than ${limit} bytes` }))
            : Effect.void
        )
        const added =
          expected === undefined
            ? yield* blobs.add(bounded)
            : yield* Effect.map(blobs.write(expected, bounded), () => ({ digest: expected, size }))
        yield* db.write("a download", (tx) =>
          tx.run(
            "INSERT OR REPLACE INTO downloads VALUES (?, ?, ?, ?, ?)",
            recordedAs(url),
            added.digest,
            added.size,
            etag ?? null,
            lastModified ?? null
          )
        )
        return { ...added, changedAt: changedAt(lastModified) }
      })
    )
  })

/** What was fetched from an address before, if it is still here. */
const recorded = (url: URL): Effect.Effect<Known | undefined, StorageFailure, BlobStore | Database> =>
  Effect.gen(function* () {
    const row = yield* (yield* Database).read("a download", (tx) =>
      tx.get("SELECT * FROM downloads WHERE url = ?", recordedAs(url))
    )
    if (row === undefined) return undefined
    const digest = asDigest(String(row["digest"]))
    const size = yield* (yield* BlobStore).size(digest)
    if (!Option.contains(size, Number(row["size"]))) return undefined
    const lastModified = row["last_modified"] === null ? undefined : String(row["last_modified"])
    return {
      digest,
      size: Number(row["size"]),
      changedAt: changedAt(lastModified),
      ...(row["etag"] === null ? {} : { etag: String(row["etag"]) }),
      ...(lastModified === undefined ? {} : { lastModified })
    }
  })

/** An address as the database has it: what one login gets is not what another one does, and no password is kept. */
const recordedAs = (url: URL): string =>
  url.username === "" && url.password === "" ? url.href : `${shown(url)} ${ofBytes(url.href)}`

const shown = (url: URL): string => {
  const bare = new URL(url)
  bare.username = ""
  bare.password = ""
  return bare.href
}
