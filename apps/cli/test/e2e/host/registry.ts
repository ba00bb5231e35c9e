import { type ChildProcess, spawn } from "node:child_process"
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { connect, createServer } from "node:net"
import { join } from "node:path"
import { until } from "./until.ts"

/** The registry server under test, of the distribution's packages. */
export const registryProgram = "/usr/bin/docker-registry"

/** What a registry server is started with. */
export interface RegistryOptions {
  /** Certificate and key, absolute paths: it speaks TLS. */
  readonly tls?: { readonly certificate: string; readonly key: string }
  /** Absolute path of a file of htpasswd (bcrypt): it wants a password. */
  readonly htpasswd?: string
  /** Where it asks for tokens, and the certificate of the authority that signs them, an absolute path. */
  readonly token?: { readonly realm: string; readonly service: string; readonly authority: string }
  /** The storage of another server, which it shares. */
  readonly storage?: string
}

/** A registry server on loopback, with a directory of its own. */
export interface RegistryServer {
  /** `127.0.0.1:port`, as names of images begin. */
  readonly host: string
  /** Its address as URLs begin: with the scheme, without a slash at the end. */
  readonly url: string
  /** Where it keeps blobs; a blob is at `docker/registry/v2/blobs/sha256/<2 hex>/<hex>/data`. */
  readonly storage: string
  /** Absolute path of a blob's bytes, by its digest. */
  readonly blob: (digest: string) => string
  /** Stops it; what it stores stays. */
  readonly stop: () => Promise<void>
  /** Starts it again at the same port. */
  readonly start: () => Promise<void>
  /** Stops it and removes its directory. */
  readonly close: () => Promise<void>
}

/** A port of loopback that was free a moment ago. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.on("error", reject)
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0))
    })
  })

const authOf = ({ htpasswd, token }: RegistryOptions) => {
  if (token !== undefined) {
    const { authority, realm, service } = token
    return { auth: { token: { realm, service, issuer: "gantry-test", rootcertbundle: authority } } }
  }
  return htpasswd === undefined ? {} : { auth: { htpasswd: { realm: "test", path: htpasswd } } }
}

const configOf = (storage: string, port: number, options: RegistryOptions): string =>
  JSON.stringify({
    version: "0.1",
    log: { level: "error", accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: storage }, delete: { enabled: true } },
    http: {
      addr: `127.0.0.1:${port}`,
      ...(options.tls === undefined ? {} : { tls: { certificate: options.tls.certificate, key: options.tls.key } })
    },
    ...authOf(options)
  })

/** Starts a registry server and waits until it answers. */
export const startRegistry = async (options: RegistryOptions = {}): Promise<RegistryServer> => {
  if (!existsSync(registryProgram)) throw new Error(`${registryProgram} is missing: install docker-registry`)
  const directory = mkdtempSync("/tmp/ge-registry-")
  const storage = options.storage ?? join(directory, "storage")
  const port = await freePort()
  const config = join(directory, "config.json")
  writeFileSync(config, configOf(storage, port, options))
  let child: ChildProcess | undefined
  let ended: Promise<unknown> = Promise.resolve()
  const answers = (): Promise<boolean> =>
    new Promise((resolve) => {
      // Whether anybody listens: with TLS or a password a request would say no more.
      const socket = connect(port, "127.0.0.1")
      socket.on("connect", () => {
        socket.destroy()
        resolve(true)
      })
      socket.on("error", () => resolve(false))
    })
  const start = async () => {
    const started = spawn(registryProgram, ["serve", config], {
      env: { OTEL_TRACES_EXPORTER: "none", PATH: process.env["PATH"] },
      stdio: ["ignore", "ignore", "inherit"]
    })
    child = started
    ended = new Promise((resolve) => started.on("close", resolve))
    await until("the registry to answer", answers)
  }
  const stop = async () => {
    child?.kill("SIGTERM")
    await ended
    child = undefined
  }
  await start()
  return {
    host: `127.0.0.1:${port}`,
    url: `${options.tls === undefined ? "http" : "https"}://127.0.0.1:${port}`,
    storage,
    blob: (digest) => {
      const hex = digest.replace(/^sha256:/, "")
      return join(storage, "docker/registry/v2/blobs/sha256", hex.slice(0, 2), hex, "data")
    },
    start,
    stop,
    close: async () => {
      await stop()
      rmSync(directory, { recursive: true, force: true })
    }
  }
}
