/**
 * A tour on a machine that has nothing yet: builds gantry, builds the web image of examples/web twice, runs it, reads
 * its page, and takes everything down again. It uses an engine of its own in a temporary directory.
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { inRepository, run } from "./repository.ts"
import { heading } from "./suite.ts"
import { ensureTools, isRoot } from "./tools.ts"

const gantry = inRepository("apps/cli/dist/gantry")
const example = inRepository("examples/web")
const places = mkdtempSync(join(tmpdir(), "gantry-start-"))
const env = { GANTRY_ROOT: join(places, "root"), GANTRY_RUN: join(places, "run") }

/** Ends the tour early, after everything was given back. */
class Stopped extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

let signalled: number | undefined
for (const [signal, number] of [
  ["SIGINT", 2],
  ["SIGTERM", 15],
  ["SIGHUP", 1]
] as const) {
  process.on(signal, () => {
    signalled = number
  })
}

const step = async (argv: ReadonlyArray<string>, shown = argv.join(" ")): Promise<void> => {
  heading(`$ ${shown}`)
  const { code } = await run(argv, { env, show: true })
  if (signalled !== undefined) throw new Stopped(128 + signalled, "stopped")
  if (code !== 0) throw new Stopped(1, `${shown} ended with ${code}`)
}

const onGantry = (...args: ReadonlyArray<string>) =>
  step([gantry, ...args], ["gantry", ...args.map((arg) => (arg === example ? "examples/web" : arg))].join(" "))

/** A port that nobody has at the moment. */
const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.on("error", reject)
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0))
    })
  })

/** The page, as soon as the server in the container answers; at most ten seconds. */
const readPage = async (url: string): Promise<string> => {
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(5000) })
      if (!response.ok) throw new Error(`${url} answered ${response.status}`)
      return await response.text()
    } catch (error) {
      if (attempt === 100 || signalled !== undefined) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

const tour = async (): Promise<void> => {
  heading("building gantry (turbo run build)")
  const build = await run(["turbo", "run", "build", "--output-logs=errors-only"])
  if (build.code !== 0) throw new Stopped(1, `the build failed:\n${build.output}`)
  await onGantry("--version")
  if (!isRoot)
    throw new Stopped(1, "the rest needs root: containers get namespaces, mounts and networks. Try: sudo npm start")
  if (!(await ensureTools())) throw new Stopped(1, "the rest needs the programs named above")
  await step([process.execPath, join(example, "prepare.mjs")], "node examples/web/prepare.mjs")
  await onGantry("build", "-t", "web", example)
  heading("once more: nothing has changed")
  await onGantry("build", "-t", "web", example)
  const port = await freePort()
  await onGantry("run", "-d", "--name", "web", "-p", `127.0.0.1:${port}:80`, "web")
  const url = `http://127.0.0.1:${port}/`
  heading(`GET ${url}`)
  console.log(await readPage(url))
  await onGantry("ps")
  // The first process of a container ignores the signals that it does not handle, and httpd handles none.
  await onGantry("stop", "-t", "1", "web")
  await onGantry("rm", "web")
}

let status = 0
try {
  await tour()
  heading("that was it; everything is taken down again")
} catch (error) {
  status = error instanceof Stopped ? error.status : 1
  console.error(`\n» ${error instanceof Error ? error.message : String(error)}`)
} finally {
  // Containers, networks and control groups of this engine go too, also after a failure in the middle.
  if (isRoot && existsSync(env.GANTRY_ROOT)) {
    const { code, output } = await run([gantry, "system", "reset", "--force"], { env })
    if (code !== 0) console.error(output.trimEnd())
  }
  rmSync(places, { recursive: true, force: true })
}
process.exitCode = signalled === undefined ? status : 128 + signalled
