import { type ContainerState, isLive } from "@gantry/core/runtime/ContainerState"
import { Runtime } from "@gantry/core/runtime/Runtime"
import { LayerStore } from "@gantry/core/store/LayerStore"
import { type ContainerRecord, portsOf } from "@gantry/engine/containers/ContainerRecord"
import { Containers } from "@gantry/engine/containers/Containers"
import { settle } from "@gantry/engine/containers/settle"
import { Images } from "@gantry/engine/images/Images"
import * as Effect from "effect/Effect"
import { ps as table } from "../argv/tables/listing.ts"
import { type Filters, parseFilters } from "../argv/values/filters.ts"
import { hasLabel } from "../argv/values/label.ts"
import {
  type ContainerFacts,
  containerColumns,
  containerHeaders,
  containerRow,
  type ShownState
} from "../show/container-row.ts"
import { define } from "./define.ts"
import { printListing } from "./listing.ts"
import { badValue, Usage } from "./Usage.ts"

const filterKeys = [
  "id",
  "name",
  "label",
  "status",
  "exited",
  "ancestor",
  "before",
  "since",
  "volume",
  "network",
  "publish",
  "expose",
  "health",
  "is-task"
] as const

/** A container with how it fares. */
interface Listed {
  readonly record: ContainerRecord
  readonly state: ContainerState
}

/** `gantry ps`. */
export default define(table, ({ options }, { terminal }) =>
  Effect.gen(function* () {
    const containers = yield* Containers
    const runtime = yield* Runtime
    const filters = parseFilters(options.filter, filterKeys)
    if (!filters.ok)
      return yield* new Usage({ message: filters.problem, hint: "see gantry ps --help", status: 1, speaker: "daemon" })
    const all: Array<Listed> = []
    for (const record of yield* containers.list) {
      const state = yield* runtime.state(record.id)
      // What a kill left behind is put right by whoever notices.
      if (record.attachments.length > 0 && !isLive(state)) {
        yield* Effect.ignore(settle(record))
        if (record.options.autoRemove) continue
      }
      all.push({ record, state })
    }
    const count = options.latest ? 1 : options.last !== undefined && options.last > 0 ? options.last : undefined
    const everything = options.all || count !== undefined || filters.value.has("status") || filters.value.has("exited")
    const wanted: Array<Listed> = []
    for (const each of all) {
      if (!everything && !isLive(each.state)) continue
      if (yield* matches(each, filters.value, all)) wanted.push(each)
    }
    const now = terminal.now()
    const templated = (options.format ?? "") !== ""
    if (options.quiet && templated) {
      terminal.err("WARNING: Ignoring custom format, because both --format and --quiet are set.\n")
    }
    const rows = yield* Effect.forEach(count === undefined ? wanted : wanted.slice(0, count), (each) =>
      Effect.map(factsOf(each, options.size), (facts) => containerRow(facts, { now, truncate: !options.noTrunc }))
    )
    return yield* printListing(
      options.quiet ? undefined : options.format,
      {
        noTrunc: options.noTrunc,
        rows,
        headers: containerHeaders,
        columns: options.size ? [...containerColumns, "Size"] : containerColumns,
        ...(options.quiet ? { only: "ID" } : {})
      },
      terminal
    )
  })
)

/** How a state is called in listings. */
export const shownState = (state: ContainerState): ShownState => {
  switch (state.status) {
    case "created":
      return { kind: "created" }
    case "running":
      return {
        kind: state.paused ? "paused" : "running",
        startedAt: state.startedAt,
        ...(state.health === undefined ? {} : { health: state.health })
      }
    case "restarting":
      return { kind: "restarting", exitCode: state.exit.code, finishedAt: state.finishedAt }
    case "exited":
      return { kind: "exited", exitCode: state.exit.code, finishedAt: state.finishedAt }
    case "lost":
      // Killed together with its supervisor: 128 and the signal nobody can block.
      return { kind: "exited", exitCode: 137, finishedAt: state.startedAt }
  }
}

const factsOf = ({ record, state }: Listed, withSize: boolean) =>
  Effect.gen(function* () {
    const written = withSize ? (yield* (yield* LayerStore).usage({ id: record.id })).bytes : 0
    const image = withSize
      ? yield* Effect.orElseSucceed((yield* Images).find(record.image), () => ({ size: 0 }))
      : { size: 0 }
    const published = portsOf(record)
    const exposed = record.options.exposed.flatMap((text) => {
      const [port, protocol = "tcp"] = text.split("/")
      const taken = published.some((each) => String(each.containerPort) === port && each.protocol === protocol)
      return taken || state.status !== "running"
        ? []
        : [{ containerPort: Number(port), protocol: protocolOf(protocol) }]
    })
    return {
      id: record.id,
      name: record.name,
      image: record.imageName,
      command: [...record.options.entrypoint, ...record.options.command],
      createdAt: record.createdAt,
      state: shownState(state),
      ports: [...published, ...exposed],
      labels: record.labels,
      mounts: record.mounts.flatMap(({ name, source, type }) =>
        type === "tmpfs" ? [] : [type === "volume" ? name : source]
      ),
      networks: record.options.networks.map(({ network }) => network),
      ...(withSize ? { size: { written, virtual: written + image.size } } : {})
    } satisfies ContainerFacts
  })

const protocolOf = (text: string): "tcp" | "udp" | "sctp" => (text === "udp" || text === "sctp" ? text : "tcp")

const matches = (
  { record, state }: Listed,
  filters: Filters<(typeof filterKeys)[number]>,
  all: ReadonlyArray<Listed>
) =>
  Effect.gen(function* () {
    for (const [key, values] of filters) {
      let any = false
      for (const value of values) any ||= yield* matchesOne(key, value, { record, state }, all)
      if (!any) return false
    }
    return true
  })

const matchesOne = (
  key: (typeof filterKeys)[number],
  value: string,
  { record, state }: Listed,
  all: ReadonlyArray<Listed>
) =>
  Effect.gen(function* () {
    switch (key) {
      case "id":
        return record.id.startsWith(value)
      case "name":
        return yield* nameMatches(value, record.name)
      case "label":
        return hasLabel(record.labels, value)
      case "status": {
        const known = ["created", "running", "paused", "restarting", "removing", "exited", "dead"]
        if (!known.includes(value)) {
          return yield* badFilter(`status=${value}`, `one of ${known.join(", ")}`)
        }
        return shownState(state).kind === value
      }
      case "exited": {
        if (!/^[-+]?\d+$/.test(value)) return yield* badFilter(`exited=${value}`, "an exit status is a number")
        const shown = shownState(state)
        return shown.kind === "exited" && String(shown.exitCode) === value
      }
      case "ancestor": {
        const images = yield* Images
        const wanted = yield* Effect.option(images.find(value))
        return wanted._tag === "Some" && wanted.value.id === record.image
      }
      case "before":
      case "since": {
        const other = all.find((each) => each.record.name === value || each.record.id.startsWith(value))
        if (other === undefined) {
          const message = `No such container: ${value}`
          return yield* new Usage({ message, hint: "gantry ps -a lists all containers", status: 1, speaker: "daemon" })
        }
        return key === "before" ? record.createdAt < other.record.createdAt : record.createdAt > other.record.createdAt
      }
      case "volume":
        return record.mounts.some((mount) => mount.name === value || mount.target === value || mount.source === value)
      case "network":
        return record.options.networks.some(({ network }) => network === value)
      case "health": {
        const known = ["starting", "healthy", "unhealthy", "none"]
        if (!known.includes(value)) {
          const message = `unrecognised filter value for health: ${value}`
          return yield* new Usage({ message, hint: `one of ${known.join(", ")}`, status: 1, speaker: "daemon" })
        }
        return (state.status === "running" ? (state.health ?? "none") : "none") === value
      }
      // There are no services, so nothing is a task of one.
      case "is-task":
        return ["0", "f", "false"].includes(value.toLowerCase())
      case "publish":
      case "expose": {
        if (!/^\d{1,5}(-\d{1,5})?(\/(tcp|udp|sctp))?$/.test(value)) {
          return yield* badFilter(`${key}=${value}`, "write 80, 80/udp or 8000-8010/tcp")
        }
        const [range = "", protocol = "tcp"] = value.split("/")
        const [first = 0, last = first] = range.split("-").map(Number)
        const ports =
          key === "publish"
            ? portsOf(record).map((port) => ({ number: port.hostPort, protocol: port.protocol }))
            : record.options.exposed.map((text) => ({
                number: Number(text.split("/")[0]),
                protocol: text.split("/")[1] ?? "tcp"
              }))
        return ports.some((port) => port.number >= first && port.number <= last && port.protocol === protocol)
      }
    }
  })

const badFilter = (filter: string, hint: string): Usage =>
  new Usage({ message: `invalid filter '${filter}'`, hint, status: 1, speaker: "daemon" })

/** A name filter is a regular expression found anywhere in the name, as Docker has it. */
const nameMatches = (pattern: string, name: string): Effect.Effect<boolean, Usage> =>
  Effect.try({
    try: () => new RegExp(pattern).test(name) || new RegExp(pattern).test(`/${name}`),
    catch: () => badValue(`invalid filter 'name=${pattern}': not a regular expression`)
  })
