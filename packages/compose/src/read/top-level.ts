import { pathOf } from "../files/path-of.ts"
import type { ProjectFile, ProjectNetwork, ProjectVolume } from "../Project.ts"
import { isNull } from "../tree/scalars.ts"
import { valueOf } from "../tree/Tree.ts"
import {
  type At,
  defined,
  type Fields,
  fullText,
  list,
  notice,
  open,
  option,
  type Read,
  say,
  sayOfField,
  text,
  truth
} from "./At.ts"
import { address, addressRange } from "./addresses.ts"
import { engineName } from "./names.ts"
import { pairs } from "./pairs.ts"

/** What things of a project are called that have no name of their own. */
export type Naming = (key: string) => string

/** Whether something is there already, and under which name. */
const external = (at: At | undefined): { readonly external: boolean; readonly name?: string } => {
  if (at === undefined) return { external: false }
  if (at.tree.kind !== "table") return { external: truth(at) ?? false }
  const name = open(at, ["name"]).read("name", fullText)
  return { external: true, ...(name !== undefined && { name }) }
}

interface Named {
  readonly name: string
  readonly external: boolean
}

/** The name of something, and that nothing else is said of it when it is made elsewhere. */
const identify = <Other extends string>(
  key: string,
  fields: Fields<Other | "external" | "name">,
  others: ReadonlyArray<Other>,
  naming: Naming
): Named => {
  const nameAt = fields.get("name")
  const given = nameAt === undefined || isNull(nameAt.tree) ? undefined : engineName(nameAt)
  const found = external(fields.get("external"))
  if (nameAt !== undefined && found.name !== undefined) say(nameAt, "external.name says another one", "use name alone")
  if (found.external) {
    for (const name of others) {
      const other = fields.get(name)
      if (other !== undefined && !isNull(other.tree)) say(other, "it is external, so this cannot be said of it")
    }
  }
  return { name: given ?? found.name ?? (found.external ? key : naming(key)), external: found.external }
}

/** A network of a project. */
export const network = (key: string, at: At, naming: Naming): ProjectNetwork => {
  const others = [
    "attachable",
    "driver",
    "driver_opts",
    "enable_ipv4",
    "enable_ipv6",
    "internal",
    "ipam",
    "labels"
  ] as const
  const fields = open(at, [...others, "external", "name"])
  const ipv4 = fields.get("enable_ipv4")
  if (ipv4 !== undefined && truth(ipv4) === false) say(ipv4, "networks without IPv4 cannot be had here")
  return defined({
    ...identify(key, fields, others, naming),
    driver: fields.read("driver", option),
    driverOpts: fields.read("driver_opts", pairs) ?? {},
    internal: fields.read("internal", truth) ?? false,
    attachable: fields.read("attachable", truth) ?? false,
    enableIpv6: fields.read("enable_ipv6", truth),
    labels: fields.read("labels", pairs) ?? {},
    ipam: fields.read("ipam", ipam) ?? []
  })
}

const ipam: Read<ProjectNetwork["ipam"]> = (at) => {
  const fields = open(at, ["config", "driver", "options"])
  const driver = fields.get("driver")
  if (driver !== undefined && text(driver) !== "default") say(driver, "drivers of addresses cannot be had here")
  const options = fields.get("options")
  if (options !== undefined && Object.keys(pairs(options) ?? {}).length > 0)
    say(options, "there are no such options here")
  return fields.read("config", list(addresses))
}

const addresses: Read<ProjectNetwork["ipam"][number]> = (at) => {
  const fields = open(at, ["aux_addresses", "gateway", "ip_range", "subnet"])
  const reserved = fields.get("aux_addresses")
  if (reserved !== undefined && Object.keys(pairs(reserved) ?? {}).length > 0) {
    say(reserved, "addresses cannot be kept free here", "leave them out of ip_range")
  }
  return defined({
    subnet: fields.read("subnet", addressRange),
    gateway: fields.read("gateway", address),
    ipRange: fields.read("ip_range", addressRange)
  })
}

/** A volume of a project. */
export const volume = (key: string, at: At, naming: Naming): ProjectVolume => {
  const others = ["driver", "driver_opts", "labels"] as const
  const fields = open(at, [...others, "external", "name"])
  return defined({
    ...identify(key, fields, others, naming),
    driver: fields.read("driver", option),
    driverOpts: fields.read("driver_opts", volumeOptions) ?? {},
    labels: fields.read("labels", pairs) ?? {}
  })
}

/** Options of a volume; one that is a bind has a path, which may be relative. */
const volumeOptions: Read<ProjectVolume["driverOpts"]> = (at) => {
  const options = pairs(at)
  const device = valueOf(at.tree, "device")
  const isBind = options?.["type"] === "none" && options["o"]?.split(",").includes("bind") === true
  return isBind && device?.kind === "scalar" ? { ...options, device: pathOf(device) } : options
}

/** A secret or a config of a project, which comes from exactly one place. */
export const file = (key: string, at: At, kind: "config" | "secret", naming: Naming): ProjectFile => {
  const places = kind === "config" ? (["content", "environment", "file"] as const) : (["environment", "file"] as const)
  const fields = open(at, [...places, "driver", "driver_opts", "external", "labels", "name", "template_driver"])
  for (const refused of ["driver", "driver_opts", "template_driver"] as const) {
    const asked = fields.get(refused)
    if (asked !== undefined) say(asked, "it cannot be had here")
  }
  const labels = fields.get("labels")
  if (labels !== undefined) notice(labels, "has no effect on one machine.")
  const identity = identify(key, fields, places, naming)
  const given = places.filter((name) => fields.get(name) !== undefined)
  if (given.length > 1)
    sayOfField(at, `the ${kind} comes from ${given.join(" and from ")}`, "leave all but one of them out")
  if (given.length === 0 && !identity.external) {
    sayOfField(at, `the ${kind} comes from nowhere`, `add one of ${places.join(", ")}`)
  }
  return defined({
    ...identity,
    file: fields.read("file", (each) =>
      fullText(each) === undefined || each.tree.kind !== "scalar" ? undefined : pathOf(each.tree)
    ),
    environment: fields.read("environment", fullText),
    content: kind === "config" ? fields.read("content", text) : undefined
  })
}
