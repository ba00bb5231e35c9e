import { createReadStream, existsSync } from "node:fs"
import { resolve } from "node:path"
import { createInterface } from "node:readline"
import type { Digest } from "@gantry/core/image/Digest"
import { imagesToSave } from "@gantry/engine/images/images-to-save"
import * as Effect from "effect/Effect"
import { reasonOf } from "@gantry/engine/file-problem"
import { Usage } from "./Usage.ts"

/**
 * The layers that a receiver of images has, by diffID: those of images that are here as well, and those that a file
 * names, whatever else is in it. What is spelled as a path, or is there as a file, is a file.
 */
export const receivedLayers = (wishes: ReadonlyArray<string>, cwd: string) =>
  Effect.gen(function* () {
    const received = new Set<Digest>()
    for (const wish of wishes) {
      const file = resolve(cwd, wish)
      const found =
        wish.includes("./") || wish.startsWith("/") || existsSync(file)
          ? yield* namedIn(file)
          : (yield* imagesToSave([wish])).flatMap(({ image }) => image.stack)
      for (const each of found) received.add(each)
    }
    return received
  })

const namedIn = (file: string): Effect.Effect<ReadonlyArray<Digest>, Usage> =>
  Effect.tryPromise({
    try: async () => {
      const found: Array<Digest> = []
      for await (const line of createInterface({ input: createReadStream(file) })) {
        for (const [digest] of line.matchAll(/\bsha256:[0-9a-f]{64}\b/g)) found.push(digest as Digest)
      }
      return found
    },
    catch: (cause) =>
      new Usage({
        message: `${file} cannot be read: ${reasonOf(cause)}`,
        hint: "--not-in takes the name of an image that is here, or a file that names layers",
        status: 1
      })
  }).pipe(
    Effect.filterOrFail(
      (found) => found.length > 0,
      () =>
        new Usage({
          message: `${file} names no layers`,
          hint: "have the receiver write it: gantry inspect -f '{{json .RootFS.Layers}}' IMAGE... > FILE",
          status: 1
        })
    )
  )
