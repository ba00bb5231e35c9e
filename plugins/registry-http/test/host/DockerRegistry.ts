import { spawn } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { Effect, type Scope } from "effect"

const program = "docker-registry"

/** Whether the registry of the distribution is installed. */
export const isInstalled: boolean = (process.env["PATH"] ?? "")
  .split(delimiter)
  .some((directory) => existsSync(join(directory, program)))

/** A directory that goes away with the scope. */
export const temporary: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "gantry-registry-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** A port of 127.0.0.1 that nobody had a moment ago. */
export const freePort: Effect.Effect<number> = Effect.async((resume) => {
  const server = createServer()
  server.listen(0, "127.0.0.1", () => {
    const address = server.address()
    server.close(() => resume(Effect.succeed(typeof address === "object" && address !== null ? address.port : 0)))
  })
})

/** What of the registry's configuration is not the same for all. YAML takes JSON. */
export interface RegistryParts {
  readonly tls?: { readonly certificate: string; readonly key: string }
  readonly auth?: unknown
}

/** Starts the registry on a port of its own; it ends with the scope. Returns its host and port. */
export const start = ({ auth, tls }: RegistryParts): Effect.Effect<string, never, Scope.Scope> =>
  Effect.gen(function* () {
    const directory = yield* temporary
    const port = yield* freePort
    const storage = join(directory, "storage")
    mkdirSync(storage)
    const config = {
      version: "0.1",
      log: { level: "error", accesslog: { disabled: true } },
      storage: { filesystem: { rootdirectory: storage }, delete: { enabled: true } },
      http: { addr: `127.0.0.1:${port}`, secret: "secret", ...(tls === undefined ? {} : { tls }) },
      ...(auth === undefined ? {} : { auth })
    }
    const file = join(directory, "registry.yml")
    writeFileSync(file, JSON.stringify(config))
    yield* Effect.acquireRelease(
      Effect.async<ReturnType<typeof spawn>>((resume) => {
        const env = { ...process.env, OTEL_TRACES_EXPORTER: "none" }
        const child = spawn(program, ["serve", file], { env, stdio: ["ignore", "ignore", "pipe"] })
        let said = ""
        child.stderr.on("data", (bytes: Uint8Array) => (said += new TextDecoder().decode(bytes)))
        child.once("exit", (status) => resume(Effect.dieMessage(`the registry ended with ${status}: ${said}`)))
        const listening = () =>
          fetch(`http://127.0.0.1:${port}/`).then(
            () => resume(Effect.succeed(child)),
            // Over TLS the answer to plain HTTP is an error of its own kind; only a refused connection is too early.
            (cause: unknown) => {
              const refused = /ECONNREFUSED|Connection refused|Unable to connect/.test(said + describe(cause))
              if (refused) setTimeout(listening, 20)
              else resume(Effect.succeed(child))
            }
          )
        listening()
      }),
      (child) =>
        Effect.async<void>((resume) => {
          child.removeAllListeners("exit")
          child.once("exit", () => resume(Effect.void))
          child.kill("SIGKILL")
        })
    )
    return `127.0.0.1:${port}`
  })

const describe = (cause: unknown): string =>
  cause instanceof Error ? `${"code" in cause ? String(cause.code) : ""} ${cause.message} ${describe(cause.cause)}` : ""
