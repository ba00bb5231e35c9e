import { writeBaseContext } from "../../base-context.ts"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { afterAll, afterEach, beforeAll, expect } from "vitest"
import { leftovers, type Place, removeTraces, traces } from "./host-state.ts"
import { type Outcome, runProcess, type Started, startProcess } from "./started.ts"
import { until } from "./until.ts"

/** Files of a build context by path; text or bytes. */
export type Files = { readonly [path: string]: string | Uint8Array }

/** An engine with its own directories, and the program that drives it. */
export interface Gantry extends Place {
  /** A directory for anything a test writes; goes away with the engine. */
  readonly scratch: string
  readonly env: NodeJS.ProcessEnv
  /** The program and its first arguments. */
  readonly command: ReadonlyArray<string>
  /** Everything behind the program, for what a test asks of it: the engine may have a runtime to name. */
  readonly words: (args: ReadonlyArray<string>) => ReadonlyArray<string>
  /** Starts a command and leaves its standard input open. */
  readonly start: (...args: ReadonlyArray<string>) => Started
  /** Runs a command to its end, whatever its status. */
  readonly try: (...args: ReadonlyArray<string>) => Promise<Outcome>
  /** The same with something on standard input. */
  readonly tryWith: (input: string | Uint8Array, ...args: ReadonlyArray<string>) => Promise<Outcome>
  /** Runs a command that must succeed, and returns what it wrote to standard output, without the last line's end. */
  readonly ok: (...args: ReadonlyArray<string>) => Promise<string>
  /** Writes a directory with these files and a Dockerfile. Returns its path. */
  readonly context: (files: Files) => string
  /** Builds an image out of such a directory; must succeed. */
  readonly build: (name: string, dockerfile: string, files?: Files) => Promise<Outcome>
  /** What `inspect` with a template shows. */
  readonly field: (name: string, template: string) => Promise<string>
  /** Removes all containers, running ones too. */
  readonly removeAll: () => Promise<void>
  /** Takes the engine off the host, its directories included; nothing of it may be left. */
  readonly close: () => void
}

/** The standalone program under test. */
export const programPath = resolve(process.env["GANTRY_BIN"] ?? join(import.meta.dirname, "../../../dist/gantry"))

const makers = new Set(["run", "create", "build"])

/**
 * An engine in a new temporary directory. Nothing of it is on the host before its first container. `runtime`: what makes
 * its containers, gantry's own without one.
 */
export const openGantry = (command: ReadonlyArray<string>, runtime?: string): Gantry => {
  const scratch = mkdtempSync("/tmp/ge-")
  const root = join(scratch, "r")
  const run = join(scratch, "n")
  // The instance as the program derives it from its root.
  const place: Place = { root, run, instance: createHash("sha256").update(root).digest("hex").slice(0, 6) }
  const env: NodeJS.ProcessEnv = { PATH: process.env["PATH"], HOME: scratch, GANTRY_ROOT: root, GANTRY_RUN: run }
  let contexts = 0
  const words = ([verb = "", ...args]: ReadonlyArray<string>) => [
    verb,
    ...(runtime !== undefined && makers.has(verb) ? ["--runtime", runtime] : []),
    ...args
  ]
  const start = (...args: ReadonlyArray<string>) => startProcess([...command, ...words(args)], { env, cwd: scratch })
  const tryWith = (input: string | Uint8Array, ...args: ReadonlyArray<string>) =>
    startProcess([...command, ...words(args)], { env, cwd: scratch, input }).ended
  const ok = async (...args: ReadonlyArray<string>) =>
    (await runProcess([...command, ...words(args)], { env, cwd: scratch })).replace(/\n$/, "")
  const context = (files: Files) => {
    const directory = join(scratch, `c${++contexts}`)
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, path)), { recursive: true })
      writeFileSync(join(directory, path), content)
    }
    return directory
  }
  return {
    scratch,
    ...place,
    env,
    command,
    words,
    start,
    try: (...args) => tryWith("", ...args),
    tryWith,
    ok,
    context,
    build: async (name, dockerfile, files = {}) => {
      const outcome = await tryWith("", "build", "-t", name, context({ Dockerfile: dockerfile, ...files }))
      if (outcome.status !== 0) throw new Error(`build of ${name}: status ${outcome.status}\n${outcome.stderr}`)
      return outcome
    },
    field: (name, template) => ok("inspect", "--format", template, name),
    removeAll: async () => {
      const ids = (await ok("ps", "-aq", "--no-trunc")).split("\n").filter((id) => id !== "")
      if (ids.length > 0) await ok("rm", "-f", "-v", ...ids)
    },
    close: () => {
      removeTraces(place)
      expect(traces(place)).toEqual([])
      rmSync(scratch, { recursive: true })
    }
  }
}

/** Nothing of any container or build may be left; what a dying process still does gets a moment. */
export const expectNothingLeft = async (gantry: Gantry): Promise<void> => {
  await until("nothing to be left", () => leftovers(gantry).length === 0, 5).catch(() => {})
  expect(leftovers(gantry)).toEqual([])
}

/**
 * An engine for the tests of one file, with an image `base` (busybox, users root and app). After each test all its
 * containers are removed and nothing of them may be left; after the last one nothing of the engine is.
 *
 * `built`: the file that a build must have made before. `runtime`: what makes its containers.
 */
export const useGantry = (
  command: ReadonlyArray<string> = [programPath],
  built = programPath,
  runtime = process.env["GANTRY_TEST_RUNTIME"]
): Gantry => {
  const gantry = openGantry(command, runtime)

  beforeAll(async () => {
    if (!existsSync(built)) throw new Error(`${built} is missing: build it first (npm run build)`)
    await buildBase(gantry)
  })

  afterEach(async () => {
    await gantry.removeAll()
    await expectNothingLeft(gantry)
  })

  afterAll(() => gantry.close())

  return gantry
}

/** The same, with containers that this runtime makes. */
export const useGantryBy = (runtime: string): Gantry => useGantry([programPath], programPath, runtime)

/** Builds the image `base`. */
export const buildBase = async (gantry: Gantry): Promise<void> => {
  const directory = gantry.context({})
  writeBaseContext(directory)
  await gantry.ok("build", "-t", "base", directory)
}
