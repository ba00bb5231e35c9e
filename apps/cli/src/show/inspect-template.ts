import { isRecord } from "./template/print.ts"
import { withMaps } from "./template.ts"

/** Fields of `inspect` whose keys are data: templates may ask for a key that is not there. */
const mapFields: ReadonlySet<string> = new Set([
  "Annotations",
  "Containers",
  "DeviceMapper",
  "ExposedPorts",
  "Labels",
  "Networks",
  "Options",
  "PortBindings",
  "Ports",
  "Sysctls",
  "Tmpfs",
  "Volumes"
])

/** Fields that are lists, also where JSON has null for an empty one. */
const listFields: ReadonlySet<string> = new Set([
  "Aliases",
  "Binds",
  "CapAdd",
  "CapDrop",
  "Cmd",
  "Devices",
  "Entrypoint",
  "Env",
  "Links",
  "OnBuild",
  "SecurityOpt",
  "Shell",
  "VolumesFrom"
])

/** An empty list that is null in JSON, as a list of Go that nobody has filled. */
class NilList extends Array<unknown> {
  toJSON(): null {
    return null
  }
}

/** An empty map that is null in JSON. */
class NilMap extends Map<string, unknown> {
  toJSON(): null {
    return null
  }
}

/** What JSON leaves out and templates may ask for all the same: Go has a value for it. */
const absent: { readonly [part: string]: { readonly [field: string]: unknown } } = {
  State: { Health: null },
  Config: {
    ArgsEscaped: false,
    ExposedPorts: new NilMap(),
    Healthcheck: null,
    OnBuild: new NilList(),
    Shell: new NilList(),
    StopSignal: ""
  }
}

/** The same for an image as a whole. */
const absentOfImage = { Created: "", DockerVersion: "", OsVersion: "", Variant: "" }

/**
 * An object of `inspect` as templates see it: keys of maps may be missing, empty lists and maps have no elements, and
 * fields that might have been there are nothing. In JSON all of it is what it was.
 */
export const forTemplates = (object: unknown): unknown => {
  const seen = withEmpty(withMaps(object, mapFields))
  if (!isRecord(seen)) return seen
  for (const [part, fields] of Object.entries(absent)) fillIn(seen[part], fields)
  if (isRecord(seen["RootFS"])) fillIn(seen, absentOfImage)
  return seen
}

const fillIn = (value: unknown, fields: { readonly [field: string]: unknown }): void => {
  if (!isRecord(value)) return
  for (const [field, nothing] of Object.entries(fields)) {
    // Not enumerable, so that it is not written as JSON.
    if (!Object.hasOwn(value, field)) Object.defineProperty(value, field, { value: nothing })
  }
}

const withEmpty = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withEmpty)
  if (value instanceof Map) return new Map(Array.from(value, ([key, each]) => [key, withEmpty(each)]))
  if (!isRecord(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => {
      if (each !== null) return [name, withEmpty(each)]
      if (listFields.has(name)) return [name, new NilList()]
      return [name, mapFields.has(name) ? new NilMap() : each]
    })
  )
}
