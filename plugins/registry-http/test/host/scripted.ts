import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http"
import type { Login } from "@gantry/core/registry/Credentials"
import * as Registry from "@gantry/core/registry/Registry"
import { Effect, FiberRef, HashSet, Logger, Option, type Scope } from "effect"
import { type HttpRegistryOptions, makeDriver } from "../../src/HttpRegistry.ts"

/** A request that a server of a test saw. */
export interface Seen {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** A server of a test. */
export interface Scripted {
  /** Host and port. */
  readonly host: string
  readonly seen: ReadonlyArray<Seen>
}

/** Answers one request; `seen` includes it. */
export type Script = (request: Seen, response: ServerResponse, seen: ReadonlyArray<Seen>) => void

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const parts: Array<Uint8Array> = []
  for await (const part of request as AsyncIterable<Uint8Array>) parts.push(part)
  return Buffer.concat(parts)
}

/** Starts a server on loopback that answers `/v2/` with 200 and everything else as the script says. */
export const serve = (script: Script): Effect.Effect<Scripted, never, Scope.Scope> =>
  Effect.gen(function* () {
    const seen: Array<Seen> = []
    const server = createServer((request, response) => {
      const { headers, method = "", url: path = "" } = request
      response.on("error", () => undefined)
      if (path === "/v2/") {
        response.end("{}")
        return
      }
      void bodyOf(request).then((body) => {
        const one = { method, path, headers, body }
        seen.push(one)
        script(one, response, seen)
      })
    })
    yield* Effect.acquireRelease(
      Effect.async<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
      () => Effect.sync(() => (server.close(), server.closeAllConnections()))
    )
    const address = server.address()
    return { host: `127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`, seen }
  })

/** Short patience in seconds, for tests of what is silent. All others have much: a busy machine answers late. */
export const impatient = { timeout: 1 }

/** A registry service over the plugin, made for tests: short pauses, these logins. */
export const connect = (
  options: Partial<HttpRegistryOptions> & { readonly logins?: { readonly [registry: string]: Login } } = {}
): Effect.Effect<Registry.RegistryShape> =>
  Effect.map(
    makeDriver({
      env: {},
      configFiles: [],
      version: "test",
      certificates: [],
      timeout: 60,
      retry: { base: 1 },
      credentials: {
        get: (registry) => Effect.succeed(Option.fromNullable(options.logins?.[registry])),
        put: () => Effect.dieMessage("nothing is kept"),
        remove: () => Effect.succeed(false)
      },
      ...options
    }),
    Registry.make
  )

/** Runs an effect and collects what it logs. */
export const logged = <A, E, R>(
  effect: Effect.Effect<A, E, R>
): Effect.Effect<{ readonly result: A; readonly lines: ReadonlyArray<string> }, E, R> =>
  Effect.suspend(() => {
    const lines: Array<string> = []
    const logger = Logger.make(({ logLevel, message }) => void lines.push(`${logLevel.label} ${String(message)}`))
    const collecting = Effect.locally(effect, FiberRef.currentLoggers, HashSet.make(logger))
    return Effect.map(collecting, (result) => ({ result, lines }))
  })
