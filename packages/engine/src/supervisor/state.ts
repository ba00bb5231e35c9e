import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs"
import { bootId, identify, isAlive as sameRuns, type ProcessIdentity } from "@gantry/linux/process-identity"
import { type ContainerState, isLive } from "@gantry/core/runtime/ContainerState"

/** A process that cannot be mistaken for a later one with the same number, also after a reboot. */
export interface ProcessMark extends ProcessIdentity {
  /** Random name of the boot. */
  readonly boot: string
}

/** `state.json` of a container: what its supervisor wrote last. */
export interface StateFile {
  readonly state: ContainerState
  /** The supervisor has been told to start the container, and has not said yet what came of it; `state` is the earlier one. */
  readonly starting?: true
  readonly supervisor: ProcessMark
  /** The container's first process, while it runs. */
  readonly process?: ProcessMark
}

const path = (directory: string): string => `${directory}/state.json`

/** Marks a process. Undefined when it has ended. */
export const mark = (pid: number): ProcessMark | undefined => {
  const identity = identify(pid)
  return identity === undefined ? undefined : { ...identity, boot: bootId() }
}

/** Whether the very process that was marked still runs. */
export const isAlive = (process: ProcessMark): boolean => process.boot === bootId() && sameRuns(process)

/** Every state fits into this many bytes, and takes up so many from the start. */
const stateSize = 4096

/**
 * Replaces the file in one step: a reader sees the old text or the new one. On a full disk the text is written over the
 * old one, whose bytes are there already: how a container ended must not be lost.
 */
export const writeState = (directory: string, file: StateFile): void => {
  const draft = `${path(directory)}.new`
  const text = JSON.stringify(file).padEnd(stateSize)
  try {
    writeFileSync(draft, text, { mode: 0o600 })
    renameSync(draft, path(directory))
  } catch (error) {
    rmSync(draft, { force: true })
    const { code } = error as NodeJS.ErrnoException
    if (code !== "ENOSPC" && code !== "EDQUOT") throw error
    writeFileSync(path(directory), text, { flag: "r+" })
  }
}

const textOf = (directory: string): string | undefined => {
  try {
    return readFileSync(path(directory), "utf8")
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined
    throw error
  }
}

const parsed = (text: string): StateFile | undefined => {
  try {
    const file = JSON.parse(text) as Partial<StateFile> | null
    return file?.state?.status === undefined || file.supervisor === undefined ? undefined : (file as StateFile)
  } catch {
    return undefined
  }
}

/**
 * What was written last; undefined when the container was never started, or nothing can be read of what was written, as
 * after a power cut.
 */
export const readState = (directory: string): StateFile | undefined => {
  // Of many that are listed, many were never started: an exception for each would take longer than all the rest.
  if (!existsSync(path(directory))) return undefined
  let before: string | undefined
  for (;;) {
    const text = textOf(directory)
    const file = text === undefined ? undefined : parsed(text)
    // On a full disk a reader may meet a text that is half written.
    if (file !== undefined || text === before) return file
    before = text
  }
}

/** How a container fares of whom {@link readState} knows nothing. */
const untold = (directory: string): ContainerState => {
  const stat = statSync(path(directory), { throwIfNoEntry: false })
  return stat === undefined ? { status: "created" } : { status: "lost", startedAt: Math.round(stat.mtimeMs) }
}

/** How a container fares, and what is left of it although its supervisor has gone. */
export interface Fared {
  readonly state: ContainerState
  /** The first process of that very supervisor, when it is gone: it was to die with it, and may not have. */
  readonly orphan?: ProcessMark
}

/**
 * The truth now: what says that it runs while its supervisor has gone was lost. Between two looks a supervisor may write
 * down the end and go, and another one may begin: a container is lost only when nothing was written meanwhile.
 */
export const lookAt = (directory: string, lives: (process: ProcessMark) => boolean = isAlive): Fared => {
  for (;;) {
    const file = readState(directory)
    if (file === undefined) return { state: untold(directory) }
    const { process: orphan, state, supervisor } = file
    if (!isLive(state) || lives(supervisor)) return { state }
    if (JSON.stringify(readState(directory)) !== JSON.stringify(file)) continue
    const startedAt = state.status === "running" ? state.startedAt : state.finishedAt
    return { state: { status: "lost", startedAt }, ...(orphan === undefined ? {} : { orphan }) }
  }
}

/** The state alone of {@link lookAt}. */
export const currentState = (directory: string): ContainerState => lookAt(directory).state
