import { ofBytes } from "@gantry/core/image/Digest"
import type { ImageConfig } from "@gantry/core/image/ImageConfig"
import * as Platform from "@gantry/core/image/Platform"
import { Locks, type LocksShape } from "@gantry/core/Locks"
import { BuildCache, type BuildCacheShape } from "@gantry/core/store/BuildCache"
import { LayerStore, type Stack } from "@gantry/core/store/LayerStore"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import { describeCause } from "@gantry/build/key/describe-cause"
import type { StepFacts } from "@gantry/build/key/StepFacts"
import type { BuildContext } from "@gantry/build/solve/BuildContext"
import type { BuildFailed, NotCached } from "@gantry/build/solve/BuildFailed"
import type { BuildResult } from "@gantry/build/solve/BuildResult"
import type { StepExecutorShape } from "@gantry/build/solve/StepExecutor"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { emptyCache } from "./empty-cache.ts"
import { type Damage, damage, evict, type Kill, killing } from "./faults.ts"
import { inMemoryBuild, makeGround } from "./in-memory-build.ts"
import * as RisingClock from "./RisingClock.ts"
import { dockerfile, type Scenario } from "./samples/dockerfiles.ts"
import { spelled } from "./Tree.ts"

/** What a build came to, as text that is equal when the builds are. */
export interface Outcome {
  /** The image's config with its times. */
  readonly exact: string
  /** The same without times: what two builds at two times have in common. */
  readonly image: string
  /** All files, by path. */
  readonly tree: string
  /** Steps with a result of their own that were not cached: `stage/step`, FROM being step 1. */
  readonly ran: ReadonlySet<string>
  readonly keys: ReadonlyMap<string, string>
  /** Why steps ran. */
  readonly causes: ReadonlyMap<string, string>
}

/** How a build differs from the plainest one. */
export interface BenchOptions {
  /** The Dockerfile's text instead of the one of the scenario. */
  readonly text?: string
  readonly jobs?: number
  /** The build is killed on its way: it ends with the defect `killed`. */
  readonly kill?: Kill
  /** Times and owners of the files in the context. */
  readonly checkout?: { readonly mtimeNs: bigint; readonly uid: number }
  /** See `SolveRequest.earlyCutoff`. */
  readonly earlyCutoff?: boolean
}

/** Builds scenarios with the store and the cache under test, and without a kernel. */
export interface BuildBenchShape {
  /** A number nobody had: scenarios with this base share no step with earlier ones. */
  readonly fresh: Effect.Effect<number>
  /** With the cache under test, which all laws fill. */
  readonly warm: (
    scenario: Scenario,
    options?: BenchOptions
  ) => Effect.Effect<Outcome, BuildFailed | NotCached | StorageFailure>
  /** With an empty cache of its own, by the rules. */
  readonly cold: (scenario: Scenario) => Effect.Effect<Outcome, BuildFailed | NotCached | StorageFailure>
  /** How many steps were executed since the bench was made, by all builds. */
  readonly executed: Effect.Effect<number>
  /** Spoils one of the records of the cache under test; see `faults.ts`. */
  readonly damage: (at: number, how: Damage) => Effect.Effect<void, StorageFailure>
  /** Makes room by one record. */
  readonly evict: (at: number) => Effect.Effect<void, StorageFailure>
}

/** The service tag of {@link BuildBenchShape}. */
export class BuildBench extends Context.Tag("@gantry/laws/BuildBench")<BuildBench, BuildBenchShape>() {}

/** What a bench can be made to do wrong. */
export interface Sins {
  readonly spell?: (facts: StepFacts, scenario: Scenario) => string
  readonly context?: (context: BuildContext) => BuildContext
  readonly cache?: (cache: BuildCacheShape) => BuildCacheShape
  /** What is taken for the content that copies take from other trees. */
  readonly content?: (executor: StepExecutorShape) => StepExecutorShape["contentOf"]
  /** Builds do not wait for each other. */
  readonly apart?: boolean
  /** A killed build writes records of what it has not made. */
  readonly halfRecords?: boolean
}

/** Locks that lock nothing. */
const noLocks: LocksShape = { withLock: (_, effect) => effect, held: () => Effect.succeed([]) }

/** A bench over the services of an environment. */
export const layer = (sins: Sins = {}): Layer.Layer<BuildBench, never, BuildCache | LayerStore | Locks> =>
  Layer.effect(
    BuildBench,
    Effect.gen(function* () {
      const layers = yield* LayerStore
      const honest = yield* BuildCache
      const spoiled = sins.cache === undefined ? honest : sins.cache(honest)
      const locks = sins.apart === true ? noLocks : yield* Locks
      const ground = yield* Effect.orDie(makeGround)
      const clock = RisingClock.make()
      let last = 0
      let executed = 0
      // Others get their turn before each step, as they do where steps take time.
      const counting = (executor: StepExecutorShape): StepExecutorShape => {
        const step = <A, E>(work: Effect.Effect<A, E>) =>
          Effect.zipRight(
            Effect.yieldNow(),
            Effect.suspend(() => (executed++, work))
          )
        return {
          ...executor,
          run: (request) => step(executor.run(request)),
          copy: (request) => step(executor.copy(request)),
          workdir: (request) => step(executor.workdir(request))
        }
      }
      const build = (
        scenario: Scenario,
        { checkout, earlyCutoff = false, jobs = 2, kill, text }: BenchOptions,
        cache: BuildCacheShape,
        how: Sins
      ) =>
        Effect.gen(function* () {
          const { content, context, spell } = how
          const used = kill === undefined ? { cache, layers } : killing(kill, { cache, layers }, how.halfRecords)
          const result = yield* inMemoryBuild({
            text: text ?? dockerfile(scenario),
            files: scenario.files,
            platform: Platform.parse(scenario.platform) ?? Platform.ofMachine("x64"),
            jobs,
            earlyCutoff,
            scope: String(scenario.base),
            checkout,
            resolve: () => Effect.succeed(imageOf(scenario, ground)),
            working: (executor) =>
              counting(content === undefined ? executor : { ...executor, contentOf: content(executor) }),
            ...(context === undefined ? {} : { seeing: context }),
            ...(spell === undefined ? {} : { spell: (facts: StepFacts) => spell(facts, scenario) })
          }).pipe(
            Effect.provideService(BuildCache, used.cache),
            Effect.provideService(LayerStore, used.layers),
            Effect.catchTag("DockerfileWrong", Effect.die)
          )
          return yield* Effect.provideService(outcomeOf(result), LayerStore, layers)
        }).pipe(
          Effect.provideService(Locks, locks),
          Effect.withClock(clock),
          // The bench's own layers are never removed.
          Effect.catchTag("LayerMissing", Effect.die)
        )
      return {
        fresh: Effect.sync(() => ++last),
        warm: (scenario, options = {}) => build(scenario, options, spoiled, sins),
        cold: (scenario) => Effect.suspend(() => build(scenario, {}, emptyCache(), {})),
        executed: Effect.sync(() => executed),
        damage: (at, how) => damage(spoiled, at, how),
        evict: (at) => evict(spoiled, at)
      }
    })
  )

const imageOf = ({ base, platform }: Scenario, stack: Stack) => {
  const [os = "", architecture = ""] = platform.split("/")
  const config: ImageConfig = {
    created: "2020-01-01T00:00:00Z",
    architecture,
    os,
    config: { Env: ["PATH=/bin"], Labels: { base: String(base) } },
    rootfs: { type: "layers", diff_ids: stack },
    history: [{ created: "2020-01-01T00:00:00Z", created_by: "sample" }]
  }
  return { digest: ofBytes(JSON.stringify(config)), config, stack }
}

const outcomeOf = ({ config, stack, steps }: BuildResult) =>
  Effect.gen(function* () {
    const layers = yield* LayerStore
    const keyed = steps.filter(({ key }) => key !== undefined)
    const name = ({ step }: BuildResult["steps"][number]) => `${step.stage}/${step.number}`
    return {
      exact: JSON.stringify(config),
      image: JSON.stringify(config, (field, value: unknown) => (field === "created" ? undefined : value)),
      tree: (yield* layers.walk(stack, "")).map(spelled).join("\n"),
      ran: new Set(keyed.filter(({ how }) => how !== "cached").map(name)),
      keys: new Map(keyed.map((each) => [name(each), each.key ?? ""])),
      causes: new Map(
        keyed.map((each) => [
          name(each),
          each.cause === undefined ? "" : describeCause(each.cause, each.step.stageName)
        ])
      )
    } satisfies Outcome
  })
