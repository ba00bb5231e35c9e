import { join } from "node:path"
import { isList, unspell } from "@gantry/build/key/canonical"
import { readRecordHead } from "@gantry/build/key/record-text"
import { type Digest, hasher, isDigest } from "@gantry/core/image/Digest"
import { Locks } from "@gantry/core/Locks"
import { Registry } from "@gantry/core/registry/Registry"
import { Settings } from "@gantry/core/Settings"
import type { CacheRecord } from "@gantry/core/store/BuildCache"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import type { TreeEntry } from "@gantry/core/tree/TreeEntry"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"
import * as CacheMount from "../cache-mounts/CacheMount.ts"
import { archiveOfDirectory } from "../copy/archive-of-directory.ts"
import { holdLock } from "../hold-lock.ts"
import { compressStream } from "../push/compress-layer.ts"
import { usualCompression } from "../push/LayerForm.ts"
import type { SendError, SendPlace } from "../push/send-layer.ts"
import { findIn } from "../secrets/find-in.ts"
import { SecretLeaked } from "../secrets/SecretLeaked.ts"
import { mostMounts, mountType } from "./CacheDocument.ts"
import type { CacheExport } from "./export-cache.ts"
import type { PlacedMount } from "./read-cache.ts"

/** A cache mount whose contents a place has. */
export type SentMount = Omit<PlacedMount, "at">

/** The ids of all cache mounts that steps use. */
export const mountIds = (records: ReadonlyArray<Pick<CacheRecord, "facts">>): ReadonlySet<string> =>
  new Set(
    records.flatMap(({ facts }) => {
      const value = Either.getOrUndefined(unspell(readRecordHead(facts)?.facts ?? ""))
      if (typeof value !== "object" || isList(value)) return []
      const { mounts = [] } = value
      if (typeof mounts !== "object" || !isList(mounts)) return []
      return mounts.flatMap((mount) =>
        typeof mount === "object" && !isList(mount) && mount["type"] === "cache" && typeof mount["id"] === "string"
          ? [mount["id"]]
          : []
      )
    })
  )

/** How cache mounts are sent. */
export interface SendMounts extends Pick<CacheExport, "form" | "onWarning" | "watch"> {
  /** What the place has of earlier builds, by name. */
  readonly before: ReadonlyMap<string, SentMount>
}

/**
 * Sends the contents of cache mounts, one after the other, sorted by name; what the place has already is not sent again. Each is a whole one: no command works in it
 * meanwhile. One that another build uses now is left out, and that is said; private copies stay here.
 */
export const sendMounts = (
  place: SendPlace,
  ids: ReadonlySet<string>,
  options: SendMounts
): Effect.Effect<ReadonlyArray<SentMount>, SecretLeaked | SendError | StorageFailure, Locks | Registry | Settings> =>
  Effect.gen(function* () {
    const all = (yield* CacheMount.list).filter(({ id, name }) => ids.has(id) && !name.includes("~"))
    const [kept, more] = [all.slice(0, mostMounts), all.length - mostMounts]
    if (more > 0) options.onWarning(`${more} cache mounts were not left: no more than ${mostMounts} travel`)
    const sent = yield* Effect.forEach(kept, (mount) => Effect.scoped(sendMount(place, mount, options)))
    return sent.flatMap((each) => each ?? [])
  })

const sendMount = (
  place: SendPlace,
  { base, id, name }: CacheMount.CacheMount,
  { before, form, onWarning, watch }: SendMounts
) =>
  Effect.gen(function* () {
    const { root } = yield* Settings
    const leftOut = Effect.sync(() => onWarning(`the cache mount ${id} is in use by another build and was not left`))
    // Not waited for: a build that uses it may take hours.
    if ((yield* CacheMount.usersOf(name)).length > 0) return yield* Effect.as(leftOut, undefined)
    yield* holdLock(CacheMount.gateOf(name))
    const users = yield* (yield* Locks).held(`${CacheMount.gateOf(name)}.0.`)
    if (users.length > 0) return yield* Effect.as(leftOut, undefined)
    // Somebody pruned it a moment ago.
    if (CacheMount.readInfo(root, name) === undefined) return undefined
    const called = `cache mount ${id}`
    const directory = CacheMount.dataOf(root, name)
    const { archive, entries } = yield* archiveOfDirectory(directory, called)
    if (watch?.allow === false) {
      const leaks = yield* findIn(entries.map(placed(directory)), watch.guard)
      if (leaks.length > 0) {
        return yield* new SecretLeaked({ leaks: leaks.map((leak) => ({ ...leak, where: `${called}: ${leak.where}` })) })
      }
    }
    const about = { id, name, base: isDigest(base) ? base : "" } as const
    const registry = yield* Registry
    const known = before.get(name)
    // Reading it is cheaper than compressing it, and few builds change what they only read.
    if (known !== undefined && (yield* digestOf(archive)) === known.content) {
      const { content, descriptor } = known
      if (yield* registry.hasBlob(place, descriptor.digest)) return { ...about, content, descriptor }
    }
    const seen = hasher()
    const { compression = usualCompression, level } = form
    const compressed = compressStream(
      Stream.tap(archive, (piece) => Effect.sync(() => seen.update(piece))),
      { compression, ...(level === undefined ? {} : { level }) },
      called
    )
    const { digest, size } = yield* registry.upload(place, compressed)
    return { ...about, content: seen.digest(), descriptor: { mediaType: mountType, digest, size } } satisfies SentMount
  })

const digestOf = <E>(archive: Stream.Stream<Uint8Array, E>): Effect.Effect<Digest, E> => {
  const seen = hasher()
  return Effect.map(
    Stream.runForEach(archive, (piece) => Effect.sync(() => seen.update(piece))),
    () => seen.digest()
  )
}

/** An entry whose content is where it is on the host. */
const placed =
  (directory: string) =>
  (entry: TreeEntry): TreeEntry =>
    entry.type === "file" && entry.content.from === "file"
      ? { ...entry, content: { ...entry.content, path: join(directory, entry.content.path) } }
      : entry
