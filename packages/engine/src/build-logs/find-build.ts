import { Settings } from "@gantry/core/Settings"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { buildIds, type BuildRecord, readBuild, type StepRecord } from "./BuildRecord.ts"

/** Nothing is kept of such a build, or of such a step of it. */
export class NoSuchBuild extends Data.TaggedError("NoSuchBuild")<{
  /** As asked for. */
  readonly asked: string
  /** Set when the build is there and has no such step. */
  readonly build?: string
}> {
  override get message() {
    if (this.build !== undefined) return `build ${this.build} has no step ${this.asked}`
    return this.asked === "" ? "nothing was built here yet" : `nothing is kept of a build ${this.asked}`
  }
}

/** All builds that something is kept of, the newest first. */
export const allBuilds: Effect.Effect<ReadonlyArray<BuildRecord>, never, Settings> = Effect.map(Settings, ({ root }) =>
  buildIds(root).flatMap((id) => readBuild(root, id) ?? [])
)

/** A build by its id, the beginning of it, or the name of an image it made; the newest when nothing is asked for. */
export const findBuild = (asked: string | undefined): Effect.Effect<BuildRecord, NoSuchBuild, Settings> =>
  Effect.flatMap(allBuilds, (builds) => {
    const found =
      asked === undefined
        ? builds[0]
        : (builds.find(({ id }) => id === asked) ??
          builds.find(({ id }) => asked.length > 2 && id.startsWith(asked)) ??
          builds.find(({ names }) => names.some((name) => name === asked || name === `${asked}:latest`)))
    return found === undefined ? new NoSuchBuild({ asked: asked ?? "" }) : Effect.succeed(found)
  })

/** A step by its number in progress (`3` or `#3`), or by its place (`2/5`, `web 2/5`). */
export const findStep = (build: BuildRecord, asked: string): Effect.Effect<StepRecord, NoSuchBuild> => {
  const found = build.steps.find(
    ({ index, number, stage, total }) =>
      asked === `${index}` || asked === `#${index}` || asked === `${stage} ${number}/${total}`
  )
  const byPlace = found ?? build.steps.find(({ number, total }) => asked === `${number}/${total}`)
  return byPlace === undefined ? new NoSuchBuild({ asked, build: build.id }) : Effect.succeed(byPlace)
}
