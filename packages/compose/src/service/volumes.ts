import { posix } from "node:path"
import type { ServiceVolume, VolumesFromService } from "../Project.ts"
import { pathOf } from "../files/path-of.ts"
import {
  anyText,
  type At,
  choice,
  defined,
  fullText,
  list,
  notice,
  open,
  type Read,
  say,
  text,
  truth
} from "../read/At.ts"
import { rights, size } from "../read/measures.ts"
import { refer, type Scope } from "../read/Scope.ts"
import { parseVolume, propagations } from "../texts/volume-text.ts"

const kinds = ["bind", "volume", "tmpfs", "image", "npipe", "cluster"] as const

/** An absolute path in a container, without a slash at its end. */
export const inside: Read<string> = (at) => {
  const found = fullText(at)
  if (found === undefined) return undefined
  if (!found.startsWith("/")) return say(at, `"${found}" is not an absolute path of the container`)
  const path = posix.normalize(found).replace(/(?<=.)\/$/, "")
  return path === "/" ? say(at, "nothing can be mounted over the root of the container") : path
}

/** One volume in its long form; what is still in its short form could not be read. */
const volume = (at: At, scope: Scope): ServiceVolume | undefined => {
  if (at.tree.kind === "scalar") {
    const parsed = parseVolume(at.tree.text)
    if ("problem" in parsed) return say(at, parsed.problem, parsed.hint)
  }
  const fields = open(at, ["type", "source", "target", "read_only", "consistency", "bind", "volume", "tmpfs", "image"])
  fields.read("consistency", text)
  if (fields.get("type") === undefined && at.tree.kind === "table") say(at, "the volume has no type")
  if (fields.get("target") === undefined && at.tree.kind === "table") say(at, "the volume has no target")
  const type = fields.read("type", choice(...kinds))
  const target = fields.read("target", inside)
  const readOnly = fields.read("read_only", truth) ?? false
  const sourceAt = fields.get("source")
  const bind = fields.read("bind", bindOptions)
  const named = fields.read("volume", volumeOptions)
  const tmpfs = fields.read("tmpfs", tmpfsOptions)
  const image = fields.read("image", (each) => open(each, ["subpath"]).read("subpath", text))
  if (type === undefined || target === undefined) return undefined
  if (type === "npipe" || type === "cluster") return say(at, `volumes of type ${type} cannot be had here`)
  const source = sourceAt === undefined ? undefined : sourceOf(type, sourceAt, scope)
  if (source === undefined && (type === "bind" || type === "image")) {
    return sourceAt === undefined ? say(at, `a volume of type ${type} needs a source`) : undefined
  }
  return defined({
    type,
    source,
    target,
    readOnly,
    bind: type === "bind" ? { createHostPath: true, ...bind } : undefined,
    volume: type === "volume" ? named : undefined,
    tmpfs: type === "tmpfs" ? tmpfs : undefined,
    image: type === "image" && image !== undefined ? { subpath: image } : undefined
  })
}

const sourceOf = (type: "bind" | "image" | "tmpfs" | "volume", at: At, scope: Scope): string | undefined => {
  const found = fullText(at)
  if (found === undefined || at.tree.kind !== "scalar") return undefined
  if (type === "bind") return pathOf(at.tree)
  if (type === "tmpfs") return say(at, "a volume of type tmpfs has no source")
  if (type === "volume" && found.includes("/")) {
    return say(at, `"${found}" is not the name of a volume`, `write ./${found} to mean a file or directory of the host`)
  }
  if (type === "volume") refer(at, "volume", found, scope)
  return found
}

const bindOptions: Read<Partial<NonNullable<ServiceVolume["bind"]>>> = (at) => {
  const fields = open(at, ["propagation", "create_host_path", "recursive", "selinux"])
  return defined({
    propagation: fields.read("propagation", choice(...propagations)),
    createHostPath: fields.read("create_host_path", truth),
    recursive: fields.read("recursive", choice("enabled", "disabled", "writable", "readonly")),
    selinux: fields.read("selinux", choice("z", "Z"))
  })
}

const volumeOptions: Read<NonNullable<ServiceVolume["volume"]>> = (at) => {
  const fields = open(at, ["labels", "nocopy", "subpath"])
  const labels = fields.get("labels")
  if (labels !== undefined) notice(labels, "has no effect: labels of a volume stand where it is declared.")
  return defined({ nocopy: fields.read("nocopy", truth) ?? false, subpath: fields.read("subpath", text) })
}

const tmpfsOptions: Read<NonNullable<ServiceVolume["tmpfs"]>> = (at) => {
  const fields = open(at, ["size", "mode"])
  return defined({
    size: fields.read("size", size),
    mode: fields.read("mode", (each) => rights(each)?.toString(8))
  })
}

/** The volumes of a service. */
export const volumes = (at: At, scope: Scope): ReadonlyArray<ServiceVolume> | undefined =>
  list((each) => volume(each, scope))(at)

/** `SERVICE`, `SERVICE:ro` or `container:NAME:ro`. */
export const volumesFrom = (at: At, scope: Scope): VolumesFromService | undefined => {
  const found = anyText(at)
  if (found === undefined) return undefined
  const [, container, name, mode] = /^(container:)?([^:]+)(?::(ro|rw|z|Z))?$/.exec(found) ?? []
  if (name === undefined) return say(at, `"${found}" is not SERVICE[:ro] or container:NAME[:ro]`)
  if (container === undefined) refer(at, "service", name, scope)
  return { from: container === undefined ? "service" : "container", name, readOnly: mode === "ro" }
}
