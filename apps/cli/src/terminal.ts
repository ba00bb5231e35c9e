import { fstatSync, writeSync } from "node:fs"
import { basename } from "node:path"
import { rootless } from "@gantry/linux/rootless"
import type { Program } from "./argv/Command.ts"

/** The process' own standard streams, environment and signals: the one place commands reach them through. */
export interface Terminal {
  readonly out: (text: string | Uint8Array) => void
  readonly err: (text: string | Uint8Array) => void
  readonly env: { readonly [name: string]: string | undefined }
  readonly cwd: string
  /** Of the user who runs it, also where that user is root of a namespace. */
  readonly uid: number
  /** What the program was called. Through a link named `docker` it speaks as docker's command line does. */
  readonly program: Program
  /** Processor of this machine, as Node calls it: `x64`, `arm64`. */
  readonly arch: string
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly stdinIsTerminal: boolean
  readonly stdoutIsTerminal: boolean
  readonly stderrIsTerminal: boolean
  /** Columns and rows of the terminal; 80 by 24 when there is none. */
  readonly size: () => { readonly columns: number; readonly rows: number }
  /** The same, asked of the kernel now: inside a handler of SIGWINCH the streams may not know it yet. */
  readonly freshSize: () => { readonly columns: number; readonly rows: number }
  readonly random: () => number
}

/** A terminal's width: people read there, and what is piped is never cut for them. */
export const widthOf = (terminal: Terminal): { readonly width?: number } =>
  terminal.stdoutIsTerminal ? { width: terminal.size().columns } : {}

/** Standard output takes no more: the disk under it is full, say. */
export class OutputLost extends Error {
  readonly code: string
  constructor(code: string) {
    super(`standard output cannot be written: ${code}`)
    this.code = code
  }
}

/**
 * Writes all of it, waiting for a slow reader; a reader that is gone ends the program as SIGPIPE would. Throws
 * `OutputLost` where standard output fails otherwise; of standard error nobody could be told.
 */
const writeAll = (fd: number, text: string | Uint8Array): void => {
  let rest = typeof text === "string" ? new TextEncoder().encode(text) : text
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest))
    } catch (cause) {
      const code = cause instanceof Error && "code" in cause ? cause.code : undefined
      if (code === "EAGAIN") {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
        continue
      }
      if (code === "EPIPE") process.exit(141)
      if (fd === 2) return
      throw new OutputLost(String(code ?? cause))
    }
  }
}

const isCalled = (name: string, argv0: string, script: string | undefined): boolean =>
  [argv0, script ?? ""].some((path) => basename(path) === name)

/** The name a process was called by: a compiled program's own, or the script's that something else runs. */
export const calledBy = (argv0: string, script: string | undefined): Program =>
  ["docker", "docker-compose"].some((name) => isCalled(name, argv0, script)) ? "docker" : "gantry"

/** What was asked for: `docker-compose up` is `docker compose up`. */
export const askedBy = (
  args: ReadonlyArray<string>,
  argv0: string,
  script: string | undefined
): ReadonlyArray<string> => (isCalled("docker-compose", argv0, script) ? ["compose", ...args] : args)

/** Of `/dev/null` and the like (Linux, Documentation/admin-guide/devices.txt). */
const memoryDevices = 1

/**
 * Whether a descriptor is none of a terminal for certain: a file, a pipe or `/dev/null`, as scripts have them. To ask
 * the process' own streams means to make them, which costs a start some milliseconds.
 */
const isNoTerminal = (fd: number): boolean => {
  try {
    const status = fstatSync(fd)
    return !status.isCharacterDevice() || status.rdev >> 8 === memoryDevices
  } catch {
    return true
  }
}

/** The terminal of this process. */
export const processTerminal = (): Terminal => ({
  out: (text) => writeAll(1, text),
  err: (text) => writeAll(2, text),
  program: rootless()?.program ?? calledBy(process.argv0, process.argv[1]),
  env: process.env,
  cwd: process.cwd(),
  arch: process.arch,
  uid: rootless()?.uid ?? process.getuid?.() ?? 0,
  now: Date.now,
  // Asked only when needed.
  get stdinIsTerminal() {
    return !isNoTerminal(0) && process.stdin.isTTY === true
  },
  get stdoutIsTerminal() {
    return !isNoTerminal(1) && process.stdout.isTTY === true
  },
  get stderrIsTerminal() {
    return !isNoTerminal(2) && process.stderr.isTTY === true
  },
  size: () => {
    // Output may go elsewhere while progress is shown here.
    const { columns, rows } = process.stdout.columns > 0 ? process.stdout : process.stderr
    return { columns: columns || 80, rows: rows || 24 }
  },
  freshSize: () => {
    const [columns, rows] = process.stdout.getWindowSize()
    return { columns, rows }
  },
  random: Math.random
})
