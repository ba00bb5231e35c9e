import type { Project } from "../Project.ts"
import { type At, entries, notice, open, say } from "../read/At.ts"
import { checkKey } from "../read/names.ts"
import type { Scope } from "../read/Scope.ts"
import { file, network, volume } from "../read/top-level.ts"
import type { Report } from "../tree/Report.ts"
import { isNull } from "../tree/scalars.ts"
import { type Table, type Tree, valueOf } from "../tree/Tree.ts"
import { readServices, type Wanted } from "./read-services.ts"

/** What a project consists of. */
export type Parts = Pick<
  Project,
  "configs" | "disabled" | "extensions" | "networks" | "secrets" | "services" | "volumes"
>

/** Reads merged files. Problems are in the report. */
export const readModel = (model: Table, name: string, wanted: Wanted, report: Report): Parts => {
  const at: At = { tree: model, path: "", report }
  const fields = open(
    at,
    ["version", "name", "services", "networks", "volumes", "secrets", "configs", "models"],
    adviceFor
  )
  const version = fields.get("version")
  if (version !== undefined) notice(version, "has no effect; it can be left out.")
  const models = fields.get("models")
  if (models !== undefined && !isNull(models.tree)) say(models, "language models cannot be had here")
  const naming = (key: string) => `${name}_${key}`
  const services = fields.read("services", (each) => readServices(each, declaredIn(model), wanted))
  const things = <A>(part: Part, read: (each: At, key: string) => A) =>
    fields.read(
      part,
      entries((each, key) => {
        checkKey(each, part.slice(0, -1), key)
        return read(each, key)
      })
    ) ?? {}
  const { disabled = {}, services: enabled = {} } = services ?? {}
  return {
    services: enabled,
    disabled,
    networks: {
      ...implied([...Object.values(enabled), ...Object.values(disabled)], naming),
      ...things("networks", (each, key) => network(key, each, naming))
    },
    volumes: things("volumes", (each, key) => volume(key, each, naming)),
    secrets: things("secrets", (each, key) => file(key, each, "secret", naming)),
    configs: things("configs", (each, key) => file(key, each, "config", naming)),
    extensions: fields.extensions
  }
}

/** Where things are declared that services refer to. */
type Part = "configs" | "networks" | "secrets" | "volumes"

/** Very old files have their services on the first level. */
const adviceFor = (value: Tree) =>
  valueOf(value, "image") === undefined && valueOf(value, "build") === undefined
    ? "extensions begin with x-"
    : "services stand below services:"

/** The network of services that name none. */
const implied = (
  services: ReadonlyArray<Parts["services"][string]>,
  naming: (key: string) => string
): Parts["networks"] =>
  services.some(({ networks }) => Object.hasOwn(networks, "default"))
    ? {
        default: {
          name: naming("default"),
          external: false,
          driverOpts: {},
          internal: false,
          attachable: false,
          labels: {},
          ipam: []
        }
      }
    : {}

const declaredIn = (model: Table): Scope["declared"] => {
  const names = (part: string) => {
    const tree = valueOf(model, part)
    return new Set(tree?.kind === "table" ? tree.fields.keys() : [])
  }
  return {
    config: names("configs"),
    network: names("networks").add("default"),
    secret: names("secrets"),
    service: names("services"),
    volume: names("volumes")
  }
}
