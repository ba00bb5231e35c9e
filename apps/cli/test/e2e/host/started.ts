import { type ChildProcess, spawn } from "node:child_process"
import { constants } from "node:os"

/** What a process left behind. */
export interface Outcome {
  /** Exit status, as a shell tells it: 128 and the signal's number when a signal ended it. */
  readonly status: number
  readonly stdout: string
  readonly stderr: string
  /** Standard output as it came. */
  readonly bytes: Uint8Array
}

/** A process that a test started. */
export interface Started {
  readonly pid: number
  readonly stdout: () => string
  readonly stderr: () => string
  /** Waits until something in standard output, or error, matches. Fails when the process ends without it. */
  readonly says: (pattern: RegExp, stream?: "stdout" | "stderr") => Promise<RegExpExecArray>
  readonly write: (bytes: string | Uint8Array) => void
  /** Ends its standard input. */
  readonly end: () => void
  readonly kill: (signal: NodeJS.Signals) => void
  /** Fails when it has not ended by the deadline: then it is killed. */
  readonly ended: Promise<Outcome>
}

/** Longest life of any process that a test starts. */
const deadlineSeconds = 60

export interface StartOptions {
  readonly env: NodeJS.ProcessEnv
  readonly cwd?: string
  /** Given at once; the process' standard input ends after it. Without it, standard input stays open for `write`. */
  readonly input?: string | Uint8Array
}

/** Starts a program with pipes for its three streams. */
export const startProcess = (command: ReadonlyArray<string>, { cwd, env, input }: StartOptions): Started => {
  const [program = "", ...args] = command
  const child = spawn(program, args, { env, stdio: "pipe", ...(cwd === undefined ? {} : { cwd }) })
  const out: Array<Buffer> = []
  const err: Array<Buffer> = []
  const changed = new Set<() => void>()
  const note = (into: Array<Buffer>) => (chunk: Buffer) => {
    into.push(chunk)
    for (const each of changed) each()
  }
  child.stdout.on("data", note(out))
  child.stderr.on("data", note(err))
  // A process that ends without reading its input is no failure.
  child.stdin.on("error", () => {})
  if (input !== undefined) child.stdin.end(input)
  const stdout = () => Buffer.concat(out).toString("utf8")
  const stderr = () => Buffer.concat(err).toString("utf8")
  const told = () => `${command.join(" ")}\nstdout:\n${stdout()}\nstderr:\n${stderr()}`

  const ended = new Promise<Outcome>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill("SIGKILL")
      reject(new Error(`still running after ${deadlineSeconds} s: ${told()}`))
    }, deadlineSeconds * 1000)
    child.on("error", reject)
    child.on("close", (code, signal) => {
      clearTimeout(timer)
      const status = code ?? 128 + (signal === null ? 0 : constants.signals[signal])
      resolve({ status, stdout: stdout(), stderr: stderr(), bytes: Buffer.concat(out) })
      for (const each of changed) each()
    })
  })
  // Whoever awaits it sees the failure; a test that failed earlier must not end the whole run.
  ended.catch(() => {})

  return {
    pid: pidOf(child),
    stdout,
    stderr,
    says: (pattern, stream = "stdout") =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = pattern.exec(stream === "stdout" ? stdout() : stderr())
          if (found === null) return
          changed.delete(look)
          resolve(found)
        }
        changed.add(look)
        look()
        const missing = () => reject(new Error(`ended without ${pattern}: ${told()}`))
        ended.then(() => (look(), missing()), reject)
      }),
    write: (bytes) => void child.stdin.write(bytes),
    end: () => void child.stdin.end(),
    kill: (signal) => void child.kill(signal),
    ended
  }
}

const pidOf = (child: ChildProcess): number => {
  if (child.pid === undefined) throw new Error(`could not start ${child.spawnfile}`)
  return child.pid
}

/** Runs a program to its end and returns standard output; fails with all it wrote when its status is not 0. */
export const runProcess = async (command: ReadonlyArray<string>, options: StartOptions): Promise<string> => {
  const outcome = await startProcess(command, { input: "", ...options }).ended
  if (outcome.status !== 0) {
    throw new Error(`${command.join(" ")}: status ${outcome.status}\n${outcome.stdout}\n${outcome.stderr}`)
  }
  return outcome.stdout
}
