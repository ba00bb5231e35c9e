import { Runtime } from "@gantry/core/runtime/Runtime"
import { Settings } from "@gantry/core/Settings"
import { LayerStore } from "@gantry/core/store/LayerStore"
import { Containers } from "@gantry/engine/containers/Containers"
import { directoryOf } from "@gantry/engine/containers/settle"
import { Images } from "@gantry/engine/images/Images"
import * as Effect from "effect/Effect"
import { containerInspect, imageInspect, inspect as table } from "../argv/tables/listing.ts"
import type { EngineServices } from "../compose.ts"
import { explain, type Failure } from "../show/explain.ts"
import { inspectContainer, mapFields } from "../show/inspect-container.ts"
import { inspectImage } from "../show/inspect-image.ts"
import { jsonCompact, jsonPretty } from "../show/json.ts"
import { compile, unescapeFormat, withMaps } from "../show/template.ts"
import type { Terminal } from "../terminal.ts"
import { define } from "./define.ts"
import { badValue, Usage } from "./Usage.ts"

type Finder = (name: string) => Effect.Effect<unknown, Failure, EngineServices>

const findContainer =
  (withSize: boolean): Finder =>
  (name) =>
    Effect.gen(function* () {
      const record = yield* (yield* Containers).find(name)
      const state = yield* (yield* Runtime).state(record.id)
      const log = `${directoryOf((yield* Settings).root, record.id)}/log.json`
      if (!withSize) return inspectContainer(record, state, { log })
      const { bytes } = yield* (yield* LayerStore).usage({ id: record.id })
      const image = yield* Effect.orElseSucceed((yield* Images).find(record.image), () => ({ size: 0 }))
      return inspectContainer(record, state, { log }, { written: bytes, virtual: bytes + image.size })
    })

const findImage: Finder = (name) =>
  Effect.gen(function* () {
    const images = yield* Images
    const image = yield* images.find(name)
    return inspectImage(image, yield* images.config(image))
  })

/** Whatever has the name: a container wins over an image, as Docker has it. */
const findAny =
  (withSize: boolean): Finder =>
  (name) =>
    findContainer(withSize)(name).pipe(
      Effect.catchIf(
        (failure) => failure._tag === "NoSuchContainer",
        () =>
          findImage(name).pipe(
            Effect.catchIf(
              (failure) => failure._tag === "NoSuchImage" || failure._tag === "BadImageName",
              () =>
                new Usage({
                  message: `No such object: ${name}`,
                  hint: "gantry ps -a and gantry images list what there is",
                  status: 1
                })
            )
          )
      )
    )

/** Always an array, also when something was not found: then the rest is shown, and the status is 1. */
const show = (
  names: ReadonlyArray<string>,
  format: string | undefined,
  find: Finder,
  terminal: Terminal
): Effect.Effect<number, Failure, EngineServices> =>
  Effect.gen(function* () {
    const template =
      format === undefined || format === "" || format === "json" ? undefined : compile(unescapeFormat(format))
    if (template !== undefined && !template.ok) return yield* new Usage({ message: template.problem, status: 64 })
    const found: Array<unknown> = []
    let status = 0
    for (const name of names) {
      const object = yield* find(name).pipe(
        Effect.catchAll((failure) =>
          Effect.sync(() => {
            const { todo, what } = explain(failure)
            terminal.err(`gantry: ${what}\n${todo === undefined ? "" : `  try: ${todo}\n`}`)
            status = 1
            return undefined
          })
        )
      )
      if (object !== undefined) found.push(object)
    }
    if (template === undefined) {
      terminal.out(format === "json" ? `${jsonCompact(found)}\n` : jsonPretty(found))
      return status
    }
    for (const object of found) {
      const text = template.value(withMaps(object, mapFields))
      if (!text.ok)
        return yield* new Usage({
          message: text.problem,
          hint: "gantry inspect without --format shows all fields",
          status: 1
        })
      terminal.out(`${text.value}\n`)
    }
    return status
  })

/** `gantry container inspect`. */
export const containers = define(containerInspect, ({ operands, options }, { terminal }) =>
  show(operands, options.format, findContainer(options.size), terminal)
)

/** `gantry image inspect`. */
export const images = define(imageInspect, ({ operands, options }, { terminal }) =>
  show(operands, options.format, findImage, terminal)
)

/** `gantry inspect`. */
export default define(table, ({ operands, options }, { terminal }) => {
  switch (options.type) {
    case undefined:
    case "":
      return show(operands, options.format, findAny(options.size), terminal)
    case "container":
      return show(operands, options.format, findContainer(options.size), terminal)
    case "image":
      return show(operands, options.format, findImage, terminal)
    default:
      return badValue(`"${options.type}" is not a valid value for --type`, "container or image")
  }
})
