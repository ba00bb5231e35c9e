import { isLive } from "@gantry/core/runtime/ContainerState"
import { Runtime } from "@gantry/core/runtime/Runtime"
import { LayerStore } from "@gantry/core/store/LayerStore"
import { Containers } from "@gantry/engine/containers/Containers"
import { known, settle } from "@gantry/engine/containers/settle"
import { Images } from "@gantry/engine/images/Images"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { ps as table } from "../argv/tables/listing.ts"
import { parseFilters } from "../argv/values/filters.ts"
import type { ListedContainer } from "../show/container-facts.ts"
import { containerListing, countOf } from "../show/container-listing.ts"
import { define } from "./define.ts"
import { printListing } from "./listing.ts"
import { checkFilters, filterKeys, matches } from "./ps-filters.ts"
import { Usage } from "./Usage.ts"

/** `gantry ps`. */
export default define(table, ({ options }, { terminal }) =>
  Effect.gen(function* () {
    const containers = yield* Containers
    const runtime = yield* Runtime
    const filters = parseFilters(options.filter, filterKeys)
    if (!filters.ok)
      return yield* new Usage({ message: filters.problem, hint: "see gantry ps --help", status: 1, speaker: "daemon" })
    const called = new Map((yield* (yield* Images).list).map(({ id, names }) => [id, names]))
    const all: Array<ListedContainer> = []
    for (const listed of yield* containers.list) {
      const before = yield* runtime.state(listed.id)
      // What a kill left behind is put right by whoever notices. One of --rm need not be gone after that.
      const holds = listed.attachments.length > 0 && !isLive(before)
      if (holds) yield* Effect.ignore(settle(listed))
      const record = holds ? Option.getOrUndefined(yield* known(listed.id)) : listed
      if (record === undefined) continue
      const state = holds ? yield* runtime.state(record.id) : before
      all.push({ record, state, imageNames: record.image === "" ? [] : (called.get(record.image) ?? []) })
    }
    const count = countOf(options)
    const everything = options.all || count !== undefined || filters.value.has("status") || filters.value.has("exited")
    yield* checkFilters(filters.value, all)
    const wanted: Array<ListedContainer> = []
    for (const each of all) {
      if (!everything && !isLive(each.state)) continue
      if (filters.value.size === 0 || (yield* matches(each, filters.value, all))) wanted.push(each)
    }
    const templated = (options.format ?? "") !== ""
    if (options.quiet && templated) {
      terminal.err("WARNING: Ignoring custom format, because both --format and --quiet are set.\n")
    }
    const shown = count === undefined ? wanted : wanted.slice(0, count)
    const sizes = options.size ? yield* Effect.forEach(shown, sizeOf) : []
    return yield* printListing(
      options.quiet ? undefined : options.format,
      containerListing(shown, options, terminal.now(), sizes),
      terminal
    )
  })
)

/** Bytes of a container's own, and with those of its image. */
const sizeOf = ({ record }: ListedContainer) =>
  Effect.gen(function* () {
    const written = (yield* (yield* LayerStore).usage({ id: record.id })).bytes
    const image = yield* Effect.orElseSucceed((yield* Images).find(record.image), () => ({ size: 0 }))
    return { written, virtual: written + image.size }
  })
