import { randomBytes } from "node:crypto"
import { BuildFailed } from "@gantry/build/solve/BuildFailed"
import type { StepReport } from "@gantry/build/solve/BuildResult"
import { format, plainPlatform } from "@gantry/core/image/Platform"
import { build } from "@gantry/engine/verbs/build"
import { type BuildRequest } from "@gantry/engine/builds/BuildRequest"
import { planBuild } from "@gantry/engine/verbs/plan-build"
import { parseName } from "@gantry/engine/images/Images"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import * as HashSet from "effect/HashSet"
import * as Option from "effect/Option"
import { build as table } from "../argv/tables/build.ts"
import { attestWish, isMissed, parseAttest, parseShorthand } from "../argv/values/attest.ts"
import { parseBuildCall } from "../argv/values/build-call.ts"
import { parseLabel } from "../argv/values/label.ts"
import { parseLongDuration } from "../argv/values/long-duration.ts"
import { parseBuildPull } from "../argv/values/words.ts"
import { cachesOf } from "./build-caches.ts"
import { builtId, metadataOf, removeStale, writeWhole } from "./build-files.ts"
import { inputsOf } from "./build-inputs.ts"
import { isStream, outputsOf } from "./build-outputs.ts"
import { type BuildSource, buildSource } from "./build-source.ts"
import { buildProgress, progressStyle, type ProgressStyle, styles } from "./build-progress.ts"
import { shellOnError } from "./build-shell.ts"
import { explainDefect } from "../show/explain-defect.ts"
import { explain, type Failure } from "../show/explain.ts"
import { stepsSoFar } from "../show/steps-so-far.ts"
import { loggerTo } from "../log-words.ts"
import type { Output } from "@gantry/engine/outputs/Output"
import type { Values } from "../argv/Option.ts"
import type { Terminal } from "../terminal.ts"
import { define } from "./define.ts"
import { given, optionalOf, valuesOf } from "./read-values.ts"
import { badValue, type Usage } from "./Usage.ts"

/** `gantry build`. */
export default define(table, ({ operands, options }, { settings, terminal }) =>
  Effect.gen(function* () {
    const source = yield* buildSource(operands[0] ?? ".", options.file, terminal)
    const policy = yield* optionalOf("--pull", options.pull, parseBuildPull)
    const names = yield* Effect.forEach(options.tag, parseName)
    const labels = yield* valuesOf("--label", options.label, parseLabel)
    const inputs = yield* inputsOf(options, terminal)
    const outputs = yield* outputsOf(options, {
      terminal,
      platforms: inputs.platforms.length,
      names: names.length,
      precious: [{ path: terminal.cwd, what: "the working directory" }, ...preciousOf(source)]
    })
    const call = options.check ? checkCall : yield* optionalOf("--call", options.call, parseBuildCall)
    if (options.lock && (options.locked || options.frozen)) {
      return yield* badValue(
        `--lock and --${options.locked ? "locked" : "frozen"} exclude each other`,
        "--lock may write the lock file, the other one only reads it"
      )
    }
    if (options.offline || options.frozen) yield* checkOffline(options, source, inputs)
    if (options.plan === undefined && call === undefined) yield* removeStale(options.iidfile, terminal.cwd)
    const style = yield* styleOf(options.quiet ? "quiet" : options.progress, terminal)
    const progress = buildProgress(style, shownName(source.dockerfile), terminal)
    const soFar = stepsSoFar(terminal.now)
    const explained = yield* formOf("--explain", options.explain)
    const planned = yield* formOf("--plan", options.plan)
    const request: BuildRequest = {
      ...source,
      ...inputs,
      names,
      labels: Object.fromEntries(labels.map(({ name, value }) => [name, value])),
      unsaid: {
        env: options.unsetenv.flatMap((each) => each.split(",")),
        labels: options.unsetlabel.flatMap((each) => each.split(",")),
        history: options.omitHistory
      },
      saveStages: options.saveStages,
      ...given("attest", yield* attestationsOf(options, outputs)),
      outputs,
      noCache: options.noCache || options.noCacheFilter.flatMap((each) => each.split(",")),
      ...given("ttlMs", yield* optionalOf("--cache-ttl", options.cacheTtl, parseLongDuration)),
      allowSecretLeak: options.allowSecretLeak,
      ...(options.squashAll ? { squash: "all" } : options.squash ? { squash: "own" } : {}),
      ...given(
        "onFailure",
        yield* shellOnError(options.onError, {
          progress,
          terminal,
          isInputTaken: operands[0] === "-" || options.file === "-"
        })
      ),
      lock: options.lock,
      locked: options.locked || options.frozen,
      offline: options.offline || options.frozen,
      requireCached: options.requireCached,
      ...(yield* cachesOf(options, terminal.cwd)),
      onWarning: (text) =>
        planned === undefined ? progress.note(`warning: ${text}`) : terminal.err(`gantry: ${text}\n`),
      bases: {
        policy: policy ?? "missing",
        cwd: terminal.cwd,
        listen: async () => {
          const { pullLines } = await import("../show/pull-lines.ts")
          return { onEvent: (event) => pullLines(event).forEach(progress.note), finish: () => {} }
        }
      },
      onEvent: (event) => {
        soFar.onEvent(event)
        // A plan has no progress, but it may have something to warn of.
        if (planned === undefined || event.type === "warning") progress.onEvent(event)
      }
    }
    if (call !== undefined) {
      const { answerCall } = yield* Effect.promise(() => import("./build-call.ts"))
      return yield* answerCall(call, request, { shown: shownName(source.dockerfile), terminal })
    }
    if (planned !== undefined) {
      const { planJson, planLines } = yield* showingSteps
      const steps = yield* planBuild(request).pipe(Effect.ensuring(Effect.sync(progress.finish)))
      terminal.out((planned === "json" ? planJson : planLines)(steps, terminal.now()))
      return options.requireCached && steps.some(({ how }) => how === "missing") ? 3 : 0
    }
    const tell = (steps: ReadonlyArray<StepReport>, image: string | null) =>
      Effect.map(showingSteps, ({ explanationJson, explanationLines }) => {
        if (explained === "json") terminal.out(explanationJson(steps, image, terminal.now()))
        else progress.tell(explanationLines(steps))
      })
    const began = terminal.now()
    const work = Effect.gen(function* () {
      const built = yield* build(request).pipe(
        Effect.ensuring(Effect.sync(progress.finish)),
        Effect.tapError(() =>
          explained === undefined || soFar.reports.length === 0 ? Effect.void : tell(soFar.reports, null)
        )
      )
      if (built.lock !== undefined) {
        const { grownLines } = yield* Effect.promise(() => import("../show/lock-rows.ts"))
        progress.tell(grownLines(built.lock))
      }
      for (const { image, name, platform } of built.stages ?? []) {
        const where = inputs.platforms.length > 1 ? ` for ${format(plainPlatform(platform))}` : ""
        progress.tell(`stage ${name}${where}: ${image}\n`)
      }
      if (explained !== undefined) yield* tell(built.steps, built.image.id)
      if (settings.cacheLimits !== undefined && built.steps.some(({ how }) => how !== "cached")) {
        const { collectAfterBuild } = yield* Effect.promise(() => import("./collect-after-build.ts"))
        yield* collectAfterBuild(settings.cacheLimits, began, progress.tell)
      }
      const id = builtId(built)
      if (options.iidfile !== undefined) yield* writeWhole(options.iidfile, id, terminal.cwd)
      if (options.metadataFile !== undefined) {
        const metadata = metadataOf(built, `default/default/${randomBytes(16).toString("hex")}`)
        yield* writeWhole(options.metadataFile, `${JSON.stringify(metadata, undefined, 2)}\n`, terminal.cwd)
      }
      progress.built(id, built.stored ? options.tag : [])
      if (style === "quiet" && explained !== "json" && !outputs.some(isStream)) terminal.out(`${id}\n`)
      return 0
    })
    const { failed } = progress
    // What the engine warns of must not get between the lines of a region, or be no JSON.
    const told = Effect.locally(work, FiberRef.currentLoggers, HashSet.make(loggerTo(progress.note)))
    const tried = request.onFailure === undefined ? told : Effect.mapError(told, hadShell)
    if (failed === undefined) return yield* tried
    return yield* Effect.catchAllCause(tried, (cause) => {
      if (Cause.isInterrupted(cause)) return Effect.failCause(cause)
      const failure = Cause.failureOption(cause)
      const explanation = Option.isSome(failure) ? explain(failure.value) : explainDefect(cause)
      failed(explanation)
      return Effect.succeed(explanation.status ?? 1)
    })
  })
)

/** What is to be said of the image, which the store does not keep. */
const attestationsOf = (
  { attest, provenance, sbom }: Pick<Values<(typeof table)["options"]>, "attest" | "provenance" | "sbom">,
  outputs: ReadonlyArray<Output>
) =>
  Effect.gen(function* () {
    const asked = [
      ...(yield* valuesOf("--attest", attest, parseAttest)),
      ...(yield* valuesOf("--provenance", provenance === undefined ? [] : [provenance], parseShorthand("provenance"))),
      ...(yield* valuesOf("--sbom", sbom === undefined ? [] : [sbom], parseShorthand("sbom")))
    ]
    const wish = attestWish(asked)
    const keeps = outputs.some((output) =>
      output.type === "image" ? output.push : output.type === "archive" && output.place.startsWith("oci")
    )
    if (wish === undefined || keeps) return wish
    if (!isMissed(asked)) return undefined
    return yield* badValue(
      "attestations are kept by registries and OCI archives only, and this build gives neither",
      "add --push, or -o type=oci,dest=FILE"
    )
  })

const checkCall = { of: "check", json: false } as const

/** Nobody is told of a shell that was open a moment ago. */
const hadShell = (failure: Failure): Failure =>
  failure._tag === "BuildFailed" ? new BuildFailed({ ...failure, cause: failure.cause, hadShell: true }) : failure

/** How `--explain` and `--plan` are to be answered, when they are. */
const formOf = (option: string, text: string | undefined): Effect.Effect<"text" | "json" | undefined, Usage> => {
  if (text === undefined || text === "false") return Effect.succeed(undefined)
  if (text === "json") return Effect.succeed(text)
  if (text === "text" || text === "true") return Effect.succeed("text")
  return badValue(`${option}=${text}: no such form`, "text or json")
}

const showingSteps = Effect.promise(() => import("../show/build-steps.ts"))

/** What cannot be done without asking somebody else. */
const checkOffline = (
  {
    cacheFrom,
    cacheTo,
    push
  }: { readonly [name in "cacheFrom" | "cacheTo"]: ReadonlyArray<string> } & { readonly push: boolean },
  { context }: BuildSource,
  { contexts }: Pick<BuildRequest, "contexts">
): Effect.Effect<void, Usage> => {
  const isAway = (of: string) => of === "repository" || of === "download"
  const what = isAway(context.of)
    ? "the context is elsewhere"
    : [...(contexts ?? [])].some(([, { of }]) => isAway(of))
      ? "a --build-context is elsewhere"
      : push
        ? "--push needs a registry"
        : [...cacheFrom, ...cacheTo].some((each) => /(?:^|,)type=registry/.test(each) || !each.includes("="))
          ? "a cache is in a registry"
          : undefined
  return what === undefined ? Effect.void : badValue(`--offline: ${what}`, "leave one of them out")
}

/** Directories and files that no output may take the place of. */
const preciousOf = ({ context, dockerfile }: BuildSource) => [
  ...(context.of === "folder" ? [{ path: context.path, what: "the build context" }] : []),
  ...(dockerfile !== undefined && "path" in dockerfile ? [{ path: dockerfile.path, what: "the Dockerfile" }] : [])
]

/** How warnings call the Dockerfile. */
const shownName = (dockerfile: BuildRequest["dockerfile"]): string => {
  if (dockerfile === undefined) return "Dockerfile"
  return "path" in dockerfile ? dockerfile.path : "inside" in dockerfile ? dockerfile.inside : dockerfile.shown
}

const styleOf = (text: string | undefined, terminal: Terminal): Effect.Effect<ProgressStyle, Usage> => {
  const style = progressStyle(text, terminal)
  return style === undefined
    ? badValue(`invalid progress style: ${text}`, `auto, ${styles.slice(0, -1).join(", ")} or ${styles.at(-1)}`)
    : Effect.succeed(style)
}
