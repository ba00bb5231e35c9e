import { pathOf } from "../files/path-of.ts"
import type { Service } from "../Project.ts"
import { isNull } from "../tree/scalars.ts"
import { textAt } from "../tree/Tree.ts"
import {
  anyText,
  type At,
  choice,
  defined,
  fullText,
  list,
  open,
  option,
  type Read,
  say,
  sayOfField,
  text,
  truth
} from "../read/At.ts"
import { build } from "./build.ts"
import { command } from "./command.ts"
import { develop } from "./life/develop.ts"
import { hooks } from "./life/hooks.ts"
import { dependsOn, impliedNeeds, link } from "./depends-on.ts"
import { type EnvironmentFile, environmentFiles, labelFiles } from "./environment-files.ts"
import { healthcheck } from "./health.ts"
import { hosts } from "./network/hosts.ts"
import { address } from "../read/addresses.ts"
import { engineName } from "../read/names.ts"
import { nanoseconds } from "../read/measures.ts"
import { namespace } from "./network/namespaces.ts"
import { callersVariables, pairs } from "../read/pairs.ts"
import { exposed, ports } from "./network/ports.ts"
import { pullPolicy, restart } from "./policies.ts"
import { refuse, refusedNames } from "./refused.ts"
import { resourceNames } from "./resources.ts"
import type { Scope } from "../read/Scope.ts"
import { serviceFiles } from "./service-files.ts"
import { serviceNetworks } from "./network/service-networks.ts"
import { shared } from "./scale.ts"
import { ulimits } from "./ulimits.ts"
import { volumes, volumesFrom } from "./volumes.ts"

const names = [
  ...refusedNames,
  ...resourceNames,
  "annotations",
  "attach",
  "build",
  "cap_add",
  "cap_drop",
  "cgroup",
  "cgroup_parent",
  "command",
  "configs",
  "container_name",
  "depends_on",
  "deploy",
  "develop",
  "device_cgroup_rules",
  "devices",
  "dns",
  "dns_opt",
  "dns_search",
  "domainname",
  "entrypoint",
  "env_file",
  "environment",
  "expose",
  "extra_hosts",
  "group_add",
  "healthcheck",
  "hostname",
  "image",
  "init",
  "ipc",
  "label_file",
  "labels",
  "links",
  "logging",
  "mac_address",
  "network_mode",
  "networks",
  "pid",
  "platform",
  "ports",
  "post_start",
  "pre_stop",
  "privileged",
  "profiles",
  "pull_policy",
  "read_only",
  "restart",
  "runtime",
  "scale",
  "secrets",
  "security_opt",
  "stdin_open",
  "stop_grace_period",
  "stop_signal",
  "storage_opt",
  "sysctls",
  "tmpfs",
  "tty",
  "ulimits",
  "user",
  "userns_mode",
  "uts",
  "volumes",
  "volumes_from",
  "working_dir"
] as const

/** A service, and the files that are read when it is wanted. */
export interface ReadService {
  readonly service: Service
  readonly environmentFiles: ReadonlyArray<EnvironmentFile>
  readonly labelFiles: ReadonlyArray<EnvironmentFile>
}

/** Reads a service in its long form. */
export const service = (name: string, at: At, scope: Scope): ReadService => {
  const fields = open(at, names)
  refuse(fields)
  const later: At = { ...at, report: scope.later }
  const common = shared(fields, later)
  const texts = list(text)
  const image = fields.read("image", fullText)
  const made = fields.read("build", (each) => build(each, scope))
  if (fields.get("image") === undefined && fields.get("build") === undefined) {
    sayOfField(
      later,
      isNull(at.tree) ? "the service is empty" : "the service has neither an image nor a build",
      `add image: NAME or build: DIRECTORY`
    )
  }
  const links =
    fields.read(
      "links",
      list((each) => link(each, scope))
    ) ?? []
  const from =
    fields.read(
      "volumes_from",
      list((each) => volumesFrom(each, scope))
    ) ?? []
  const networkMode = fields.read("network_mode", namespace(scope, "none", "host", "bridge"))
  const networksAt = fields.get("networks")
  if (networkMode !== undefined && networksAt !== undefined) {
    say(
      { ...networksAt, report: scope.later },
      "a service with a network_mode has no networks",
      "leave one of them out"
    )
  }
  const pid = fields.read("pid", namespace(scope, "host"))
  const ipc = fields.read("ipc", namespace(scope, "host", "none", "private", "shareable"))
  const networks = networksAt === undefined ? {} : serviceNetworks(networksAt, scope)
  const nothing = networkMode === undefined && Object.keys(networks).length === 0
  const watched = fields.read("develop", develop)
  for (const { action } of watched ?? []) {
    if (action !== "rebuild" || fields.get("build") !== undefined) continue
    sayOfField(
      { ...at, report: scope.later },
      "rebuild is asked for when files change, and nothing is built",
      "add build: DIRECTORY"
    )
  }
  const grace = fields.read("stop_grace_period", nanoseconds)
  const found: Service = defined({
    name,
    profiles: fields.read("profiles", texts) ?? [],
    image,
    build: made,
    pullPolicy: fields.read("pull_policy", pullPolicy),
    platform: fields.read("platform", option),
    command: fields.read("command", command),
    entrypoint: fields.read("entrypoint", command),
    containerName: fields.read("container_name", engineName),
    scale: common.scale,
    attach: fields.read("attach", truth) ?? true,
    environment: fields.read("environment", callersVariables) ?? {},
    labels: fields.read("labels", pairs) ?? {},
    annotations: fields.read("annotations", pairs) ?? {},
    ports: fields.read("ports", ports) ?? [],
    expose: fields.read("expose", list(exposed)) ?? [],
    volumes: fields.read("volumes", (each) => volumes(each, scope)) ?? [],
    tmpfs: fields.read("tmpfs", list(tmpfs)) ?? [],
    volumesFrom: from,
    secrets: fields.read("secrets", (each) => serviceFiles(each, "secret", scope)) ?? [],
    configs: fields.read("configs", (each) => serviceFiles(each, "config", scope)) ?? [],
    networks: nothing ? { default: { aliases: [] } } : networkMode === undefined ? networks : {},
    networkMode,
    pid,
    ipc,
    uts: fields.read("uts", choice("host")),
    cgroup: fields.read("cgroup", choice("host", "private")),
    usernsMode: fields.read("userns_mode", option),
    cgroupParent: fields.read("cgroup_parent", option),
    dependsOn: {
      ...impliedNeeds({ ipc, links, networkMode, pid, volumesFrom: from }),
      ...fields.read("depends_on", (each) => dependsOn(each, scope))
    },
    links,
    healthcheck: fields.read("healthcheck", healthcheck),
    postStart: fields.read("post_start", hooks),
    preStop: fields.read("pre_stop", hooks),
    develop: watched,
    restart: common.restart ?? fields.read("restart", restart),
    hostname: fields.read("hostname", option),
    domainname: fields.read("domainname", option),
    macAddress: fields.read("mac_address", option),
    user: fields.read("user", option),
    groupAdd: fields.read("group_add", list(anyText)) ?? [],
    workingDir: fields.read("working_dir", option),
    tty: fields.read("tty", truth) ?? false,
    stdinOpen: fields.read("stdin_open", truth) ?? false,
    init: fields.read("init", truth),
    privileged: fields.read("privileged", truth) ?? false,
    readOnly: fields.read("read_only", truth) ?? false,
    capAdd: fields.read("cap_add", texts) ?? [],
    capDrop: fields.read("cap_drop", texts) ?? [],
    securityOpt: fields.read("security_opt", list(securityOption)) ?? [],
    devices: fields.read("devices", list(device)) ?? [],
    deviceCgroupRules: fields.read("device_cgroup_rules", texts) ?? [],
    dns: fields.read("dns", list(address)) ?? [],
    dnsOpt: fields.read("dns_opt", texts) ?? [],
    dnsSearch: fields.read("dns_search", texts) ?? [],
    extraHosts: fields.read("extra_hosts", hosts) ?? [],
    sysctls: fields.read("sysctls", pairs) ?? {},
    ulimits: fields.read("ulimits", ulimits) ?? {},
    logging: fields.read("logging", logging),
    runtime: fields.read("runtime", option),
    stopSignal: fields.read("stop_signal", option),
    stopGracePeriod: grace === undefined ? undefined : grace / 1e9,
    resources: common.resources,
    storageOpt: fields.read("storage_opt", pairs) ?? {},
    extensions: fields.extensions
  })
  return {
    service: found,
    environmentFiles: fields.read("env_file", environmentFiles) ?? [],
    labelFiles: fields.read("label_file", labelFiles) ?? []
  }
}

const logging: Read<NonNullable<Service["logging"]>> = (at) => {
  const fields = open(at, ["driver", "options"])
  return defined({ driver: fields.read("driver", text), options: fields.read("options", pairs) ?? {} })
}

/** `NAME=VALUE`; a profile of system calls is a file. */
const securityOption: Read<string> = (at) => {
  const found = fullText(at)
  const [, path] = /^seccomp[=:](.+)$/.exec(found ?? "") ?? []
  if (path === undefined || path === "unconfined" || path === "builtin") return found
  return `seccomp=${pathOf(textAt(path, at.tree.place))}`
}

/** `PATH[:PATH[:RIGHTS]]`. */
const device: Read<string> = (at) => {
  if (at.tree.kind !== "table") return text(at)
  const fields = open(at, ["source", "target", "permissions"])
  const source = fields.read("source", fullText)
  if (fields.get("source") === undefined) return say(at, "the device has no source")
  const target = fields.read("target", fullText)
  const rights = fields.read("permissions", fullText)
  if (source === undefined) return undefined
  if (rights !== undefined) return `${source}:${target ?? source}:${rights}`
  return target === undefined ? source : `${source}:${target}`
}

/** `/run` or `/run:size=64m`. */
const tmpfs: Read<string> = (at) => {
  const found = fullText(at)
  if (found === undefined) return undefined
  const [path = ""] = found.split(":")
  return path.startsWith("/") ? found : say(at, `"${path}" is not an absolute path of the container`)
}
