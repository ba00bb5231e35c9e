import * as ImageRef from "@gantry/core/image/ImageRef"
import * as ImageSource from "@gantry/core/image/ImageSource"
import { parse as parsePlatform } from "@gantry/core/image/Platform"
import { Registry } from "@gantry/core/registry/Registry"
import { BadImageName } from "@gantry/engine/EngineError"
import { pull } from "@gantry/engine/verbs/pull"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { pull as table } from "../argv/tables/image.ts"
import { define } from "./define.ts"
import { each } from "./each.ts"
import { pullProgress } from "./pull-progress.ts"
import { given as optionally } from "./read-values.ts"
import { withTrust } from "./registry-trust.ts"
import { badValue, type Usage } from "./Usage.ts"

/** `gantry pull`. */
export default define(table, ({ given, operands, options }, { terminal }) =>
  Effect.gen(function* () {
    const platform = options.platform === undefined ? undefined : parsePlatform(options.platform)
    if (options.platform !== undefined && platform === undefined) {
      return yield* badValue(`--platform ${options.platform}: not os/arch[/variant]`)
    }
    const place = { write: terminal.out, isTerminal: terminal.stdoutIsTerminal }
    const pullOne = (ref: ImageRef.ImageRef) =>
      Effect.suspend(() => {
        const progress = options.quiet ? undefined : pullProgress(place, terminal)
        return pull(ref, { ...optionally("platform", platform), ...optionally("onEvent", progress?.onEvent) }).pipe(
          Effect.ensuring(Effect.sync(() => progress?.finish()))
        )
      })
    return yield* each(operands, terminal, (name) =>
      Effect.gen(function* () {
        const ref = yield* referenceOf(name, terminal.cwd)
        if (options.allTags) yield* eachTag(name, ref, pullOne)
        else {
          if (!options.quiet && isUntagged(name, ref)) terminal.out("Using default tag: latest\n")
          yield* pullOne(ref)
        }
        return fullName(ref, options.allTags)
      })
    )
  }).pipe(withTrust(options, given, terminal.cwd))
)

const referenceOf = (name: string, cwd: string): Effect.Effect<ImageRef.ImageRef, BadImageName> =>
  Either.match(ImageSource.parse(name, cwd), {
    onLeft: (problem) => new BadImageName(problem),
    onRight: (ref) => Effect.succeed(ref)
  })

/** Whether the tag was filled in. */
const isUntagged = (name: string, ref: ImageRef.ImageRef): boolean =>
  ImageSource.localPlace(ref) === undefined && ref.tag === "latest" && !name.split("/").at(-1)?.includes(":")

const eachTag = <E, R>(
  name: string,
  ref: ImageRef.ImageRef,
  pullOne: (ref: ImageRef.ImageRef) => Effect.Effect<unknown, E, R>
) =>
  Effect.gen(function* () {
    if (ref.digest !== undefined || !(ref.tag === "latest" && isUntagged(name, ref))) {
      return yield* tagged
    }
    const { registry, repository } = ref
    for (const tag of yield* (yield* Registry).tags(ref)) yield* pullOne({ registry, repository, tag })
  })

const tagged: Usage = badValue("tag can't be used with --all-tags/-a", "leave out the tag")

/** What Docker prints last: host included. */
const fullName = (ref: ImageRef.ImageRef, allTags: boolean): string => {
  if (ImageSource.localPlace(ref) !== undefined) return ImageSource.shown(ref)
  return allTags ? `${ref.registry}/${ref.repository}` : ImageRef.format(ref)
}
