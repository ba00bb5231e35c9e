import { type SpawnOptions, spawn } from "node:child_process"
import { dirname, join } from "node:path"

/** Absolute path of the repository's root. */
export const repository = dirname(import.meta.dirname)

/** Absolute path of a file of the repository. */
export const inRepository = (...path: ReadonlyArray<string>): string => join(repository, ...path)

/** What a program printed and how it ended. A program ended by a signal has a code of 128 or more. */
export interface Ended {
  readonly code: number
  /** Standard output and error, in the order in which they came; empty when they were shown right away. */
  readonly output: string
}

/** How a program is run. */
export interface RunOptions {
  readonly cwd?: string
  /** Added to the environment. */
  readonly env?: { readonly [name: string]: string }
  /** Shows the output while it comes instead of keeping it. */
  readonly show?: boolean
}

const signals: { readonly [signal: string]: number } = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 }

/** Runs a program to its end. A program that does not exist ends with code 127. It reads nothing from the terminal. */
export const run = (argv: ReadonlyArray<string>, options: RunOptions = {}): Promise<Ended> =>
  new Promise((resolve) => {
    const [program = "", ...args] = argv
    const pipe = options.show === true ? "inherit" : "pipe"
    const settings: SpawnOptions = {
      cwd: options.cwd ?? repository,
      env: { ...process.env, ...options.env },
      stdio: ["ignore", pipe, pipe]
    }
    const child = spawn(program, args, settings)
    const pieces: Array<Buffer> = []
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (piece: Buffer) => pieces.push(piece))
    const end = (code: number, why = "") => resolve({ code, output: Buffer.concat(pieces).toString() + why })
    child.on("error", ({ message }) => end(127, `${message}\n`))
    child.on("close", (code, signal) => end(code ?? 128 + (signals[signal ?? ""] ?? 0)))
  })
