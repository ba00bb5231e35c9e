import type { Project, ProjectNetwork, ProjectVolume } from "@gantry/compose/Project"
import { Network } from "@gantry/core/network/Network"
import { networkNamed } from "@gantry/engine/networks/network-named"
import { Volumes } from "@gantry/engine/volumes/Volumes"
import * as Effect from "effect/Effect"
import { plain } from "../../commands/Usage.ts"
import type { ProjectContext } from "../define-project.ts"
import { composeVersion, label } from "../labels.ts"
import { flag, pairs, word } from "./option-words.ts"
import type { Progress } from "../progress.ts"
import { silently, typedCommand } from "../typed-command.ts"

const absent = (what: "network" | "volume", name: string) =>
  plain(`${what} ${name} declared as external, but could not be found`, `make it first: gantry ${what} create ${name}`)

const networkWords = (project: Project, key: string, network: ProjectNetwork): ReadonlyArray<string> => [
  ...word("driver", network.driver),
  ...flag("internal", network.internal),
  ...flag("attachable", network.attachable),
  ...flag("ipv6", network.enableIpv6),
  ...network.ipam.flatMap(({ gateway, ipRange, subnet }) => [
    ...word("subnet", subnet),
    ...word("gateway", gateway),
    ...word("ip-range", ipRange)
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

const volumeWords = (project: Project, key: string, volume: ProjectVolume): ReadonlyArray<string> => [
  ...word("driver", volume.driver),
  ...pairs("opt", volume.driverOpts),
  ...pairs("label", {
    ...volume.labels,
    [label.project]: project.name,
    [label.volume]: key,
    [label.version]: composeVersion
  }),
  volume.name
]

/** What is made for a project unless it is there. */
interface Part {
  readonly kind: "Network" | "Volume"
  readonly name: string
  readonly external: boolean
  /** The options of the command that makes it. */
  readonly words: ReadonlyArray<string>
}

const ensure = (
  { external, kind, name, words }: Part,
  isThere: boolean,
  progress: Progress,
  context: ProjectContext
) => {
  if (isThere) return Effect.void
  if (external) return absent(kind === "Network" ? "network" : "volume", name)
  const make = typedCommand(kind === "Network" ? "networkCreate" : "volumeCreate", words, silently(context))
  return progress.step(kind, name, ["Creating", "Created"], progress.isDry ? Effect.void : make)
}

/** Makes the networks of a project that are not there, of those with these keys. */
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
      const part: Part = { ...network, kind: "Network", words: networkWords(project, key, network) }
      yield* ensure(part, networkNamed(there, network.name) !== undefined, progress, context)
    }
  })

/** Makes the volumes of a project that are not there, of those with these keys. */
export const ensureVolumes = (
  project: Project,
  keys: ReadonlySet<string>,
  progress: Progress,
  context: ProjectContext
) =>
  Effect.gen(function* () {
    const there = new Set((yield* (yield* Volumes).list).map(({ name }) => name))
    for (const [key, volume] of Object.entries(project.volumes)) {
      if (!keys.has(key)) continue
      const part: Part = { ...volume, kind: "Volume", words: volumeWords(project, key, volume) }
      yield* ensure(part, there.has(volume.name), progress, context)
    }
  })
