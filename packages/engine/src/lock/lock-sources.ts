import { withoutPassword } from "@gantry/build/graph/remote-source"
import { type RemoteFound, type SourcesShape, SourceUnavailable } from "@gantry/build/solve/Sources"
import { BlobCorrupt } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import { lockedAs, sourceInput } from "./LockFile.ts"
import { differs, type NoteInput, notLocked, type OpenLock } from "./lock-bases.ts"

/** Finds what ADD names as a lock file says, whatever is at the addresses now. */
export const lockedSources = ({ named, remote }: SourcesShape, { grows, inputs, path }: OpenLock): SourcesShape => ({
  named,
  remote: (wanted) => {
    const input = sourceInput(wanted.source, wanted.checksum)
    const is = lockedAs(inputs, input)
    if (input === undefined || (is === undefined && grows)) return remote(wanted)
    const source = withoutPassword(wanted.source)
    if (is === undefined) return Effect.fail(new SourceUnavailable({ source, why: notLocked(path) }))
    if (input.kind === "repository") return remote({ ...wanted, commit: is })
    return Effect.mapError(remote({ ...wanted, checksum: is }), (problem) =>
      problem.cause instanceof BlobCorrupt
        ? new SourceUnavailable({ ...problem, why: `its digest is ${problem.cause.actual}, and ${path} says ${is}` })
        : problem
    )
  }
})

/** Finds what ADD names as ever, and says of what a lock file means something else. */
export const watchedSources = (
  { named, remote }: SourcesShape,
  { inputs, path }: OpenLock,
  warn: (text: string) => void
): SourcesShape => ({
  named,
  remote: (wanted) =>
    Effect.tap(remote(wanted), (found) =>
      Effect.sync(() => {
        const input = sourceInput(wanted.source, wanted.checksum)
        const is = lockedAs(inputs, input)
        const now = shownOf(found)
        if (input !== undefined && is !== undefined && is !== now) warn(differs(input.source, now, { is, path }))
      })
    )
})

/** Finds what ADD names as ever, and tells what it is. `pinned`: told of what says itself which bytes or commit it means. */
export const notedSources = (
  { named, remote }: SourcesShape,
  note: NoteInput,
  pinned: NoteInput = () => {}
): SourcesShape => ({
  named,
  remote: (wanted) =>
    Effect.tap(remote(wanted), (found) =>
      Effect.sync(() => {
        const input = sourceInput(wanted.source, wanted.checksum)
        const is = shownOf(found)
        if (input !== undefined) note({ ...input, is })
        else pinned({ kind: found.kind, source: withoutPassword(wanted.source), is })
      })
    )
})

const shownOf = ({ shown }: RemoteFound): string => shown.replace(/^commit:/, "")
