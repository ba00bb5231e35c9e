import { type Download, DownloadFailed, Downloads, type DownloadsShape } from "@gantry/core/download/Downloads"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { FileServer, type ServedFile } from "../download-laws.ts"
import type { Saboteur } from "../Saboteur.ts"

type Files = Map<string, ServedFile>

/** Honest downloads from a map, for the sins to change. */
const honest = (files: Files): DownloadsShape => ({
  get: (url, known = {}) =>
    Effect.suspend(() => {
      const file = files.get(url.href)
      if (file === undefined) return Effect.fail(new DownloadFailed({ address: url.href, why: "it is not there" }))
      const isSame = known.etag === undefined ? known.lastModified === file.lastModified : known.etag === file.etag
      if (isSame && (known.etag ?? known.lastModified) !== undefined) return Effect.succeedNone
      const { bytes, ...said } = file
      return Effect.succeedSome({ ...said, body: Stream.make(bytes) })
    })
})

const serving = (sin: (honestly: DownloadsShape) => DownloadsShape): Layer.Layer<Downloads | FileServer> =>
  Layer.unwrapEffect(
    Effect.sync(() => {
      const files: Files = new Map()
      const base = new URL("http://saboteur.example/")
      return Layer.merge(
        Layer.succeed(Downloads, sin(honest(files))),
        Layer.succeed(FileServer, {
          base,
          put: (name, file) =>
            Effect.sync(() => {
              const { href } = new URL(name, base)
              if (file === undefined) files.delete(href)
              else files.set(href, file)
            })
        })
      )
    })
  )

const changing = (change: (download: Download) => Download) =>
  serving(({ get }) => ({ get: (url, known) => Effect.map(get(url, known), Option.map(change)) }))

/** Downloads with one sin each. */
export const downloadSaboteurs: ReadonlyArray<Saboteur<Downloads | FileServer>> = [
  {
    sin: "loses the last byte",
    breaks: ["DOWN-1"],
    layer: changing((download) => ({
      ...download,
      body: Stream.map(download.body, (bytes) => bytes.subarray(0, Math.max(0, bytes.length - 1)))
    }))
  },
  {
    sin: "forgets what the server says of a file",
    breaks: ["DOWN-1"],
    layer: changing(({ body }) => ({ body }))
  },
  {
    sin: "has every file sent again",
    breaks: ["DOWN-2"],
    layer: serving(({ get }) => ({ get: (url) => get(url) }))
  },
  {
    sin: "takes every file it is asked about for unchanged",
    breaks: ["DOWN-2"],
    layer: serving(({ get }) => ({
      get: (url, known) => (known === undefined ? get(url) : Effect.as(get(url), Option.none()))
    }))
  },
  {
    sin: "takes an error page for the file",
    breaks: ["DOWN-3"],
    layer: serving(({ get }) => ({
      get: (url, known) =>
        Effect.orElse(get(url, known), () => Effect.succeedSome({ body: Stream.make(new TextEncoder().encode("404")) }))
    }))
  },
  {
    sin: "does not say which address failed",
    breaks: ["DOWN-3"],
    layer: serving(({ get }) => ({
      get: (url, known) => Effect.mapError(get(url, known), ({ why }) => new DownloadFailed({ address: "a file", why }))
    }))
  }
]
