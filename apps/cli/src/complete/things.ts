import { isLive } from "@gantry/core/runtime/ContainerState"
import * as ImageRef from "@gantry/core/image/ImageRef"
import { Network } from "@gantry/core/network/Network"
import { Runtime } from "@gantry/core/runtime/Runtime"
import { Containers } from "@gantry/engine/containers/Containers"
import { Images } from "@gantry/engine/images/Images"
import { Volumes } from "@gantry/engine/volumes/Volumes"
import * as Effect from "effect/Effect"
import type { EngineServices } from "../compose.ts"
import type { Failure } from "../show/explain.ts"
import { shortId } from "../show/text.ts"
import type { Candidate, Things } from "./Offer.ts"

type Listing = Effect.Effect<ReadonlyArray<Candidate>, Failure, EngineServices>

const containersThat = (states: "all" | "live" | "paused" | "still"): Listing =>
  Effect.gen(function* () {
    const runtime = yield* Runtime
    const found: Array<Candidate> = []
    for (const { id, imageName, name } of yield* (yield* Containers).list) {
      const state = states === "all" ? undefined : yield* runtime.state(id)
      const paused = state?.status === "running" && state.paused
      const fits = state === undefined || (states === "paused" ? paused : isLive(state) === (states === "live"))
      if (fits) found.push({ value: name, about: imageName })
    }
    return found
  })

const images: Listing = Effect.gen(function* () {
  const found: Array<Candidate> = []
  for (const { id, names } of yield* (yield* Images).list) {
    for (const name of names) {
      found.push({ value: ImageRef.familiarOf(name), about: shortId(id) })
    }
  }
  return found
})

const manifestLists: Listing = Effect.gen(function* () {
  const { openLists } = yield* Effect.promise(() => import("@gantry/engine/manifests/ManifestLists"))
  const names = yield* (yield* openLists).names
  return names.map((name) => ({ value: ImageRef.familiarOf(name), about: "" }))
})

const networks: Listing = Effect.map(
  Effect.flatMap(Network, ({ list }) => list),
  (all) => all.map(({ driver, name }) => ({ value: name, about: driver }))
)

const volumes: Listing = Effect.map(
  Effect.flatMap(Volumes, ({ list }) => list),
  (all) => all.flatMap(({ anonymous, name }) => (anonymous ? [] : [{ value: name, about: "" }]))
)

/** The names of what there is of a kind. Files are the shell's affair. */
export const namesOf = (things: Things): Listing => {
  switch (things) {
    case "containers":
      return containersThat("all")
    case "running containers":
      return containersThat("live")
    case "stopped containers":
      return containersThat("still")
    case "paused containers":
      return containersThat("paused")
    case "images":
      return images
    case "manifest lists":
      return manifestLists
    case "networks":
      return networks
    case "volumes":
      return volumes
    case "directories":
    case "files":
      return Effect.succeed([])
  }
}
