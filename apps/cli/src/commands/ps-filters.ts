import { Network } from "@gantry/core/network/Network"
import { portsOf } from "@gantry/engine/containers/ContainerRecord"
import type { ImageRecord } from "@gantry/engine/images/ImageRecord"
import { networkNamed } from "@gantry/engine/networks/network-named"
import { Images } from "@gantry/engine/images/Images"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Filters } from "../argv/values/filters.ts"
import { hasLabel } from "../argv/values/label.ts"
import { patternOf } from "../argv/values/pattern.ts"
import type { ListedContainer } from "../show/container-facts.ts"
import { shownState } from "../show/shown-state.ts"
import { Usage } from "./Usage.ts"

/** What `ps --filter` knows. */
export const filterKeys = [
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

type FilterKey = (typeof filterKeys)[number]

/** Whether a container is one of those that are looked for; the filters were checked. */
export const matches = (
  { record, state }: Pick<ListedContainer, "record" | "state">,
  filters: Filters<FilterKey>,
  all: ReadonlyArray<ListedContainer>
) =>
  Effect.gen(function* () {
    for (const [key, values] of filters) {
      const found = yield* Effect.filter(values, (value) => matchesOne(key, value, { record, state }, all))
      // A container has many labels, and must have all that are asked for.
      if (key === "label" ? found.length < values.length : found.length === 0) return false
    }
    return true
  })

const matchesOne = (
  key: FilterKey,
  value: string,
  { record, state }: Pick<ListedContainer, "record" | "state">,
  all: ReadonlyArray<ListedContainer>
) =>
  Effect.gen(function* () {
    switch (key) {
      case "id":
        return record.id.startsWith(value)
      case "name":
        return nameMatches(value, record.name)
      case "label":
        return hasLabel(record.labels, value)
      case "status":
        return shownState(record, state).kind === value
      case "exited": {
        const shown = shownState(record, state)
        return shown.kind === "exited" && shown.exitCode === Number(value)
      }
      case "ancestor": {
        const images = yield* Images
        const wanted = yield* Effect.option(images.find(value))
        return Option.isSome(wanted) && (yield* isBuiltOn(record.image, wanted.value))
      }
      case "before":
      case "since": {
        const other = named(value, all)
        if (other === undefined) return false
        return key === "before" ? record.createdAt < other.record.createdAt : record.createdAt > other.record.createdAt
      }
      case "volume":
        return record.mounts.some((mount) => mount.name === value || mount.target === value || mount.source === value)
      case "network": {
        const network = networkNamed(yield* (yield* Network).list, value)
        return record.options.networks.some((wish) => wish.network === (network?.name ?? value))
      }
      case "health":
        return (state.status === "running" ? (state.health ?? "none") : "none") === value
      // There are no services, so nothing is a task of one.
      case "is-task":
        return ["0", "f", "false"].includes(value.toLowerCase())
      case "publish":
      case "expose": {
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

/** Whether an image is another one, or was built on it: the layers of the one begin with all of the other's. */
const isBuiltOn = (text: string, base: ImageRecord) =>
  Effect.gen(function* () {
    const images = yield* Images
    if (text === base.id) return true
    const found = yield* Effect.option(images.find(text))
    if (Option.isNone(found) || base.stack.length === 0) return false
    const { stack } = found.value
    if (!base.stack.every((layer, at) => layer === stack[at])) return false
    if (stack.length > base.stack.length) return true
    // Both have the same layers: the one with more of a history is made of the other.
    const [later, earlier] = [yield* images.config(found.value), yield* images.config(base)]
    return later.history.length > earlier.history.length
  })

/** A name filter is a regular expression found anywhere in the name, as Docker has it. */
const nameMatches = (pattern: string, name: string): boolean =>
  new RegExp(pattern).test(name) || new RegExp(pattern).test(`/${name}`)

const named = (text: string, all: ReadonlyArray<ListedContainer>): ListedContainer | undefined =>
  all.find(({ record }) => record.name === text.replace(/^\//, "")) ??
  (text === "" ? undefined : all.find(({ record }) => record.id.startsWith(text)))

const statuses = ["created", "running", "paused", "restarting", "removing", "exited", "dead"]
const healths = ["starting", "healthy", "unhealthy", "none"]

/** Fails when a filter asks for what no container can be, whatever containers there are. */
export const checkFilters = (
  filters: Filters<FilterKey>,
  all: ReadonlyArray<ListedContainer>
): Effect.Effect<void, Usage> =>
  Effect.forEach(
    [...filters].flatMap(([key, values]) => values.map((value) => problemOf(key, value, all))),
    (problem) => problem ?? Effect.void,
    { discard: true }
  )

const problemOf = (key: FilterKey, value: string, all: ReadonlyArray<ListedContainer>): Usage | undefined => {
  const bad = (hint: string): Usage => refusal(`invalid filter '${key}=${value}'`, hint)
  switch (key) {
    case "name": {
      const pattern = patternOf(value)
      return pattern.ok
        ? undefined
        : refusal(`invalid filter 'name=${value}': not a regular expression`, "see gantry ps --help")
    }
    case "status":
      return statuses.includes(value) ? undefined : bad(`one of ${statuses.join(", ")}`)
    case "exited":
      return /^[-+]?\d+$/.test(value) ? undefined : bad("an exit status is a number")
    case "health":
      return healths.includes(value)
        ? undefined
        : refusal(`unrecognised filter value for health: ${value}`, `one of ${healths.join(", ")}`)
    case "before":
    case "since":
      return named(value, all) === undefined
        ? refusal(`No such container: ${value}`, "gantry ps -a lists all containers")
        : undefined
    case "publish":
    case "expose":
      return /^\d{1,5}(-\d{1,5})?(\/(tcp|udp|sctp))?$/.test(value)
        ? undefined
        : bad("write 80, 80/udp or 8000-8010/tcp")
    default:
      return undefined
  }
}

const refusal = (message: string, hint: string): Usage => new Usage({ message, hint, status: 1, speaker: "daemon" })
