import * as Either from "effect/Either"
import type { CdiSpec, Edits } from "./cdi-spec.ts"

/** What was read of a file. */
export interface CdiFile {
  readonly path: string
  /** Files of a directory with a higher number count before those of others. */
  readonly priority: number
  /** Its devices; a sentence when it cannot be read. */
  readonly spec: Either.Either<CdiSpec, string>
}

/** Devices that cannot be had, and why as far as that is known. */
export interface Unresolvable {
  readonly devices: ReadonlyArray<string>
  readonly because: ReadonlyArray<string>
}

/**
 * The edits for devices, by their names `vendor.com/class=name`: those that a file has for all its devices come before
 * those of the first of them. A device that two files of one directory have is none. Spec: CDI 1.0, SPEC.md.
 */
export const findEdits = (
  names: ReadonlyArray<string>,
  files: ReadonlyArray<CdiFile>
): Either.Either<ReadonlyArray<Edits>, Unresolvable> => {
  const specs = files.flatMap(({ path, priority, spec }) =>
    Either.isRight(spec) ? [{ path, priority, spec: spec.right }] : []
  )
  const edits: Array<Edits | undefined> = []
  const used = new Set<CdiSpec>()
  const lost: Array<string> = []
  const because = new Set<string>()
  for (const name of names) {
    const holders = specs.flatMap(({ path, priority, spec }) =>
      spec.devices
        .filter((each) => `${spec.kind}=${each.name}` === name)
        .map((device) => ({ device, path, priority, spec }))
    )
    const highest = Math.max(...holders.map(({ priority }) => priority))
    const [holder, ...rivals] = holders.filter(({ priority }) => priority === highest)
    if (holder === undefined || rivals.length > 0) {
      lost.push(name)
      if (holder !== undefined) {
        because.add(`${name} is in ${[holder, ...rivals].map(({ path }) => path).join(" and in ")}`)
      }
      continue
    }
    if (!used.has(holder.spec)) edits.push(holder.spec.containerEdits)
    used.add(holder.spec)
    edits.push(holder.device.containerEdits)
  }
  if (lost.length === 0) return Either.right(edits.filter((each) => each !== undefined))
  for (const { path, spec } of files) if (Either.isLeft(spec)) because.add(`${path}: ${spec.left}`)
  return Either.left({ devices: lost, because: [...because] })
}
