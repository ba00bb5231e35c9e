import type { Project, ProjectNetwork, ProjectVolume } from "@gantry/compose/Project"
import { Network } from "@gantry/core/network/Network"
import { networkNamed } from "@gantry/engine/networks/network-named"
import { Volumes } from "@gantry/engine/volumes/Volumes"
import * as Effect from "effect/Effect"
import { Usage } from "../../commands/Usage.ts"
import type { ProjectContext } from "../define-project.ts"
import { composeVersion, label } from "../labels.ts"
import type { Progress } from "../progress.ts"
import { silently, typedCommand } from "../typed-command.ts"

const absent = (what: "network" | "volume", name: string) =>
  new Usage({
    message: `${what} ${name} declared as external, but could not be found`,
    hint: `make it first: gantry ${what} create ${name}`,
    status: 1,
    speaker: "plain"
  })

const pairs = (option: string, values: { readonly [name: string]: string }): ReadonlyArray<string> =>
  Object.entries(values).map(([name, value]) => `--${option}=${name}=${value}`)

const networkWords = (project: Project, key: string, network: ProjectNetwork): ReadonlyArray<string> => [
  ...(network.driver === undefined ? [] : [`--driver=${network.driver}`]),
  ...(network.internal ? ["--internal"] : []),
  ...(network.attachable ? ["--attachable"] : []),
  ...(network.enableIpv6 === true ? ["--ipv6"] : []),
  ...network.ipam.flatMap(({ gateway, ipRange, subnet }) => [
    ...(subnet === undefined ? [] : [`--subnet=${subnet}`]),
    ...(gateway === undefined ? [] : [`--gateway=${gateway}`]),
    ...(ipRange === undefined ? [] : [`--ip-range=${ipRange}`])
  ]),
  ...pairs("opt", network.driverOpts),
  ...pairs("label", {
    ...network.labels,
    [label.project]: project.name,
    [label.network]: key,
    [label.version]: composeVersion
  }),
  network.name
]

/** Makes the networks of a project that are not there. */
export const ensureNetworks = (
  project: Project,
  keys: ReadonlySet<string>,
  progress: Progress,
  context: ProjectContext
) =>
  Effect.gen(function* () {
    const there = yield* (yield* Network).list
    for (const [key, network] of Object.entries(project.networks)) {
      if (!keys.has(key)) continue
      if (networkNamed(there, network.name) !== undefined) continue
      if (network.external) return yield* absent("network", network.name)
      const make = typedCommand("networkCreate", networkWords(project, key, network), silently(context))
      yield* progress.step("Network", network.name, ["Creating", "Created"], progress.isDry ? Effect.void : make)
    }
  })

const volumeWords = (project: Project, key: string, volume: ProjectVolume): ReadonlyArray<string> => [
  ...(volume.driver === undefined ? [] : [`--driver=${volume.driver}`]),
  ...pairs("opt", volume.driverOpts),
  ...pairs("label", {
    ...volume.labels,
    [label.project]: project.name,
    [label.volume]: key,
    [label.version]: composeVersion
  }),
  volume.name
]

/** Makes the volumes of a project that are not there. */
export const ensureVolumes = (
  project: Project,
  keys: ReadonlySet<string>,
  progress: Progress,
  context: ProjectContext
) =>
  Effect.gen(function* () {
    const there = new Set((yield* (yield* Volumes).list).map(({ name }) => name))
    for (const [key, volume] of Object.entries(project.volumes)) {
      if (!keys.has(key) || there.has(volume.name)) continue
      if (volume.external) return yield* absent("volume", volume.name)
      const make = typedCommand("volumeCreate", volumeWords(project, key, volume), silently(context))
      yield* progress.step("Volume", volume.name, ["Creating", "Created"], progress.isDry ? Effect.void : make)
    }
  })
