import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import type { BlobStore } from "@gantry/core/store/BlobStore"
import type { LayerStore } from "@gantry/core/store/LayerStore"
import type { Images } from "@gantry/engine/images/Images"
import * as Effect from "effect/Effect"
import * as Runtime from "effect/Runtime"
import * as Stream from "effect/Stream"
import { registryServe as table } from "../argv/tables/registry.ts"
import { answer } from "../serve/answer.ts"
import { routeOf } from "../serve/route.ts"
import { define } from "./define.ts"
import { badValue, Usage } from "./Usage.ts"

/** `gantry registry serve`: until somebody ends it. */
export default define(table, ({ options }, { terminal }) =>
  Effect.scoped(
    Effect.gen(function* () {
      const [, host = "", port = ""] = /^(?:\[?([^\]]+)\]?:)?(\d{1,5})$/.exec(options.address ?? "5000") ?? []
      if (port === "" || Number(port) > 65_535) {
        return yield* badValue(`--address ${options.address}: not [ADDRESS:]PORT`, "such as 5000, or 0.0.0.0:5000")
      }
      const at = yield* listening(host === "" ? "127.0.0.1" : host, Number(port))
      terminal.out(`${at}\n`)
      return yield* Effect.never
    })
  )
)

const listening = (host: string, port: number) =>
  Effect.gen(function* () {
    const run = Runtime.runPromise(yield* Effect.runtime<BlobStore | Images | LayerStore>())
    const server = createServer((request, response) => {
      respond(request, response, run).catch(() => response.destroy())
    })
    yield* Effect.acquireRelease(
      Effect.async<void, Usage>((resume) => {
        server.once("error", (error) =>
          resume(
            new Usage({
              message: `cannot listen at ${host}:${port}: ${error.message}`,
              hint: "choose another port with --address",
              status: 1
            })
          )
        )
        server.listen({ host, port, exclusive: true }, () => resume(Effect.void))
      }),
      () =>
        Effect.sync(() => {
          server.close()
          server.closeAllConnections()
        })
    )
    const { address, port: taken } = server.address() as AddressInfo
    return `${address.includes(":") ? `[${address}]` : address}:${taken}`
  })

const respond = async (
  { method = "", url = "" }: IncomingMessage,
  response: ServerResponse,
  run: <A>(effect: Effect.Effect<A, never, BlobStore | Images | LayerStore>) => Promise<A>
): Promise<void> => {
  const { body, headers, status } = await run(answer(routeOf(method, url)))
  response.writeHead(status, { "docker-distribution-api-version": "registry/2.0", ...headers })
  if (method === "HEAD") return void response.end()
  await pipeline(Readable.from(Stream.toAsyncIterable(body)), response)
}
