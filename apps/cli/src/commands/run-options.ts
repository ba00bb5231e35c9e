import { parse as parsePlatform, type Platform } from "@gantry/core/image/Platform"
import type { RunOptions } from "@gantry/engine/containers/RunOptions"
import { defaults } from "@gantry/engine/containers/RunOptions"
import type { SeccompSpec } from "@gantry/core/runtime/ContainerSpec"
import * as Effect from "effect/Effect"
import type { Values } from "../argv/Option.ts"
import { bad, good, type Result } from "../argv/Result.ts"
import type { create } from "../argv/tables/run.ts"
import { parseAddHost } from "../argv/values/add-host.ts"
import { parseDevice } from "../argv/values/device.ts"
import { checkDeviceRule } from "../argv/values/device-rule.ts"
import type { Environment } from "../argv/values/env.ts"
import { parseExpose } from "../argv/values/expose.ts"
import { parseHostRoot } from "../argv/values/host-root.ts"
import { parseLabel, parseLabelFile } from "../argv/values/label.ts"
import { parseDns, parseDnsSearch } from "../argv/values/dns.ts"
import { parsePasswdEntry } from "../argv/values/passwd-entry.ts"
import { parseSecurityOption } from "../argv/values/security-opt.ts"
import { parseUlimit } from "../argv/values/ulimit.ts"
import { parseUser } from "../argv/values/user.ts"
import { parseUsers } from "../argv/values/users.ts"
import { parseSysctl } from "../argv/values/sysctl.ts"
import { parseUmask } from "../argv/values/umask.ts"
import { parsePull } from "../argv/values/words.ts"
import { parseName } from "../argv/values/name.ts"
import { furtherResourcesOf } from "./block-options.ts"
import { containerEnvironment } from "./environment-options.ts"
import { fileOf, given, optionalOf, unlessEmpty, valueOf, valuesOf } from "./read-values.ts"
import { healthOf, restartOf, timeLimitOf } from "./life-options.ts"
import { logOf } from "./log-options.ts"
import { mountsOf, volumesFromOf } from "./mount-options.ts"
import { namespacesOf } from "./namespace-options.ts"
import { networksOf } from "./network-options.ts"
import { publicationsOf } from "./publications.ts"
import { firstResourcesOf, oomScoreOf, shmOf } from "./resource-options.ts"
import { runtimeOf } from "./runtime-option.ts"
import { secretsOf } from "./secret-options.ts"
import { badValue, type Usage } from "./Usage.ts"

/** Options of `run` and `create` as the table types them. */
export type ContainerOptions = Values<(typeof create)["options"]>

/** Where the command is typed. */
export interface Caller {
  readonly env: Environment
  readonly cwd: string
}

/** Bytes of a name that the kernel takes for a host or a domain. */
const longestHostName = 64

/** From what was typed to what the engine is asked for. */
export const runOptions = (
  options: ContainerOptions,
  operands: ReadonlyArray<string>,
  detach: boolean,
  { cwd, env }: Caller
): Effect.Effect<RunOptions, Usage> =>
  Effect.gen(function* () {
    const [named = "", ...command] = operands
    const hostRoot = options.rootfs ? yield* valueOf("--rootfs", named, parseHostRoot(named, cwd)) : undefined
    const image = hostRoot?.path ?? named
    const security = yield* securityOf(options.securityOpt)
    const platform = yield* optionalOf("--platform", unlessEmpty(options.platform), parsePlatformOption)
    const pull = (yield* optionalOf("--pull", options.pull, parsePull)) ?? "missing"
    const shm = yield* shmOf(options.shmSize)
    const user = unlessEmpty(options.user)
    if (user !== undefined) yield* valueOf("-u, --user", user, parseUser(user))
    for (const [option, name] of [
      ["-h, --hostname", options.hostname],
      ["--domainname", options.domainname]
    ] as const) {
      if (Buffer.byteLength(name ?? "") > longestHostName)
        return yield* badValue(
          `${option}: ${name} has more than ${longestHostName} bytes`,
          "the kernel takes no longer one"
        )
    }
    const devices = yield* valuesOf("--device", options.device, parseDevice)
    const expose = yield* valuesOf("--expose", options.expose, parseExpose)
    const ports = yield* publicationsOf("-p, --publish", options.publish)
    const rlimits = yield* valuesOf("--ulimit", options.ulimit, parseUlimit)
    const sysctls = yield* valuesOf("--sysctl", options.sysctl, parseSysctl)
    return {
      ...defaults,
      image,
      command,
      ...given("hostRoot", hostRoot),
      ...(options.entrypoint === undefined ? {} : { entrypoint: [options.entrypoint] }),
      ...given("name", yield* optionalOf("--name", unlessEmpty(options.name), parseName)),
      env: yield* containerEnvironment(options, env),
      envAlone: options.unsetenvAll,
      ...given("workdir", unlessEmpty(options.workdir)),
      ...given("user", user),
      groups: options.groupAdd,
      ...given("passwdEntry", yield* optionalOf("--passwd-entry", options.passwdEntry, parsePasswdEntry)),
      ...given("hostname", unlessEmpty(options.hostname)),
      ...given("domainname", unlessEmpty(options.domainname)),
      tty: options.tty,
      stdin: options.interactive,
      autoRemove: options.rm,
      detach,
      networks: yield* networksOf(options),
      ports,
      publishAll: options.publishAll,
      expose: expose.flat().map(({ port, protocol }) => `${port}/${protocol}`),
      dns: yield* valuesOf("--dns", options.dns, parseDns),
      dnsSearch: yield* valuesOf("--dns-search", options.dnsSearch, parseDnsSearch),
      dnsOptions: options.dnsOption.filter((each) => each !== ""),
      hosts: (yield* valuesOf("--add-host", options.addHost, parseAddHost)).map(({ address, host }) => ({
        name: host,
        address
      })),
      mounts: yield* mountsOf(options, cwd),
      volumesFrom: yield* volumesFromOf(options.volumesFrom),
      secrets: yield* secretsOf(options.secret, cwd),
      labels: yield* labelsOf(options.labelFile, options.label),
      readonlyRoot: options.readOnly,
      capAdd: options.capAdd,
      capDrop: options.capDrop,
      privileged: options.privileged,
      seccomp: security.seccomp,
      noNewPrivileges: security.noNewPrivileges,
      pathsUnmasked: security.pathsUnmasked,
      // The last word on a limit counts: to set an earlier one first might take the right to the later one away.
      rlimits: [...new Map(rlimits.map(({ hard, soft, type }) => [type, { name: type, soft, hard }])).values()],
      shmBytes: options.ipc === "none" ? 0 : (shm ?? defaults.shmBytes),
      devices: devices.flatMap((each) =>
        each.kind === "path" ? [{ hostPath: each.host, containerPath: each.container, access: each.permissions }] : []
      ),
      cdiDevices: devices.flatMap((each) => (each.kind === "cdi" ? [each.name] : [])),
      deviceRules: yield* valuesOf("--device-cgroup-rule", options.deviceCgroupRule, checkDeviceRule),
      sysctls: Object.fromEntries(sysctls.map(({ name, value }) => [name, value])),
      resources: { ...(yield* firstResourcesOf(options)), ...(yield* furtherResourcesOf(options)) },
      ...given("cgroupParent", options.cgroupParent === "" ? undefined : options.cgroupParent),
      init: options.init,
      namespaces: yield* namespacesOf(options),
      users: yield* valueOf("--userns", options.userns ?? "", parseUsers(options.userns ?? "")),
      annotations: yield* annotationsOf(options.annotation),
      ...given("umask", yield* optionalOf("--umask", options.umask, parseUmask)),
      ...given("oomScoreAdj", yield* oomScoreOf(options.oomScoreAdj)),
      ...given("restart", yield* restartOf(options)),
      ...given("health", yield* healthOf(options)),
      ...given("log", yield* logOf(options)),
      ...given("stopSignal", unlessEmpty(options.stopSignal)),
      ...given("stopTimeout", options.stopTimeout),
      ...given("timeout", yield* timeLimitOf(options.timeout)),
      ...given("timeZone", unlessEmpty(options.tz)),
      ...given("runtime", yield* runtimeOf(options.runtime)),
      pull,
      ...given("platform", platform)
    }
  })

const parsePlatformOption = (text: string): Result<Platform> => {
  const value = parsePlatform(text)
  return value === undefined ? bad(`${JSON.stringify(text)} is not os/arch[/variant]`) : good(value)
}

const labelsOf = (
  files: ReadonlyArray<string>,
  texts: ReadonlyArray<string>
): Effect.Effect<{ readonly [name: string]: string }, Usage> =>
  Effect.gen(function* () {
    const fromFiles = yield* Effect.forEach(files, (path) =>
      Effect.flatMap(fileOf("--label-file", path), (text) => valueOf("--label-file", path, parseLabelFile(path, text)))
    )
    const typed = yield* valuesOf("-l, --label", texts, parseLabel)
    return Object.fromEntries([...fromFiles.flat(), ...typed].map(({ name, value }) => [name, value]))
  })

/** What runtimes and other programs are told of the container, and nobody here acts on. */
const annotationsOf = (texts: ReadonlyArray<string>): Effect.Effect<{ readonly [name: string]: string }, Usage> =>
  Effect.map(valuesOf("--annotation", texts, parseLabel), (pairs) =>
    Object.fromEntries(pairs.map(({ name, value }) => [name, value]))
  )

/** A profile of system calls. What is in it is judged when the container starts. */
const profileOf = (path: string): Effect.Effect<string, Usage> =>
  Effect.tap(fileOf("--security-opt seccomp", path), (text) =>
    Effect.try({
      try: () => JSON.parse(text),
      catch: (cause) =>
        badValue(
          `compacting json for seccomp profile (${path}) failed: ${cause instanceof Error ? cause.message : String(cause)}`
        )
    })
  )

const securityOf = (
  texts: ReadonlyArray<string>
): Effect.Effect<Pick<RunOptions, "noNewPrivileges" | "pathsUnmasked" | "seccomp">, Usage> =>
  Effect.gen(function* () {
    let seccomp: SeccompSpec = { type: "default" }
    let noNewPrivileges = false
    let pathsUnmasked = false
    for (const option of yield* valuesOf("--security-opt", texts, parseSecurityOption)) {
      if (option.kind === "no-new-privileges") noNewPrivileges = option.enabled
      else if (option.kind === "systempaths-unconfined") pathsUnmasked = true
      else if (option.kind === "seccomp") {
        if (option.profile === "unconfined") seccomp = { type: "unconfined" }
        else if (option.profile === "builtin") seccomp = { type: "default" }
        else seccomp = { type: "profile", profile: yield* profileOf(option.profile) }
      } else if (option.kind === "label" || (option.kind === "apparmor" && option.profile === "unconfined")) {
        // Without SELinux and AppArmor profiles of ours there is nothing to switch off.
      } else return yield* badValue(`--security-opt ${option.kind} is not supported yet`)
    }
    return { seccomp, noNewPrivileges, pathsUnmasked }
  })
