import { DownloadFailed, Downloads, type DownloadsShape, type Validators } from "@gantry/core/download/Downloads"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"

/** A file that can be had at an address. */
export interface MemoryFile extends Validators {
  readonly bytes: Uint8Array
}

/** Serves the files of a map, by address; what is put into it later is served as well. */
export const make = (files: ReadonlyMap<string, MemoryFile> = new Map()): DownloadsShape => ({
  get: (url, known = {}) =>
    Effect.suspend(() => {
      const file = files.get(url.href)
      if (file === undefined) {
        return Effect.fail(new DownloadFailed({ address: url.href, why: "there is no such file", status: 404 }))
      }
      const { bytes, etag, lastModified } = file
      const isSame =
        known.etag === undefined
          ? known.lastModified !== undefined && known.lastModified === lastModified
          : known.etag === etag
      if (isSame) return Effect.succeedNone
      return Effect.succeedSome({
        size: bytes.length,
        ...(etag === undefined ? {} : { etag }),
        ...(lastModified === undefined ? {} : { lastModified }),
        body: Stream.make(bytes)
      })
    })
})

/** No files at all, as an Effect layer. */
export const layer: Layer.Layer<Downloads> = Layer.sync(Downloads, make)
