import { posix } from "node:path"
import type { IdMapWish } from "@gantry/engine/containers/IdMapWish"
import { bad, good, type Result } from "../Result.ts"
import { keyAndValue } from "./csv.ts"
import { parseIdMap } from "./id-map.ts"
import { isPropagation, type Propagation } from "./propagation.ts"

/** What the third part of `--volume` says. */
export interface VolumeMode {
  readonly readOnly: boolean
  /** Do not fill an empty volume from the image. */
  readonly noCopy: boolean
  /** SELinux label: one for all containers (`z`) or one for this container (`Z`). */
  readonly relabel?: "shared" | "private"
  readonly propagation?: Propagation
  readonly idMap?: IdMapWish
}

/** One value of `--volume`. Paths are absolute. */
export type VolumeSpec = VolumeMode & { readonly target: string } & (
    | { readonly kind: "anonymous" }
    | { readonly kind: "volume"; readonly name: string }
    | { readonly kind: "bind"; readonly source: string }
  )

/** Reads `/in`, `name:/in[:mode]` or `/host:/in[:mode]`; a source that begins with a dot is relative to `cwd`. */
export const parseVolume = (text: string, cwd: string): Result<VolumeSpec> => {
  if (text === "") return bad("invalid empty volume spec")
  const parts = text.split(":")
  if (parts.length > 1 && parts.includes("")) return bad(`invalid spec: ${text}: empty section between colons`)
  if (parts.length > 3) return bad(`invalid spec: ${text}: too many colons`)
  const [first = "", second, third] = parts
  // A third part that is a path was meant as one, so the sum of colons is what is wrong with it.
  if (third?.startsWith("/") === true) return bad(`invalid spec: ${text}: too many colons`)
  const target = checkedTarget(text, second ?? first)
  if (!target.ok) return target
  const mode = parseMode(third ?? "")
  if (!mode.ok) return mode

  const common = { ...mode.value, target: target.value }
  if (second === undefined) return good({ kind: "anonymous", ...common })
  if (first.startsWith("/")) return good({ kind: "bind", source: posix.normalize(first), ...common })
  if (/^\.{1,2}(?:\/|$)/.test(first)) return good({ kind: "bind", source: posix.resolve(cwd, first), ...common })
  if (/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(first)) return good({ kind: "volume", name: first, ...common })
  return bad(
    `"${first}" is not a volume name, which has at least two characters out of [a-zA-Z0-9_.-]; ` +
      "begin with / or ./ to mean a directory of the host"
  )
}

const checkedTarget = (text: string, path: string): Result<string> => {
  if (!path.startsWith("/")) {
    const kind = /^[./]/.test(text) ? "bind" : "volume"
    return bad(
      `invalid volume specification: '${text}': invalid mount config for type "${kind}": ` +
        `invalid mount path: '${path}' mount path must be absolute`
    )
  }
  const target = posix.normalize(path).replace(/(?<=.)\/$/, "")
  return target === "/" ? bad(`invalid volume specification: '${text}': destination can't be '/'`) : good(target)
}

const parseMode = (text: string): Result<VolumeMode> => {
  const words = text === "" ? [] : text.split(",")
  const propagations = words.filter(isPropagation)
  const relabels = words.filter((word) => word === "z" || word === "Z")
  const access = words.filter((word) => word === "ro" || word === "rw")
  const copies = words.filter((word) => word === "nocopy")
  const maps = words.filter((word) => word === "idmap" || word.startsWith("idmap="))
  const groups = [propagations, relabels, access, copies, maps]
  const known = groups.reduce((sum, group) => sum + group.length, 0)
  if (known !== words.length || groups.some((group) => group.length > 1)) return bad(`invalid mode: ${text}`)
  const [propagation] = propagations
  const idMap = maps[0] === undefined ? undefined : parseIdMap(keyAndValue(maps[0])[1])
  if (idMap?.ok === false) return idMap
  return good({
    readOnly: access[0] === "ro",
    noCopy: copies.length === 1,
    ...(relabels[0] === undefined ? {} : { relabel: relabels[0] === "z" ? "shared" : "private" }),
    ...(propagation === undefined ? {} : { propagation }),
    ...(idMap === undefined ? {} : { idMap: idMap.value })
  })
}
