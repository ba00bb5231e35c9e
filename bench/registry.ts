import { spawn, spawnSync } from "node:child_process"
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"

/** The registry server of the distribution's packages, on loopback. */
export interface BenchRegistry {
  /** `127.0.0.1:port`. */
  readonly host: string
  /** Removes all that it keeps; it keeps nothing in memory. */
  readonly forget: () => void
  readonly stop: () => void
}

/** Nobody else's, most likely: below the ports that Linux gives to whoever asks for any. */
const port = 27_183

/** Whether somebody listens, asked in a process of its own since nothing here waits otherwise. */
const answers = (): boolean =>
  spawnSync(process.execPath, [
    "-e",
    `fetch("http://127.0.0.1:${port}/v2/").then(() => process.exit(0), () => process.exit(1))`
  ]).status === 0

/** Starts a registry that keeps what it gets below a directory; waits until it answers. */
export const startRegistry = (directory: string): BenchRegistry => {
  const storage = join(directory, "registry")
  mkdirSync(storage, { recursive: true })
  const config = join(directory, "registry.json")
  writeFileSync(
    config,
    JSON.stringify({
      version: "0.1",
      log: { level: "error", accesslog: { disabled: true } },
      storage: { filesystem: { rootdirectory: storage } },
      http: { addr: `127.0.0.1:${port}` }
    })
  )
  if (answers()) throw new Error(`somebody listens on port ${port} already`)
  const env = { ...process.env, OTEL_TRACES_EXPORTER: "none" }
  const child = spawn("docker-registry", ["serve", config], { env, stdio: "ignore" })
  for (let tries = 0; !answers(); tries++) {
    if (tries > 100) throw new Error("docker-registry does not answer; is Debian's package docker-registry installed?")
  }
  const forget = (): void => rmSync(join(storage, "docker"), { recursive: true, force: true })
  return { host: `127.0.0.1:${port}`, forget, stop: () => void child.kill("SIGKILL") }
}
