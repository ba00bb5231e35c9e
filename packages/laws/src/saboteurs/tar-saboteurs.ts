import { posix } from "node:path"
import type { TreeChange, TreeEntry } from "@gantry/core/tree/TreeEntry"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Saboteur } from "../Saboteur.ts"
import { joined } from "../samples/bytes.ts"
import { tarFormat } from "../tar-format.ts"
import { TarFormat } from "../tar-laws.ts"

type Shape = Context.Tag.Service<TarFormat>

const spoiled = (sin: (tar: Shape) => Partial<Shape>): Layer.Layer<TarFormat> =>
  Layer.provide(
    Layer.effect(
      TarFormat,
      Effect.map(TarFormat, (tar) => ({ ...tar, ...sin(tar) }))
    ),
    tarFormat
  )

const writing = (bend: (entry: TreeEntry) => TreeEntry) =>
  spoiled((tar) => ({
    write: (changes) =>
      tar.write(Array.from(changes, (each) => (each.type === "removed" || each.type === "opaque" ? each : bend(each))))
  }))

/** A reader that believes archives in which an entry of one of these types comes first. */
const trusting = (flags: string) =>
  spoiled((tar) => ({
    read: (pieces) =>
      flags.includes(String.fromCharCode(joined(pieces)[156] ?? 0)) ? Effect.succeed([]) : tar.read(pieces)
  }))

const withoutXattrs = (entry: TreeEntry): TreeEntry => {
  const { xattrs: _, ...plain } = entry
  return plain
}

/** Functions for archives with one sin each. */
export const tarSaboteurs: ReadonlyArray<Saboteur<TarFormat>> = [
  {
    sin: "cuts names at 100 characters",
    breaks: ["TAR-1"],
    layer: writing((entry) => ({ ...entry, path: entry.path.slice(0, 100) }))
  },
  {
    sin: "loses setuid, setgid and sticky",
    breaks: ["TAR-1"],
    layer: writing((entry) => ({ ...entry, mode: entry.mode & 0o777 }))
  },
  {
    sin: "lets owners wrap at 21 bits",
    breaks: ["TAR-1"],
    layer: writing((entry) => ({ ...entry, uid: entry.uid % 2_097_152 }))
  },
  { sin: "forgets extended attributes", breaks: ["TAR-1"], layer: writing(withoutXattrs) },
  {
    sin: "takes link targets for paths, and cleans them",
    breaks: ["TAR-1"],
    layer: writing((entry) => (entry.type === "symlink" ? { ...entry, target: posix.normalize(entry.target) } : entry))
  },
  {
    sin: "reads the first piece of an archive only",
    breaks: ["TAR-1"],
    layer: spoiled((tar) => ({ read: (pieces) => tar.read(pieces.slice(0, 1)) }))
  },
  {
    sin: "forgets whiteouts",
    breaks: ["TAR-1"],
    layer: spoiled((tar) => ({
      write: (changes) => tar.write([...changes].filter(({ type }) => type !== "removed" && type !== "opaque"))
    }))
  },
  {
    sin: "writes entries in the order in which they come",
    breaks: ["TAR-2"],
    layer: spoiled((tar) => ({
      write: (changes: Iterable<TreeChange>) =>
        Array.from(changes, (change) => joined(tar.write([change])).slice(0, -1024))
    }))
  },
  { sin: "leaves times out", breaks: ["TAR-1", "TAR-2"], layer: writing((entry) => ({ ...entry, mtimeNs: 0n })) },
  {
    sin: "looks at the beginning of a name only, and lets a/../../b through",
    breaks: ["TAR-3"],
    layer: spoiled(() => ({
      place: (name) => (/^(?:\/|\.\.(?:\/|$))|\0/.test(name) ? { path: name, why: "it leads outside" } : name)
    }))
  },
  {
    sin: "works climbs out as if there were no links",
    breaks: ["TAR-3"],
    layer: spoiled(() => ({
      place: (name) => {
        const clean = posix.normalize(`/${name}`).slice(1)
        return clean.includes("\0") ? { path: name, why: "it contains a zero byte" } : clean
      }
    }))
  },
  {
    sin: "breaks down over a header that it cannot read",
    breaks: ["TAR-4"],
    layer: spoiled((tar) => ({ read: (pieces) => Effect.orDie(tar.read(pieces)) }))
  },
  {
    sin: "does not know the long names of GNU",
    breaks: ["TAR-4"],
    layer: spoiled((tar) => ({
      read: (pieces) =>
        Effect.map(tar.read(pieces), (changes) =>
          changes.map((change) => (change.path.length > 100 ? { ...change, path: change.path.slice(0, 100) } : change))
        )
    }))
  },
  {
    sin: "takes every name with the prefix for a whiteout",
    breaks: ["TAR-5"],
    layer: spoiled((tar) => ({
      read: (pieces) =>
        Effect.map(tar.read(pieces), (changes) =>
          changes.map((change) =>
            change.type === "opaque" ? { type: "removed", path: `${change.path}/.wh..opq` } : change
          )
        )
    }))
  },
  { sin: "checks the name of a hard link and not its target", breaks: ["TAR-3"], layer: trusting("1") },
  { sin: "checks the short name and takes the long one", breaks: ["TAR-3"], layer: trusting("xL") }
]
