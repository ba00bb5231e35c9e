import { hexOf, ofBytes } from "@gantry/core/image/Digest"
import type { ProjectNetwork, Service } from "./Project.ts"

/** What of a service makes no other container of it: how many there are, how its image comes, when it starts. */
type LeftOut = "attach" | "build" | "dependsOn" | "develop" | "extensions" | "profiles" | "pullPolicy" | "scale"

/** Every other field, by code unit; the compiler sees that none is forgotten. */
const facts = {
  annotations: true,
  capAdd: true,
  capDrop: true,
  cgroup: true,
  cgroupParent: true,
  command: true,
  configs: true,
  containerName: true,
  deviceCgroupRules: true,
  devices: true,
  dns: true,
  dnsOpt: true,
  dnsSearch: true,
  domainname: true,
  entrypoint: true,
  environment: true,
  expose: true,
  extraHosts: true,
  groupAdd: true,
  healthcheck: true,
  hostname: true,
  image: true,
  init: true,
  ipc: true,
  labels: true,
  links: true,
  logging: true,
  macAddress: true,
  name: true,
  networkMode: true,
  networks: true,
  pid: true,
  platform: true,
  ports: true,
  postStart: true,
  preStop: true,
  privileged: true,
  readOnly: true,
  resources: true,
  restart: true,
  runtime: true,
  secrets: true,
  securityOpt: true,
  stdinOpen: true,
  stopGracePeriod: true,
  stopSignal: true,
  storageOpt: true,
  sysctls: true,
  tmpfs: true,
  tty: true,
  ulimits: true,
  user: true,
  usernsMode: true,
  uts: true,
  volumes: true,
  volumesFrom: true,
  workingDir: true
} satisfies { readonly [Field in Exclude<keyof Service, LeftOut>]: true }

/**
 * SHA-256, in hexadecimal digits, of what makes a container of the service another one: containers whose service has
 * another hash are made anew. The order of lists and of networks counts, the order of other names does not.
 */
export const configHash = (service: Service): string => {
  const spelled = (Object.keys(facts) as Array<keyof typeof facts>)
    .filter((field) => service[field] !== undefined)
    .map((field) => [field, field === "networks" ? inOrder(service.networks) : spell(service[field])])
  return hexOf(ofBytes(JSON.stringify(["gantry.compose.service.1", spelled])))
}

/** SHA-256, in hexadecimal digits, of what makes a network of a project another one. */
export const networkHash = (network: ProjectNetwork): string => {
  const { attachable, driver, driverOpts, enableIpv6, internal, ipam, labels } = network
  const said = { attachable, driver, driverOpts, enableIpv6, internal, ipam, labels }
  return hexOf(ofBytes(JSON.stringify(["gantry.compose.network.1", spell(said)])))
}

const inOrder = (networks: Service["networks"]) =>
  Object.entries(networks).map(([name, network]) => [name, spell(network)])

/** Records as lists of pairs, sorted by code unit, so that no order of keys gets into the hash. */
const spell = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(spell)
  if (typeof value !== "object" || value === null) return value
  const fields = Object.entries(value).filter(([, field]) => field !== undefined)
  return { pairs: fields.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, field]) => [name, spell(field)]) }
}
