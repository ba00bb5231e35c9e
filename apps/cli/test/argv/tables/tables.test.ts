import { describe, expect, it } from "vitest"
import type { Command } from "../../../src/argv/Command.ts"
import { longName, type OptionTable } from "../../../src/argv/Option.ts"
import { exportContainer, importImage } from "../../../src/argv/tables/archive.ts"
import { commit, untag } from "../../../src/argv/tables/commit.ts"
import { registryCopy, registryServe, registryTags } from "../../../src/argv/tables/registry.ts"
import { build, cacheVerify, lockUpdate } from "../../../src/argv/tables/build.ts"
import { buildHistory, buildLog } from "../../../src/argv/tables/build-logs.ts"
import { completion } from "../../../src/argv/tables/completion.ts"
import { copy } from "../../../src/argv/tables/copy.ts"
import { contextLs } from "../../../src/argv/tables/context.ts"
import { applyLayer, debugConfigSchema, debugDockerfile, debugOciConfig } from "../../../src/argv/tables/debug.ts"
import { globalOptions } from "../../../src/argv/tables/global.ts"
import { pull, rmi, tag } from "../../../src/argv/tables/image.ts"
import {
  attach,
  exec,
  kill,
  logs,
  pause,
  rename,
  restart,
  rm,
  start,
  stop,
  unpause,
  update,
  wait
} from "../../../src/argv/tables/lifecycle.ts"
import {
  containerInspect,
  history,
  imageInspect,
  images,
  inspect,
  layers,
  ps,
  version
} from "../../../src/argv/tables/listing.ts"
import { login, logout } from "../../../src/argv/tables/login.ts"
import {
  networkConnect,
  networkCreate,
  networkDisconnect,
  networkInspect,
  networkLs,
  networkRm
} from "../../../src/argv/tables/networks.ts"
import {
  imagetoolsCreate,
  imagetoolsInspect,
  manifestAnnotate,
  manifestCreate,
  manifestInspect,
  manifestPush,
  manifestRm
} from "../../../src/argv/tables/manifests.ts"
import { names } from "../../../src/argv/tables/names.ts"
import {
  builderDu,
  builderPrune,
  check,
  containerPrune,
  imagePrune,
  systemDf,
  systemPrune,
  volumePrune,
  networkPrune
} from "../../../src/argv/tables/prune.ts"
import { events } from "../../../src/argv/tables/events.ts"
import { pluginCheck, pluginLs } from "../../../src/argv/tables/plugins.ts"
import { push } from "../../../src/argv/tables/push.ts"
import { create, run } from "../../../src/argv/tables/run.ts"
import { load, save } from "../../../src/argv/tables/save.ts"
import {
  volumeCreate,
  volumeExport,
  volumeImport,
  volumeInspect,
  volumeLs,
  volumeRm
} from "../../../src/argv/tables/volumes.ts"
import { autopsy, diff, port, portAdd, portMove, portRm, stats, top } from "../../../src/argv/tables/watching.ts"
import { compose } from "../../../src/argv/tables/projects/names.ts"
import {
  buildxInspect,
  buildxLs,
  buildxVersion,
  dockerContextInspect,
  dockerContextLs,
  dockerContextShow,
  dockerContextUse,
  doctor,
  info
} from "../../../src/argv/tables/surroundings.ts"
import { reconcile, reset, unit } from "../../../src/argv/tables/system.ts"

const commands: Readonly<Record<keyof typeof names, Command>> = {
  autopsy,
  compose,
  run,
  events,
  exec,
  doctor,
  ps,
  build,
  buildHistory,
  buildLog,
  pull,
  push,
  commit,
  completion,
  untag,
  images,
  version,
  info,
  buildxVersion,
  buildxLs,
  buildxInspect,
  imagetoolsCreate,
  imagetoolsInspect,
  manifestAnnotate,
  manifestCreate,
  manifestInspect,
  manifestPush,
  manifestRm,
  create,
  exportContainer,
  history,
  importImage,
  layers,
  applyLayer,
  dockerContextInspect,
  dockerContextLs,
  dockerContextShow,
  dockerContextUse,
  contextLs,
  debugConfigSchema,
  debugDockerfile,
  debugOciConfig,
  reconcile,
  unit,
  reset,
  systemDf,
  systemPrune,
  imagePrune,
  containerPrune,
  networkPrune,
  volumePrune,
  builderDu,
  builderPrune,
  cacheVerify,
  registryCopy,
  registryServe,
  registryTags,
  lockUpdate,
  check,
  inspect,
  containerInspect,
  imageInspect,
  kill,
  load,
  login,
  logout,
  logs,
  rm,
  rmi,
  save,
  start,
  stop,
  tag,
  wait,
  attach,
  diff,
  networkConnect,
  networkCreate,
  networkDisconnect,
  networkInspect,
  networkLs,
  networkRm,
  pause,
  pluginCheck,
  pluginLs,
  port,
  portAdd,
  portMove,
  portRm,
  rename,
  restart,
  stats,
  top,
  unpause,
  update,
  copy,
  volumeCreate,
  volumeExport,
  volumeImport,
  volumeInspect,
  volumeLs,
  volumeRm
}

describe("the tables", () => {
  const tables: ReadonlyArray<readonly [string, OptionTable]> = [
    ["gantry itself", globalOptions],
    ...Object.entries(commands).map(([name, { options }]) => [name, options] as const)
  ]

  it.each(tables)("of %s use every spelling once", (_, table) => {
    const long = Object.entries(table).flatMap(([name, option]) => [longName(name)].concat(option.also ?? []))
    const short = Object.values(table).flatMap((option) => option.short ?? [])
    expect(new Set(long).size).toBe(long.length)
    expect(new Set(short).size).toBe(short.length)
    expect(short.filter((letter) => letter.length !== 1)).toEqual([])
    expect(long.filter((name) => !/^[a-z][a-z0-9-]+$/.test(name))).toEqual([])
  })

  it("use every path once", () => {
    const paths = Object.values(names).flatMap((name) => name.paths.map((path) => path.join(" ")))
    expect(new Set(paths).size).toBe(paths.length)
  })

  it("know every option of docker run 28", () => {
    const docker =
      "add-host annotation attach blkio-weight blkio-weight-device cap-add cap-drop cgroup-parent cgroupns cidfile cpu-count " +
      "cpu-percent cpu-period cpu-quota cpu-rt-period cpu-rt-runtime cpu-shares cpus cpuset-cpus cpuset-mems detach " +
      "detach-keys device device-cgroup-rule device-read-bps device-read-iops device-write-bps device-write-iops " +
      "disable-content-trust dns dns-option dns-search domainname entrypoint env env-file expose gpus group-add health-cmd " +
      "health-interval health-on-failure health-retries health-start-interval health-start-period health-timeout hostname init interactive " +
      "io-maxbandwidth io-maxiops ip ip6 ipc isolation kernel-memory label label-file link link-local-ip log-driver log-opt " +
      "mac-address memory memory-reservation memory-swap memory-swappiness mount name network network-alias no-healthcheck " +
      "oom-kill-disable oom-score-adj pid pids-limit platform privileged publish publish-all pull quiet read-only restart " +
      "rm runtime security-opt shm-size sig-proxy stop-signal stop-timeout storage-opt sysctl tmpfs tty ulimit " +
      "use-api-socket user userns uts volume volume-driver volumes-from workdir"
    const ours = new Set(Object.keys(run.options).map(longName))
    expect(docker.split(" ").filter((name) => !ours.has(name))).toEqual([])
  })

  it("give run and create the same options, except those about being attached", () => {
    const only = Object.keys(run.options).filter((name) => !(name in create.options))
    expect(only).toEqual(["detach", "wait", "timings", "maxStartup", "sigProxy", "detachKeys"])
  })

  it("let no command but those that start a program stop at its first operand", () => {
    const stopping = Object.entries(commands).flatMap(([name, command]) => (command.interspersed ? [] : [name]))
    expect(stopping.toSorted()).toEqual(["compose", "create", "exec", "run", "top"])
  })
})
