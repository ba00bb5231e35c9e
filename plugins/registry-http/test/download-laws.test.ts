import { Downloads } from "@gantry/core/download/Downloads"
import { downloadLaws, FileServer, type ServedFile } from "@gantry/laws/download-laws"
import { register } from "@gantry/laws/register"
import { Effect, Layer } from "effect"
import * as vitest from "vitest"
import { make } from "../src/HttpDownloads.ts"
import { serve } from "./host/scripted.ts"

/** A web server that keeps to what HTTP says of validators. Spec: RFC 9110, section 13. */
const server = Layer.scoped(
  FileServer,
  Effect.gen(function* () {
    const files = new Map<string, ServedFile>()
    const { host } = yield* serve(({ headers, path }, response) => {
      const file = files.get(path)
      if (file === undefined) return void response.writeHead(404).end("no such file")
      const { bytes, etag, lastModified } = file
      const tag = headers["if-none-match"]
      const isSame = tag === undefined ? headers["if-modified-since"] === (lastModified ?? "") : tag === (etag ?? "")
      response.writeHead(isSame ? 304 : 200, {
        ...(etag === undefined ? {} : { etag }),
        ...(lastModified === undefined ? {} : { "last-modified": lastModified })
      })
      response.end(isSame ? undefined : bytes)
    })
    return {
      base: new URL(`http://${host}/files/`),
      put: (name, file) =>
        Effect.sync(() => {
          if (file === undefined) files.delete(`/files/${name}`)
          else files.set(`/files/${name}`, file)
        })
    }
  })
)

register(vitest, {
  name: "registry-http keeps the download laws",
  laws: downloadLaws,
  layer: Layer.merge(
    server,
    Layer.effect(Downloads, make({ env: {}, version: "test", timeout: 60, retry: { base: 1 } }))
  )
})
