import { Readable } from "node:stream"
import * as ImageRef from "@gantry/core/image/ImageRef"
import { Containers } from "@gantry/engine/containers/Containers"
import { defaults } from "@gantry/engine/containers/RunOptions"
import { build } from "@gantry/engine/verbs/build"
import { create } from "@gantry/engine/verbs/create"
import { remove } from "@gantry/engine/verbs/remove"
import { start } from "@gantry/engine/verbs/start"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"

/** An image, said in code: a Dockerfile, and the one file that it copies. */
export interface Recipe {
  readonly name: string
  readonly dockerfile: string
}

/** Builds the recipe, and tells what each step came to: `cached`, or `ran`. */
export const built = ({ dockerfile, name }: Recipe) =>
  Effect.gen(function* () {
    const { image, steps } = yield* build({
      // A Dockerfile and nothing else; a folder is `{ of: "folder", path }`.
      context: { of: "bytes", bytes: Readable.from([new TextEncoder().encode(dockerfile)]), called: name },
      names: [yield* Either.mapLeft(ImageRef.parse(name), (why) => new Error(`${name}: ${why}`))],
      platforms: [{ os: "linux", architecture: process.arch === "arm64" ? "arm64" : "amd64" }],
      buildArgs: new Map(),
      labels: {},
      outputs: [],
      cacheFrom: [],
      cacheTo: [],
      noCache: false,
      network: "none",
      requireCached: false,
      onEvent: () => {},
      onWarning: (text) => console.warn(text)
    })
    return { image: image.id, steps: steps.map(({ how }) => how) }
  })

/** Runs a command in a container of the image, gives its output piece by piece, and leaves nothing behind. */
export const ran = (image: string, command: ReadonlyArray<string>, onText: (text: string) => void) =>
  Effect.scoped(
    Effect.gen(function* () {
      const container = yield* Effect.acquireRelease(
        create(
          { ...defaults, image, command, networks: [{ ...defaults.networks[0], network: "none" }] },
          { allCapabilities: [], suggestName: () => `embedded-${crypto.randomUUID().slice(0, 8)}` }
        ),
        ({ id }) =>
          Effect.flatMap(Containers, (containers) => containers.find(id)).pipe(
            Effect.flatMap((record) => remove(record, { force: true, volumes: true })),
            Effect.ignoreLogged
          )
      )
      const session = yield* start(container, { stays: true })
      yield* Stream.runForEach(session.output, ({ bytes }) =>
        Effect.sync(() => onText(new TextDecoder().decode(bytes)))
      )
      return (yield* session.exit).code
    })
  )
