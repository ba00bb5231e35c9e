import { isLive } from "@gantry/core/runtime/ContainerState"
import { Runtime } from "@gantry/core/runtime/Runtime"
import { LayerStore } from "@gantry/core/store/LayerStore"
import { portsOf } from "@gantry/engine/containers/ContainerRecord"
import { Containers } from "@gantry/engine/containers/Containers"
import { settle } from "@gantry/engine/containers/settle"
import { Images } from "@gantry/engine/images/Images"
import * as Effect from "effect/Effect"
import { ps as table } from "../argv/tables/listing.ts"
import { parseFilters } from "../argv/values/filters.ts"
import { type ContainerFacts, containerColumns, containerHeaders, containerRow } from "../show/container-row.ts"
import { define } from "./define.ts"
import { printListing } from "./listing.ts"
import { checkFilters, filterKeys, type Listed, matches, shownState } from "./ps-filters.ts"
import { Usage } from "./Usage.ts"

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
    yield* checkFilters(filters.value, all)
    const wanted: Array<Listed> = []
    for (const each of all) {
      if (!everything && !isLive(each.state)) continue
      if (filters.value.size === 0 || (yield* matches(each, filters.value, all))) wanted.push(each)
    }
    const now = terminal.now()
    const templated = (options.format ?? "") !== ""
    if (options.quiet && templated) {
      terminal.err("WARNING: Ignoring custom format, because both --format and --quiet are set.\n")
    }
    const shown = count === undefined ? wanted : wanted.slice(0, count)
    const sizes = options.size ? yield* Effect.forEach(shown, sizeOf) : []
    const rows = shown.map((each, at) => containerRow(factsOf(each, sizes[at]), { now, truncate: !options.noTrunc }))
    return yield* printListing(
      options.quiet ? undefined : options.format,
      {
        noTrunc: options.noTrunc,
        goType: "*formatter.ContainerContext",
        rows,
        headers: containerHeaders,
        columns: options.size ? [...containerColumns, "Size"] : containerColumns,
        ...(options.quiet ? { only: "ID" } : {})
      },
      terminal
    )
  })
)

/** Bytes of a container's own, and with those of its image. */
const sizeOf = ({ record }: Listed) =>
  Effect.gen(function* () {
    const written = (yield* (yield* LayerStore).usage({ id: record.id })).bytes
    const image = yield* Effect.orElseSucceed((yield* Images).find(record.image), () => ({ size: 0 }))
    return { written, virtual: written + image.size }
  })

const factsOf = (
  { record, state }: Listed,
  size: Effect.Effect.Success<ReturnType<typeof sizeOf>> | undefined
): ContainerFacts => {
  // Of one that was lost the record still has them.
  const published = isLive(state) ? portsOf(record) : []
  const exposed = record.options.exposed.flatMap((text) => {
    const [port, protocol = "tcp"] = text.split("/")
    const taken = published.some((each) => String(each.containerPort) === port && each.protocol === protocol)
    return taken || state.status !== "running" ? [] : [{ containerPort: Number(port), protocol: protocolOf(protocol) }]
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
    ...(size === undefined ? {} : { size })
  }
}

const protocolOf = (text: string): "tcp" | "udp" | "sctp" => (text === "udp" || text === "sctp" ? text : "tcp")
