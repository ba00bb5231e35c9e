import { networkHash } from "@gantry/compose/config-hash"
import type { Project, ProjectNetwork, ProjectVolume } from "@gantry/compose/Project"
import { Network } from "@gantry/core/network/Network"
import { networkNamed } from "@gantry/engine/networks/network-named"
import { removeNetwork } from "@gantry/engine/verbs/remove-network"
import { Volumes } from "@gantry/engine/volumes/Volumes"
import * as Effect from "effect/Effect"
import { plain } from "../../commands/Usage.ts"
import type { ProjectContext } from "../define-project.ts"
import { composeVersion, label } from "../labels.ts"
import { allMembers } from "../life/members.ts"
import { stopMembers } from "../life/stop-services.ts"
import { flag, pairs, word } from "./option-words.ts"
import type { Progress } from "../progress.ts"
import { silently, typedCommand } from "../typed-command.ts"

/** In docker compose's words, which are others for each. */
const absent = (what: "network" | "volume", name: string) =>
  plain(
    what === "network"
      ? `network ${name} declared as external, but could not be found`
      : `external volume ${JSON.stringify(name)} not found`,
    `make it first: gantry ${what} create ${name}`
  )

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
    [label.hash]: networkHash(network),
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
  return progress.change(kind, name, ["Creating", "Created"], make)
}

/** Says that something of that name is there and is not of this project; it is used as it is. */
const tellStranger = (
  kind: "network" | "volume",
  { labels, name }: { readonly labels: { readonly [name: string]: string }; readonly name: string },
  project: Project,
  progress: Progress
): void => {
  const owner = labels[label.project]
  if (owner === project.name) return
  const whose = owner === undefined ? "was not made by compose" : `was made for project ${JSON.stringify(owner)}`
  progress.say(
    `a ${kind} with name ${name} exists, and ${whose}\n  try: set external: true to use it without this word`
  )
}

/** Takes a network away that was made otherwise than the files have it now, with its containers of the project stopped. */
const takeNetworkAway = (project: Project, name: string, progress: Progress, context: ProjectContext) =>
  Effect.gen(function* () {
    const inside = (yield* allMembers(project.name)).filter(({ record }) =>
      record.options.networks.some(({ network }) => network === name)
    )
    yield* stopMembers(project, inside, {}, progress, context)
    yield* progress.change(
      "Network",
      name,
      ["Removing", "Removed"],
      Effect.catchTag(removeNetwork(name), "NetworkMissing", () => Effect.void)
    )
  })

/**
 * Makes the networks of a project that are not there, of those with these keys, and anew those that were made otherwise
 * than the files have them.
 */
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
      // What is external may be called by the beginning of its ID; what is the project's own has its name.
      const found = network.external
        ? networkNamed(there, network.name)
        : there.find(({ name }) => name === network.name)
      let isThere = found !== undefined
      if (found !== undefined && !network.external) {
        tellStranger("network", found, project, progress)
        const before = found.labels[label.project] === project.name ? found.labels[label.hash] : undefined
        if (before !== undefined && before !== networkHash(network)) {
          yield* takeNetworkAway(project, network.name, progress, context)
          isThere = false
        }
      }
      yield* ensure(part, isThere, progress, context)
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
    const there = new Map((yield* (yield* Volumes).list).map((volume) => [volume.name, volume]))
    for (const [key, volume] of Object.entries(project.volumes)) {
      if (!keys.has(key)) continue
      const part: Part = { ...volume, kind: "Volume", words: volumeWords(project, key, volume) }
      const found = there.get(volume.name)
      if (found !== undefined && !volume.external) tellStranger("volume", found, project, progress)
      yield* ensure(part, found !== undefined, progress, context)
    }
  })
