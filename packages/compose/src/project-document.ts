import { loadYaml } from "./tree/load-yaml.ts"
import * as Effect from "effect/Effect"
import { serviceDocument } from "./document/service-document.ts"
import { escaped, said, sorted } from "./document/said.ts"
import { withoutImplied } from "./document/without-implied.ts"
import { contextServices } from "./texts/service-in.ts"
import type { Project, ProjectFile, ProjectNetwork, ProjectVolume } from "./Project.ts"

/**
 * The services that a document must have: those that are enabled, and such as these need or take files from when they are
 * built, enabled or not.
 */
export const documentedServices = ({
  disabled,
  services
}: Pick<Project, "disabled" | "services">): Project["services"] => {
  const found = new Map(Object.entries(services))
  // A map hands out what is added to it while it is read.
  for (const service of found.values()) {
    for (const name of [...Object.keys(service.dependsOn), ...contextServices(service)]) {
      const other = Object.hasOwn(disabled, name) ? disabled[name] : undefined
      if (other !== undefined && !found.has(name)) found.set(name, other)
    }
  }
  return Object.fromEntries(found)
}

/**
 * A project as one Compose file that means the same: everything in its long form, paths absolute, variables filled in
 * and dollar signs doubled, names sorted by code unit. Services that are not enabled are left out, but for those that
 * others speak of. What the files do not say is left out of a project that was not to be normalized.
 */
export const projectDocument = (project: Project): unknown => {
  if (project.written !== undefined) return project.written
  const document = wholeDocument(project)
  return escaped(project.said === undefined ? document : withoutImplied(document, project.said))
}

const wholeDocument = (project: Project) => ({
  name: project.name,
  services: sorted(documentedServices(project), serviceDocument),
  ...said({
    networks: sorted(project.networks, networkDocument),
    volumes: sorted(project.volumes, volumeDocument),
    secrets: sorted(project.secrets, fileDocument),
    configs: sorted(project.configs, fileDocument)
  }),
  ...sorted(project.extensions ?? {})
})

const networkDocument = (network: ProjectNetwork) => ({
  ...said({
    name: network.name,
    driver: network.driver,
    driver_opts: sorted(network.driverOpts),
    ipam: said({
      config: network.ipam.map(({ gateway, ipRange, subnet }) => said({ subnet, ip_range: ipRange, gateway }))
    }),
    external: network.external,
    internal: network.internal,
    attachable: network.attachable,
    labels: sorted(network.labels)
  }),
  ...(network.enableIpv6 !== undefined && { enable_ipv6: network.enableIpv6 })
})

const volumeDocument = (volume: ProjectVolume) =>
  said({
    name: volume.name,
    driver: volume.driver,
    driver_opts: sorted(volume.driverOpts),
    external: volume.external,
    labels: sorted(volume.labels)
  })

const fileDocument = (file: ProjectFile) => ({
  ...said({ name: file.name, file: file.file, environment: file.environment, external: file.external }),
  ...(file.content !== undefined && { content: file.content })
})

/** Text that other readers of YAML take for something else than text: truth values, numbers, dates, merge keys. */
const misread =
  /^(?:[yYnN]|yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF|true|True|TRUE|false|False|FALSE|null|Null|NULL|~|<<|=|[-+]?(?:[\d_]+(?:\.[\d_]*)?|\.[\d_]+)(?:[eE][-+]?\d+)?|0[box][\da-fA-F_]+|[-+]?\d+(?::[0-5]?\d)+(?:\.\d*)?|\d{4}-\d\d?-\d\d?.*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)|)$/

/** A document as text, which ends with a line break. */
export const documentText = (document: unknown, format: "json" | "yaml"): Effect.Effect<string> =>
  format === "json"
    ? Effect.sync(() => `${JSON.stringify(document, undefined, 2)}\n`)
    : Effect.map(loadYaml, (yaml) => {
        const whole = new yaml.Document(document, { aliasDuplicateObjects: false })
        yaml.visit(whole, {
          Scalar: (_, node) => {
            if (typeof node.value === "string" && misread.test(node.value)) node.type = yaml.Scalar.QUOTE_DOUBLE
          }
        })
        return whole.toString({ lineWidth: 0 })
      })
