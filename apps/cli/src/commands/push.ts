import * as ImageRef from "@gantry/core/image/ImageRef"
import * as ImageSource from "@gantry/core/image/ImageSource"
import type { Platform } from "@gantry/core/image/Platform"
import { BadImageName } from "@gantry/engine/EngineError"
import { Images } from "@gantry/engine/images/Images"
import type { ImageRecord } from "@gantry/engine/images/ImageRecord"
import { imageForPlatform } from "@gantry/engine/images/image-for-platform"
import { imagesToSave } from "@gantry/engine/images/images-to-save"
import { type Outgoing, push } from "@gantry/engine/verbs/push"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { push as table } from "../argv/tables/push.ts"
import { define } from "./define.ts"
import { platformOf } from "./platform-of.ts"
import { formOf } from "./push-form.ts"
import { pushProgress } from "./push-progress.ts"
import { given as optionally } from "./read-values.ts"
import { withTrust } from "./registry-trust.ts"
import { badValue, Usage } from "./Usage.ts"

/** `gantry push`: under its own name, or to a destination that may be another name, a folder or an archive. */
export default define(table, ({ given, operands: [name = "", destination], options }, { terminal }) =>
  Effect.gen(function* () {
    const form = yield* formOf(options)
    const platform = yield* platformOf(options.platform)
    const outgoing = yield* options.allTags
      ? allTags(name, destination, platform)
      : Effect.map(oneImage(name, destination, terminal.cwd, platform), (one) => [one] as const)
    const [{ ref }] = outgoing
    const progress = options.quiet
      ? undefined
      : pushProgress({ write: terminal.out, isTerminal: terminal.stdoutIsTerminal }, terminal)
    if (progress !== undefined) {
      if (!options.allTags && isUntagged(destination ?? name, ref)) terminal.out("Using default tag: latest\n")
      terminal.out(`The push refers to repository [${placeName(ref)}]\n`)
    }
    yield* push(outgoing, { form, ...optionally("onEvent", progress?.onEvent) }).pipe(
      Effect.ensuring(Effect.sync(() => progress?.finish()))
    )
    if (options.quiet) terminal.out(`${options.allTags ? placeName(ref) : fullName(ref)}\n`)
    return 0
  }).pipe(withTrust(options, given, terminal.cwd))
)

const oneImage = (name: string, destination: string | undefined, cwd: string, platform: Platform | undefined) =>
  Effect.gen(function* () {
    const target = destination ?? name
    const ref = yield* Either.match(ImageSource.parse(target, cwd), {
      onLeft: (problem) => new BadImageName(problem),
      onRight: (parsed) => Effect.succeed(parsed)
    })
    if (destination === undefined && ImageSource.localPlace(ref) !== undefined) {
      return yield* new Usage({
        message: `${name} is a place, and no image is named`,
        hint: `gantry push IMAGE ${name}`,
        status: 1
      })
    }
    if (ref.digest !== undefined) {
      return yield* new BadImageName({ text: target, why: "cannot push a digest reference: push a tag" })
    }
    return yield* meant(name, yield* (yield* Images).find(name), ref, platform)
  })

const allTags = (name: string, destination: string | undefined, platform: Platform | undefined) =>
  Effect.gen(function* () {
    if (destination !== undefined) return yield* badValue("--all-tags/-a goes with the image's own name only")
    const ref = yield* Either.match(ImageRef.parse(name), {
      onLeft: (problem) => new BadImageName(problem),
      onRight: (parsed) => Effect.succeed(parsed)
    })
    if (ref.digest !== undefined || !isUntagged(name, ref)) {
      return yield* new Usage({ message: "tag can't be used with --all-tags/-a", hint: "leave out the tag", status: 1 })
    }
    const found = yield* imagesToSave([name])
    const own = found.flatMap(({ image, names }) =>
      names
        .filter(({ registry, repository }) => registry === ref.registry && repository === ref.repository)
        .map((each) => ({ image, ref: each }))
    )
    // A name of several platforms is found with each of its images.
    const once = [...new Map(own.map((each) => [ImageRef.format(each.ref), each])).values()]
    const [first, ...others] = yield* Effect.forEach(once, (each) =>
      meant(ImageRef.format(each.ref), each.image, each.ref, platform)
    )
    if (first === undefined) {
      return yield* new Usage({
        message: `an image does not exist locally with the tag: ${ImageRef.familiarName(ref)}`,
        hint: "gantry images lists what there is",
        status: 1
      })
    }
    return [first, ...others] as const
  })

/** What a name means: the image for the platform that is asked for, or all of its platforms. */
const meant = (name: string, image: ImageRecord, ref: ImageRef.ImageRef, wanted: Platform | undefined) =>
  Effect.gen(function* () {
    if (wanted === undefined) {
      const local = Either.getOrUndefined(ImageRef.parse(name))
      const index = local === undefined ? undefined : yield* (yield* Images).indexOf(local)
      return { image, index, ref } satisfies Outgoing
    }
    const { record } = yield* imageForPlatform(name, image, wanted)
    return { image: record, ref } satisfies Outgoing
  })

/** Whether the tag was filled in. */
const isUntagged = (name: string, ref: ImageRef.ImageRef): boolean =>
  ImageSource.localPlace(ref) === undefined && ref.tag === "latest" && !name.split("/").at(-1)?.includes(":")

/** Where it all goes, host included. */
const placeName = (ref: ImageRef.ImageRef): string =>
  ImageSource.localPlace(ref) === undefined ? `${ref.registry}/${ref.repository}` : ref.registry

/** What Docker prints with `--quiet`: host included. */
const fullName = (ref: ImageRef.ImageRef): string =>
  ImageSource.localPlace(ref) === undefined ? ImageRef.format(ref) : ImageSource.shown(ref)
