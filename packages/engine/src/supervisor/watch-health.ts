import { spawn } from "node:child_process"
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import type { Health, HealthCheck } from "@gantry/core/runtime/ContainerState"
import type { Supervision } from "@gantry/core/runtime/Runtime"
import { afterCheck, restAfter, unknown, untilNext } from "./health.ts"

/** Longer than its own limit a look takes only when the machine is stuck. In milliseconds. */
const patience = 10_000

/** Milliseconds between two looks whether the container stands still, while its health is looked at. */
const glance = 100

/** Most bytes of an answer that are read. */
const longestAnswer = 64 * 1024

const path = (directory: string): string => `${directory}/health.json`

/** What was found last of a container's health: `health.json` in its directory; undefined when nobody looks at it. */
export const readHealth = (directory: string): Health | undefined => {
  try {
    return JSON.parse(readFileSync(path(directory), "utf8"))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined
    throw error
  }
}

/** A full disk costs the record of a look, not the look. */
const writeHealth = (directory: string, health: Health): void => {
  const draft = `${path(directory)}.new`
  try {
    writeFileSync(draft, JSON.stringify(health), { mode: 0o600 })
    renameSync(draft, path(directory))
  } catch {
    rmSync(draft, { force: true })
  }
}

/** Somebody who looks at a container's health while it runs. */
export interface Watch {
  /** No look begins after this; one that is being taken counts no more. */
  readonly stop: () => void
}

/** What watching touches besides the container's directory. */
export interface WatchWorld {
  /** Whether the container is paused: it can tell nothing then. */
  readonly standsStill: () => boolean
  readonly onChange: (health: Health) => void
}

/**
 * Looks at a container's health on schedule, keeps what was found, and tells when its status has changed. The first
 * look comes one pause after the start. While it is paused nobody looks, and what was found when it stood still meanwhile
 * does not count.
 */
export const watchHealth = (
  directory: string,
  rule: NonNullable<Supervision["health"]>,
  { onChange, standsStill }: WatchWorld
): Watch => {
  const startedAt = Date.now()
  let health = unknown
  let timer: NodeJS.Timeout | undefined
  let cancel: (() => void) | undefined
  let stopped = false
  writeHealth(directory, health)

  const look = async (): Promise<void> => {
    if (standsStill()) return schedule(glance)
    const began = performance.now()
    let stood = false
    const glances = setInterval(() => (stood ||= standsStill()), glance)
    const { answer, kill } = probe(rule.probe, rule.timeout + patience)
    cancel = kill
    const check = await answer
    clearInterval(glances)
    if (stopped) return
    const rest = restAfter(performance.now() - began)
    if (stood || standsStill()) return schedule(rest)
    const { status } = health
    health = afterCheck(health, check, rule, startedAt)
    writeHealth(directory, health)
    if (health.status !== status) onChange(health)
    schedule(rest)
  }
  const schedule = (least: number): void => {
    if (!stopped) timer = setTimeout(() => void look(), Math.max(least, untilNext(health, rule, startedAt, Date.now())))
  }
  schedule(0)
  return {
    stop: () => {
      stopped = true
      clearTimeout(timer)
      cancel?.()
    }
  }
}

/** Has a process look once. Whatever goes wrong with it is a failed look. */
const probe = (
  argv: ReadonlyArray<string>,
  limit: number
): { readonly answer: Promise<HealthCheck>; readonly kill: () => void } => {
  const start = Date.now()
  const failed = (output: string): HealthCheck => ({ start, end: Date.now(), exitCode: -1, output })
  const child = spawn(argv[0] ?? "", argv.slice(1), { stdio: ["ignore", "pipe", "ignore"], cwd: "/", detached: true })
  const late = setTimeout(() => child.kill("SIGKILL"), limit)
  const answer = new Promise<HealthCheck>((resolve) => {
    let text = ""
    child.stdout.setEncoding("utf8")
    child.stdout.on("data", (piece: string) => {
      if (text.length < longestAnswer) text += piece
    })
    child.once("error", (error) => resolve(failed(error.message)))
    child.once("close", () => {
      clearTimeout(late)
      try {
        resolve(JSON.parse(text) as HealthCheck)
      } catch {
        resolve(failed("the health check could not be carried out"))
      }
    })
  })
  return { answer, kill: () => void child.kill("SIGKILL") }
}
