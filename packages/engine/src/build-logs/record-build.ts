import { randomBytes } from "node:crypto"
import {
  closeSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  readdirSync,
  writeFileSync,
  writeSync
} from "node:fs"
import { join } from "node:path"
import type { SolveEvent, StepLabel } from "@gantry/build/solve/SolveEvent"
import { coverLogins } from "@gantry/core/logins"
import { identify } from "@gantry/linux/process-identity"
import { inputText, type LockedInput } from "../lock/LockFile.ts"
import { buildIds, type BuildRecord, directoryOf, logOf, readBuild, recordOf, type StepRecord } from "./BuildRecord.ts"

/** What is known of a build before it begins. */
export type BuildAbout = Pick<BuildRecord, "dockerfile" | "context" | "names" | "target">

/** How a build ended. */
export type BuildEnd = Pick<BuildRecord, "image" | "why"> & { readonly status: "done" | "failed" | "stopped" }

/** Writes down how a build goes. */
export interface Recorder {
  readonly id: string
  readonly onEvent: (event: SolveEvent) => void
  readonly onInput: (input: LockedInput) => void
  /** Closes the record and removes what is kept of builds long ago. */
  readonly end: (how: BuildEnd) => void
  /** The last lines of the step that failed last. */
  readonly lastLines: () => ReadonlyArray<string>
}

/** What is kept: so many builds, and of all but the newest so many bytes. */
export interface Keeping {
  readonly builds: number
  readonly bytes: number
}

/** A hundred builds, a quarter of a gigabyte. */
export const usualKeeping: Keeping = { builds: 100, bytes: 256 * 1024 * 1024 }

/** Lines of the failing step that are shown again. */
const shownLines = 20

/** Bytes of a step's end that are remembered for them. */
const shownBytes = 16 * 1024

/** Ids sort by time: milliseconds in eight digits of base 36, which last until the year 2059, and three of chance. */
const newId = (now: number): string => {
  const chance = (randomBytes(2).readUInt16BE(0) % 46_656).toString(36).padStart(3, "0")
  return `b${now.toString(36).padStart(8, "0")}${chance}`
}

interface OpenStep {
  record: StepRecord
  readonly at: number
  fd?: number
  end: Buffer
}

/**
 * A recorder below `root`. The record begins on disk with the first step that runs; a build that is wholly cached is
 * written down once, at its end. A disk that takes no more ends the recording, never the build.
 */
export const recordBuild = (
  root: string,
  about: BuildAbout,
  now: () => number,
  keeping: Keeping = usualKeeping
): Recorder => {
  const startedAt = now()
  const id = newId(startedAt)
  const steps = new Map<string, OpenStep>()
  const inputs = new Map<string, LockedInput>()
  const self = identify("self") ?? { pid: 0, startTime: 0 }
  let broken = false
  let begun = false
  let failed: OpenStep | undefined

  const attempt = (work: () => void): void => {
    if (broken) return
    try {
      work()
    } catch {
      broken = true
    }
  }

  const save = (how: Partial<BuildRecord> & Pick<BuildRecord, "status">): void =>
    attempt(() => {
      const record: BuildRecord = {
        id,
        startedAt,
        ...about,
        ...how,
        ...(how.why === undefined ? {} : { why: coverLogins(how.why) }),
        ...(inputs.size === 0 ? {} : { inputs: [...inputs.values()] }),
        steps: [...steps.values()].map((step) => step.record),
        process: { pid: self.pid, startTime: self.startTime }
      }
      if (!begun) mkdirSync(directoryOf(root, id), { recursive: true, mode: 0o700 })
      begun = true
      const path = recordOf(root, id)
      writeFileSync(`${path}.new`, JSON.stringify(record), { mode: 0o600 })
      renameSync(`${path}.new`, path)
    })

  const stepOf = ({ number, range, stage, stageName, text, total }: StepLabel): OpenStep => {
    const name = `${stage}/${number}`
    const known = steps.get(name)
    if (known !== undefined) return known
    const record: StepRecord = {
      index: steps.size + 1,
      stage: stageName,
      number,
      total,
      text,
      line: range.start.line,
      how: "running",
      logBytes: 0
    }
    const step = { record, at: now(), end: Buffer.alloc(0) }
    steps.set(name, step)
    return step
  }

  const write = (step: OpenStep, bytes: Uint8Array): void =>
    attempt(() => {
      step.fd ??= openSync(logOf(root, id, step.record.index), "a", 0o600)
      for (let at = 0; at < bytes.length;) at += writeSync(step.fd, bytes, at)
      step.record = { ...step.record, logBytes: step.record.logBytes + bytes.length }
    })

  const close = (step: OpenStep, how: Partial<StepRecord>): void => {
    step.record = { ...step.record, ...how }
    if (step.fd !== undefined) closeSync(step.fd)
    delete step.fd
  }

  const onEvent = (event: SolveEvent): void => {
    if (!("step" in event)) return
    const step = stepOf(event.step)
    switch (event.type) {
      case "based":
        return close(step, { how: "applied", tookMs: 0 })
      case "applied":
        return close(step, { how: event.cached ? "cached" : "applied", tookMs: 0 })
      case "cached":
        return close(step, { how: "cached", tookMs: 0 })
      case "started":
        return save({ status: "running" })
      case "output":
        step.end = Buffer.from(Buffer.concat([step.end, event.output.bytes]).subarray(-shownBytes))
        return write(step, event.output.bytes)
      case "done":
        return close(step, { how: "ran", tookMs: event.tookMs })
      case "failed":
        failed = step
        return close(step, { how: "failed", tookMs: now() - step.at, why: coverLogins(event.why) })
    }
  }

  return {
    id,
    onEvent,
    onInput: (input) => void inputs.set(inputText(input), input),
    lastLines: () => {
      const text = failed?.end.toString("utf8").replace(/\r?\n$/, "") ?? ""
      return text === "" ? [] : text.split(/\r?\n/).slice(-shownLines)
    },
    end: (how) => {
      for (const step of steps.values()) close(step, {})
      const hasRun = begun
      save({ ...how, endedAt: now() })
      // A wholly cached build has no time for what others left.
      if (hasRun) attempt(() => forget(root, id, keeping))
    }
  }
}

/** Removes what is kept of builds long ago. The newest is kept whole, and so is what still runs. */
const forget = (root: string, newest: string, { builds, bytes }: Keeping): void => {
  let sum = 0
  for (const [place, each] of buildIds(root).entries()) {
    sum += sizeOf(directoryOf(root, each))
    if (each === newest || (place < builds && sum <= bytes)) continue
    if (readBuild(root, each)?.status !== "running") rmSync(directoryOf(root, each), { recursive: true, force: true })
  }
}

const sizeOf = (directory: string): number =>
  readdirSync(directory).reduce(
    (sum, name) => sum + (statSync(join(directory, name), { throwIfNoEntry: false })?.size ?? 0),
    0
  )
