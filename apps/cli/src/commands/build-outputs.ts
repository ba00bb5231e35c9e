import { resolve } from "node:path"
import { storageFailure } from "@gantry/core/store/StoreError"
import { parse as parsePlatform } from "@gantry/core/image/Platform"
import { parseName } from "@gantry/engine/images/Images"
import type { BadImageName } from "@gantry/engine/EngineError"
import type { Annotation } from "@gantry/engine/outputs/annotations"
import { checkEmptied, type FolderProtected } from "@gantry/engine/outputs/export-folder"
import type { LayerForm } from "@gantry/engine/push/LayerForm"
import type { Output } from "@gantry/engine/outputs/Output"
import * as Effect from "effect/Effect"
import {
  type AnnotationWish,
  type CompressionWish,
  type OutputWish,
  parseAnnotation,
  parseOutput
} from "../argv/values/output.ts"
import type { Terminal } from "../terminal.ts"
import { valuesOf } from "./read-values.ts"
import { badValue, Usage } from "./Usage.ts"
import { writeArchive } from "./write-archive.ts"

/** The options of a build that say what becomes of it. */
export interface OutputOptions {
  readonly output: ReadonlyArray<string>
  readonly annotation: ReadonlyArray<string>
  readonly push: boolean
  readonly load: boolean
}

/** What surrounds them. */
export interface OutputsAround {
  readonly terminal: Terminal
  readonly platforms: number
  /** How many names `--tag` gives. */
  readonly names: number
  /** Folders that must not be emptied, and what they hold. */
  readonly precious: ReadonlyArray<{ readonly path: string; readonly what: string }>
}

/** What a build is to give; empty when nothing was said. Fails before anything is built when something cannot be given. */
export const outputsOf = (
  options: OutputOptions,
  around: OutputsAround
): Effect.Effect<ReadonlyArray<Output>, BadImageName | FolderProtected | Usage> =>
  Effect.gen(function* () {
    const asked = yield* valuesOf("--output", options.output, parseOutput)
    const common = (yield* valuesOf("--annotation", options.annotation, parseAnnotation)).flat()
    const wishes = withShorthands(asked, options, common.length > 0)
    const streams = wishes.filter((wish) => "dest" in wish && toStandardOutput(wish))
    if (streams.length > 1) return yield* badValue("only one output can go to standard output")
    const outputs: Array<Output> = []
    for (const wish of wishes) outputs.push(yield* outputOf(wish, common, around))
    return outputs
  })

const plainImage: OutputWish = {
  type: "image",
  names: [],
  push: false,
  byDigest: false,
  store: true,
  compression: { force: false },
  annotations: []
}

/** `--push` and `--load` say something about the image, and make it an output when it is none. */
const withShorthands = (
  wishes: ReadonlyArray<OutputWish>,
  { load, push }: Pick<OutputOptions, "load" | "push">,
  annotated: boolean
): ReadonlyArray<OutputWish> => {
  const wanted = push || load || (annotated && wishes.length === 0)
  const all = wanted && !wishes.some(({ type }) => type === "image") ? [...wishes, plainImage] : wishes
  return all.map((wish) =>
    wish.type === "image" ? { ...wish, push: wish.push || push, store: wish.store || load } : wish
  )
}

const toStandardOutput = (wish: OutputWish): boolean =>
  (wish.type === "oci" || wish.type === "tar") && (wish.dest === undefined || wish.dest === "-")

const outputOf = (
  wish: OutputWish,
  common: ReadonlyArray<AnnotationWish>,
  around: OutputsAround
): Effect.Effect<Output, BadImageName | FolderProtected | Usage> =>
  Effect.gen(function* () {
    const { names, platforms, precious, terminal } = around
    switch (wish.type) {
      case "cacheonly":
        return wish
      case "local": {
        const directory = resolve(terminal.cwd, wish.dest)
        if (wish.mode === "delete") yield* checkEmptied(directory, precious)
        return { type: "local", directory, mode: wish.mode, split: wish.split }
      }
      case "tar": {
        yield* checkTerminal(wish, terminal)
        const write: Extract<Output, { readonly type: "tar" }>["write"] = (archive) =>
          Effect.mapError(writeArchive(archive, wish.dest, terminal), (failure) =>
            failure instanceof Usage
              ? storageFailure("publish", wish.dest ?? "the archive")(new Error(failure.message))
              : failure
          )
        return { type: "tar", write, split: wish.split, toStandardOutput: toStandardOutput(wish) }
      }
      case "oci":
      case "docker": {
        if (wish.type === "docker" && platforms > 1) {
          return yield* badValue("type=docker holds images of one platform", "use type=oci for several")
        }
        // A Docker archive without a place means Docker's own store: here the image is in the store already.
        if (wish.type === "docker" && wish.dest === undefined) {
          const { annotations, compression } = wish
          return yield* outputOf({ ...plainImage, names: wish.names, compression, annotations }, common, around)
        }
        yield* checkTerminal(wish, terminal)
        const kind = !wish.tar ? "oci" : wish.type === "oci" ? "oci-archive" : "docker-archive"
        const path = wish.dest === undefined || wish.dest === "-" ? "/dev/stdout" : resolve(terminal.cwd, wish.dest)
        return {
          type: "archive",
          place: `${kind}:${path}`,
          names: yield* Effect.forEach(wish.names, parseName),
          form: formOf(wish.compression),
          annotations: yield* annotationsOf([...common, ...wish.annotations], platforms)
        }
      }
      case "image":
        if (wish.push && names === 0 && wish.names.length === 0) {
          return yield* badValue("an image is pushed to where its name says, and it has none", "name it with -t")
        }
        return {
          type: "image",
          names: yield* Effect.forEach(wish.names, parseName),
          push: wish.push,
          byDigest: wish.byDigest,
          store: wish.store,
          form: formOf(wish.compression),
          annotations: yield* annotationsOf([...common, ...wish.annotations], platforms)
        }
    }
  })

const checkTerminal = (wish: OutputWish, { stdoutIsTerminal }: Terminal): Effect.Effect<void, Usage> =>
  toStandardOutput(wish) && stdoutIsTerminal
    ? new Usage({
        message: "an archive is not written to a terminal",
        hint: "add dest=FILE, or redirect standard output",
        status: 125
      })
    : Effect.void

const formOf = ({ force, kind, level, types }: CompressionWish): LayerForm => ({
  ...(kind === undefined ? {} : { compression: kind }),
  ...(level === undefined ? {} : { level }),
  ...(types === undefined ? {} : { types }),
  force
})

const annotationsOf = (
  wishes: ReadonlyArray<AnnotationWish>,
  platforms: number
): Effect.Effect<ReadonlyArray<Annotation>, Usage> =>
  Effect.forEach(wishes, ({ key, level, platform: text, value }) => {
    if (level === "index" && platforms === 1) {
      return badValue(`the annotation ${key} is for an index, and an image of one platform has none`)
    }
    if (text === undefined) return Effect.succeed({ level, key, value })
    const platform = parsePlatform(text)
    return platform === undefined
      ? badValue(`the annotation ${key} is for the platform "${text}": not os/arch[/variant]`)
      : Effect.succeed({ level, platform, key, value })
  })

/** Whether an output takes standard output for itself. */
export const isStream = (output: Output): boolean =>
  (output.type === "tar" && output.toStandardOutput) ||
  (output.type === "archive" && output.place.endsWith(":/dev/stdout"))
