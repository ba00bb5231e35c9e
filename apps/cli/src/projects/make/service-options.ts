import type { Project, Service } from "@gantry/compose/Project"
import { serviceIn } from "@gantry/compose/texts/service-in"
import type { NetworkWish } from "@gantry/engine/networks/NetworkWish"
import type { RunOptions } from "@gantry/engine/containers/RunOptions"
import * as Effect from "effect/Effect"
import type { Environment } from "../../argv/values/env.ts"
import { parse } from "../../argv/parse.ts"
import { sentence } from "../../argv/Problem.ts"
import { create as createTable } from "../../argv/tables/run.ts"
import { runOptions } from "../../commands/run-options.ts"
import { plain, type Usage } from "../../commands/Usage.ts"
import { serviceMounts, serviceSecrets } from "./service-mounts.ts"
import { serviceWords } from "./service-words.ts"
import type { Member } from "../life/members.ts"

/** What a container of a service is made with, besides what the service says. */
export interface ContainerWish {
  readonly name: string
  readonly image: string
  readonly labels: { readonly [name: string]: string }
  /** The container whose place it takes: its anonymous volumes are kept. */
  readonly before?: Member["record"]
  /** IDs of the containers that services of this project have, by service: for namespaces that are shared. */
  readonly ids: ReadonlyMap<string, string>
  /** Whether it answers to the names of its service. */
  readonly answers: boolean
  /** Nobody stays with it. */
  readonly detach: boolean
  /** Further options of `create`. */
  readonly words?: ReadonlyArray<string>
}

/** The image of a service: the one it names, or the one that is built for it. */
export const imageOf = (project: Pick<Project, "name">, service: Pick<Service, "image" | "name">): string =>
  service.image ?? `${project.name}-${service.name}`

/** The name of a service's container. */
export const containerName = (project: Pick<Project, "name">, service: Service, number: number): string =>
  service.containerName ?? `${project.name}-${service.name}-${number}`

const wrong = (service: Service, message: string, hint = "change it in the Compose file") =>
  plain(`service ${service.name}: ${message}`, hint)

/** `service:NAME` as the container that is meant; other words as they are. */
const settled = (service: Service, text: string | undefined, ids: ContainerWish["ids"]) => {
  const name = serviceIn(text)
  if (name === undefined) return Effect.succeed(text)
  const id = ids.get(name)
  return id === undefined
    ? wrong(
        service,
        `cannot share with service ${name}, which has no container`,
        `gantry compose up -d ${name} makes one`
      )
    : Effect.succeed(`container:${id}`)
}

/** Names under which other services of the project know this one. */
const linkedAs = (project: Project, service: Service): ReadonlyArray<string> =>
  Object.values(project.services).flatMap(({ links }) =>
    links.flatMap((link) => (link.service === service.name ? [link.alias] : []))
  )

/** The networks of a container, by the names that they really have. */
const networkWishes = (project: Project, service: Service, answers: boolean): ReadonlyArray<NetworkWish> =>
  Object.entries(service.networks).map(([key, network], at, { length }) => ({
    network: project.networks[key]?.name ?? key,
    aliases: answers ? [...new Set([service.name, ...network.aliases, ...linkedAs(project, service)])] : [],
    ...(network.ipv4Address === undefined ? {} : { address: network.ipv4Address }),
    ...(network.ipv6Address === undefined ? {} : { address6: network.ipv6Address }),
    ...((network.macAddress ?? service.macAddress) === undefined
      ? {}
      : { mac: network.macAddress ?? service.macAddress ?? "" }),
    // The way out leads through the first.
    priority: length - at
  }))

/** A service's health check, which a command line can only give to a shell. */
const healthOf = ({ healthcheck }: Service, read: RunOptions["health"]): Pick<RunOptions, "health"> => {
  const test = healthcheck?.test
  if (healthcheck?.disable === true || test === undefined) return read === undefined ? {} : { health: read }
  if (test[0] === "NONE") return { health: { none: true } }
  return { health: { ...(read?.none === false ? read : {}), none: false, test } }
}

/** What the engine is asked for when a container of a service is made. */
export const serviceOptions = (
  project: Project,
  service: Service,
  { answers, before, detach, ids, image, labels, name, words: further = [] }: ContainerWish,
  env: Environment
): Effect.Effect<RunOptions, Usage> =>
  Effect.gen(function* () {
    const mode = yield* settled(service, service.networkMode, ids)
    const pid = yield* settled(service, service.pid, ids)
    const ipc = yield* settled(service, service.ipc, ids)
    const words = [
      ...serviceWords(service),
      ...(mode === undefined ? [] : [`--network=${mode}`]),
      ...(mode === undefined || service.macAddress === undefined ? [] : [`--mac-address=${service.macAddress}`]),
      ...(pid === undefined ? [] : [`--pid=${pid}`]),
      ...(ipc === undefined ? [] : [`--ipc=${ipc}`]),
      ...service.volumesFrom.map((each) => {
        const from = each.from === "service" ? (ids.get(each.name) ?? each.name) : each.name
        return `--volumes-from=${from}${each.readOnly ? ":ro" : ""}`
      }),
      ...further,
      `--name=${name}`,
      image
    ]
    const parsed = parse(createTable, ["create"], words)
    if (!parsed.ok) return yield* wrong(service, sentence(parsed.problem))
    const [refused] = parsed.value.unsupported
    if (refused !== undefined) return yield* wrong(service, `what ${refused} asks for is not supported`, "leave it out")
    const read = yield* runOptions(parsed.value.options, parsed.value.operands, detach, {
      env,
      cwd: project.directory
    }).pipe(Effect.mapError((usage) => wrong(service, usage.message, usage.hint)))
    const [first, ...others] = mode === undefined ? networkWishes(project, service, answers) : []
    return {
      ...read,
      ...healthOf(service, read.health),
      ...(service.entrypoint === undefined ? {} : { entrypoint: service.entrypoint }),
      command: service.command ?? [],
      networks: first === undefined ? read.networks : [first, ...others],
      mounts: [...read.mounts, ...serviceMounts(service, project, before)],
      secrets: [...read.secrets, ...serviceSecrets(service, project)],
      labels: { ...labels, ...read.labels },
      pull: "never"
    }
  })
