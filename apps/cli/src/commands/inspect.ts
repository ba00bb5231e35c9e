import type { Platform } from "@gantry/core/image/Platform"
import { Runtime } from "@gantry/core/runtime/Runtime"
import { Settings } from "@gantry/core/Settings"
import { LayerStore } from "@gantry/core/store/LayerStore"
import { Containers } from "@gantry/engine/containers/Containers"
import { directoryOf } from "@gantry/engine/containers/directory-of"
import { imageForPlatform } from "@gantry/engine/images/image-for-platform"
import { Images } from "@gantry/engine/images/Images"
import * as Effect from "effect/Effect"
import { containerInspect, imageInspect, inspect as table } from "../argv/tables/listing.ts"
import { inspectContainer } from "../show/inspect-container.ts"
import { inspectImage } from "../show/inspect-image.ts"
import type { EngineServices } from "../compose.ts"
import type { Failure } from "../show/explain.ts"
import { define } from "./define.ts"
import { type Finder, showAll } from "./inspect-all.ts"
import { platformOf } from "./platform-of.ts"
import { Usage } from "./Usage.ts"

const findContainer =
  (withSize: boolean): Finder =>
  (name) =>
    Effect.gen(function* () {
      const record = yield* (yield* Containers).find(name)
      const runtime = yield* Runtime
      const state = yield* runtime.state(record.id)
      const health = yield* runtime.health(record.id)
      const log = `${directoryOf((yield* Settings).root, record.id)}/log.json`
      if (!withSize) return inspectContainer(record, state, { health, log })
      const { bytes } = yield* (yield* LayerStore).usage({ id: record.id })
      const image = yield* Effect.orElseSucceed((yield* Images).find(record.image), () => ({ size: 0 }))
      return inspectContainer(record, state, { health, log }, { written: bytes, virtual: bytes + image.size })
    })

const findImage =
  (platform?: Platform): Finder =>
  (name) =>
    Effect.gen(function* () {
      const found = yield* (yield* Images).find(name)
      const { config, record } = yield* imageForPlatform(name, found, platform)
      return inspectImage(record, config)
    })

// What is asked for less often is loaded when it is.
const findNetwork: Finder = (name) =>
  Effect.flatMap(
    Effect.promise(() => import("./network.ts")),
    ({ networkFinder }) => networkFinder(name)
  )

const findVolume: Finder = (name) =>
  Effect.flatMap(
    Effect.promise(() => import("./volume.ts")),
    ({ volumeFinder }) => volumeFinder(name)
  )

const notFound: ReadonlySet<Failure["_tag"]> = new Set([
  "BadImageName",
  "NetworkMissing",
  "NoSuchContainer",
  "NoSuchImage",
  "NoSuchVolume"
])

/** The first that has the name: a container wins over an image, that over a network and that over a volume, as Docker has it. */
const findAny =
  (withSize: boolean): Finder =>
  (name) =>
    [findContainer(withSize), findImage(), findNetwork, findVolume].reduceRight(
      (next: Effect.Effect<unknown, Failure, EngineServices>, find) =>
        Effect.catchIf(
          find(name),
          ({ _tag }) => notFound.has(_tag),
          () => next
        ),
      new Usage({
        message: `No such object: ${name}`,
        reason: `Error: No such object: ${name}`,
        hint: "gantry ps -a, gantry images, gantry network ls and gantry volume ls list what there is",
        status: 1
      })
    )

/** `gantry container inspect`. */
export const containers = define(containerInspect, ({ operands, options }, { terminal }) =>
  showAll(operands, options.format, findContainer(options.size), terminal)
)

/** `gantry image inspect`. */
export const images = define(imageInspect, ({ operands, options }, { terminal }) =>
  Effect.flatMap(platformOf(options.platform), (platform) =>
    showAll(operands, options.format, findImage(platform), terminal)
  )
)

/** `gantry inspect`. */
export default define(table, ({ operands, options }, { terminal }) => {
  switch (options.type) {
    case undefined:
    case "":
      return showAll(operands, options.format, findAny(options.size), terminal)
    case "container":
      return showAll(operands, options.format, findContainer(options.size), terminal)
    case "image":
      return showAll(operands, options.format, findImage(), terminal)
    case "network":
      return showAll(operands, options.format, findNetwork, terminal)
    case "volume":
      return showAll(operands, options.format, findVolume, terminal)
    default:
      return new Usage({
        message: `"${options.type}" is not a valid value for --type`,
        reason: `unknown type: "${options.type}": must be one of "container", "image", "network", "volume"`,
        hint: "container, image, network or volume",
        status: 1
      })
  }
})
