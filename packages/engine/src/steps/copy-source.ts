import { posix } from "node:path"
import { describeProblem } from "@gantry/build/context/ContextProblem"
import { isProgram } from "@gantry/build/context/content-digest"
import type { Match } from "@gantry/build/context/select"
import type { ContextPart } from "@gantry/build/solve/BuildContext"
import { StepFailed } from "@gantry/build/solve/StepExecutor"
import type { TreeEntry } from "@gantry/core/tree/TreeEntry"
import { rootless } from "@gantry/linux/rootless"
import { capabilityName } from "../contexts/capability-of.ts"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"

/** One source of a copy, ready to be placed. */
export interface Source {
  /** Last name of the path, used when it is a file that goes into a directory. */
  readonly name: string
  readonly kind: "file" | "directory"
  /** Paths relative to the destination; of a file one entry, with an empty path. */
  readonly entries: ReadonlyArray<TreeEntry>
  /** If it is an archive, its contents are meant. */
  readonly unpack: boolean
}

/** How a matched source goes to its destination: as the one file it is, or as a directory's contents. */
export const shapeOf = ({ entry, keepsPath, path }: Match): Pick<Source, "name" | "kind"> => ({
  name: posix.basename(path),
  kind: entry.type === "dir" || keepsPath === true ? "directory" : "file"
})

/** What a context has at a matched path. Owners become 0:0: those of the host mean nothing in the image. */
export const contextSource = (match: Match, { context, unpack }: ContextPart): Effect.Effect<Source, StepFailed> =>
  Effect.gen(function* () {
    const { kind, name } = shapeOf(match)
    const entries: Array<TreeEntry> = []
    for (const { as, entry } of match.selected) {
      const path = context.place(entry)
      if (Either.isLeft(path)) return yield* new StepFailed({ why: describeProblem(path.left) })
      const meta = { path: kind === "file" ? "" : as, mode: entry.mode, uid: 0, gid: 0, mtimeNs: entry.mtimeNs }
      if (entry.type === "dir") entries.push({ ...meta, type: "directory" })
      else if (entry.type === "symlink") entries.push({ ...meta, type: "symlink", target: entry.linkTarget ?? "" })
      else if (entry.type === "fifo") entries.push({ ...meta, type: "fifo" })
      else if (entry.type === "char" || entry.type === "block") {
        if (rootless() !== undefined) {
          return yield* new StepFailed({
            why: `${entry.path} is a device, which only root can make: leave it out with the ignore file`
          })
        }
        entries.push({ ...meta, type: entry.type, ...(entry.device ?? { major: 0, minor: 0 }) })
      } else if (entry.type === "file") {
        const capability = isProgram(entry) ? context.capabilityOf?.(path.right) : undefined
        entries.push({
          ...meta,
          ...(capability === undefined ? {} : { xattrs: new Map([[capabilityName, capability]]) }),
          type: "file",
          size: entry.size,
          content: { from: "file", path: path.right }
        })
      }
    }
    return { name, kind, entries, unpack }
  })

/** A file whose content stands in the Dockerfile. */
export const inlineSource = (path: string, content: string): Source => {
  const bytes = new TextEncoder().encode(content)
  const meta = { path: "", mode: 0o644, uid: 0, gid: 0, mtimeNs: BigInt(Date.now()) * 1_000_000n }
  return {
    name: posix.basename(path),
    kind: "file",
    entries: [{ ...meta, type: "file", size: bytes.length, content: { from: "bytes", bytes } }],
    unpack: false
  }
}
