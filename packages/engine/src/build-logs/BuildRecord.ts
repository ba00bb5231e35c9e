import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { isAlive, type ProcessIdentity } from "@gantry/linux/process-identity"
import type { LockedInput } from "../lock/LockFile.ts"
import { buildsName } from "../root-names.ts"

/** How a step of a build went. */
export interface StepRecord {
  /** Counted in the order in which steps appeared: the `#N` of plain progress. */
  readonly index: number
  readonly stage: string
  readonly number: number
  readonly total: number
  readonly text: string
  /** Line of the Dockerfile. */
  readonly line: number
  readonly how: "cached" | "applied" | "ran" | "failed" | "running"
  /** Milliseconds. */
  readonly tookMs?: number
  readonly why?: string
  /** Bytes of what it wrote. */
  readonly logBytes: number
}

/** What is kept of a build: everything its commands wrote, and how it went. Plain data. */
export interface BuildRecord {
  /** Begins with a letter; later builds have greater ids. */
  readonly id: string
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly endedAt?: number
  readonly status: "running" | "done" | "failed" | "stopped"
  readonly dockerfile: string
  readonly context: string
  readonly names: ReadonlyArray<string>
  readonly target?: string
  /** ID of the image. */
  readonly image?: string
  readonly why?: string
  /** What it took from elsewhere, by names that may mean something else tomorrow. */
  readonly inputs?: ReadonlyArray<LockedInput>
  readonly steps: ReadonlyArray<StepRecord>
  /** Who builds, while it is running. */
  readonly process: ProcessIdentity
}

/** Directory of a build below the root. */
export const directoryOf = (root: string, id: string): string => join(root, buildsName, id)

/** The file that has all that a step wrote. */
export const logOf = (root: string, id: string, index: number): string => join(directoryOf(root, id), `${index}.log`)

/** The file with the record. */
export const recordOf = (root: string, id: string): string => join(directoryOf(root, id), "build.json")

/** Whether a text can be the id of a build. */
export const isBuildId = (text: string): boolean => /^[a-z][0-9a-z]{11}$/.test(text)

/** Ids of all builds that something is kept of, the newest first. */
export const buildIds = (root: string): ReadonlyArray<string> => {
  try {
    return readdirSync(join(root, buildsName)).filter(isBuildId).toSorted().toReversed()
  } catch {
    // Nothing was ever built.
    return []
  }
}

/** The record of a build; none when nothing readable is kept of it. One that was killed while it ran is `stopped`. */
export const readBuild = (root: string, id: string): BuildRecord | undefined => {
  try {
    const record = JSON.parse(readFileSync(recordOf(root, id), "utf8")) as BuildRecord
    return record.status === "running" && !isAlive(record.process) ? { ...record, status: "stopped" } : record
  } catch {
    return undefined
  }
}

/** What the last build of a Dockerfile that is over took from elsewhere; undefined when none is kept that took anything. */
export const lastInputs = (
  root: string,
  { context, dockerfile }: Pick<BuildRecord, "context" | "dockerfile">
): ReadonlyArray<LockedInput> | undefined => {
  for (const id of buildIds(root)) {
    const record = readBuild(root, id)
    if (record?.inputs === undefined || record.status === "running") continue
    if (record.dockerfile === dockerfile && record.context === context) {
      return record.inputs
    }
  }
  return undefined
}
