import { arch } from "node:os"
import { parse } from "@gantry/build/dockerfile/parse"
import { unusedArgs } from "@gantry/build/graph/unused-args"
import type { BuildGraph } from "@gantry/build/graph/BuildGraph"
import { lower } from "@gantry/build/graph/lower"
import { type NamedContexts, noContexts } from "@gantry/build/graph/NamedContext"
import { ofTree } from "@gantry/build/solve/BuildContext"
import { BuildFailed, excerptOf } from "@gantry/build/solve/BuildFailed"
import { loginInLabel } from "@gantry/build/solve/next-state"
import { type SolveRequest } from "@gantry/build/solve/Solver"
import { loginsIn } from "@gantry/core/logins"
import { ofMachine, type Platform } from "@gantry/core/image/Platform"
import { Settings } from "@gantry/core/Settings"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { BadBuildFile } from "../contexts/BadBuildFile.ts"
import { capabilityOf } from "../contexts/capability-of.ts"
import { contextText } from "../contexts/ContextSource.ts"
import { openContext } from "../contexts/open-context.ts"
import { keepsGitDir } from "../contexts/keeps-git-dir.ts"
import { rememberedDigests } from "../contexts/remembered-digests.ts"
import { epochFor } from "../outputs/epoch.ts"
import { forPlatform } from "../outputs/for-platform.ts"
import type { SecretLeaked } from "../secrets/SecretLeaked.ts"
import { type LeakWatch, watchTold } from "../secrets/watch-texts.ts"
import { noticed, plainSurroundings } from "../steps/Surroundings.ts"
import type { BuildRequest } from "./BuildRequest.ts"

/** Opens the context, once for all platforms: what came on a pipe comes once. `keep`: what is learned of it is recorded. */
export const openFor = (request: BuildRequest, keep: boolean) =>
  Effect.gen(function* () {
    const opened = yield* openContext({
      context: request.context,
      ...(request.dockerfile === undefined ? {} : { dockerfile: request.dockerfile }),
      env: request.env ?? {},
      onSocket: (path) => request.onWarning(`${path} is a socket, which no image can hold: it is left out`),
      keepGitDir: keepsGitDir(request.buildArgs)
    })
    const { commit, ignoreFile } = opened
    const tree = request.seen?.tree(opened.tree) ?? opened.tree
    request.onEvent({
      type: "context",
      context: contextText(request.context),
      ...(commit === undefined ? {} : { commit }),
      ...(ignoreFile === undefined ? {} : { ignoreFile })
    })
    // What was unpacked for this build only has nothing to remember.
    const memo = request.context.of === "folder" ? yield* rememberedDigests(request.context.path, keep) : undefined
    const digests =
      request.earlyCutoff === true ? yield* rememberedDigests(`stages of ${scopeOf(request, opened)}`, keep) : undefined
    return {
      dockerfile: opened.dockerfile,
      ...(commit === undefined ? {} : { commit }),
      context: ofTree(tree, memo, capabilityOf),
      ...(digests === undefined ? {} : { digests }),
      ...epochFor(request, opened)
    }
  })

/** Reads the Dockerfile for a platform. */
export const readRequest = (
  request: BuildRequest,
  { buildArgs, context, dockerfile, epoch }: Effect.Effect.Success<ReturnType<typeof openFor>>,
  { platform, watch }: { readonly platform: Platform; readonly watch: LeakWatch | undefined }
): Effect.Effect<SolveRequest, BadBuildFile | SecretLeaked, Settings> =>
  Effect.gen(function* () {
    const onEvent = request.platforms.length > 1 ? forPlatform(request, platform) : request.onEvent
    const { jobs } = yield* Settings
    const { shown, text } = dockerfile
    yield* watchTold({ dockerfile: text, buildArgs: request.buildArgs, labels: request.labels }, watch)
    const { graph, unused } = yield* Either.flatMap(
      parse(text, request.buildArgs.get("BUILDKIT_DOCKERFILE_CHECK")),
      (file) =>
        Either.map(
          lower(file, {
            text,
            buildArgs,
            platform,
            buildPlatform: ofMachine(arch()),
            contexts: namesOf(request.contexts),
            ...(request.target === undefined ? {} : { target: request.target })
          }),
          (lowered) => ({
            graph: { ...lowered, warnings: [...file.warnings, ...lowered.warnings] },
            unused: unusedArgs(file, request.buildArgs.keys())
          })
        )
    ).pipe(Either.mapLeft((diagnostics) => new BadBuildFile({ path: shown, diagnostics })))
    // The same for each platform.
    if (platform === request.platforms[0]) {
      for (const warning of warningsOf(request, graph, unused)) request.onWarning(warning)
    }
    for (const diagnostic of graph.warnings) onEvent({ type: "warning", diagnostic })
    return {
      graph,
      context,
      jobs: request.jobs ?? jobs,
      scope: scopeOf(request, { dockerfile }),
      ...noCacheOf(request.noCache),
      ...(request.ttlMs === undefined ? {} : { ttlMs: request.ttlMs }),
      ...(request.earlyCutoff === undefined ? {} : { earlyCutoff: request.earlyCutoff }),
      // A command can notice it, so it is part of the keys of RUN steps.
      options: {
        ...(request.network === "default" ? {} : { network: request.network }),
        ...noticed(request.surroundings ?? plainSurroundings)
      },
      // What was let through once must not pass for what was looked at.
      ...(request.allowSecretLeak === true ? { secretOptions: { "secret-leaks": "allowed" } } : {}),
      ...(epoch === undefined ? {} : { epoch }),
      onEvent
    }
  })

/** What is strange about a request, whatever its platform. `unused`: build arguments that it does not declare. */
const warningsOf = (
  { labels, noCache }: Pick<BuildRequest, "labels" | "noCache">,
  graph: BuildGraph,
  unused: ReadonlyArray<string>
): ReadonlyArray<string> => {
  const absent = typeof noCache === "boolean" ? [] : noCache.filter((name) => !hasStage(graph, name))
  return [
    ...(unused.length === 0 ? [] : [`build arguments that no ARG of the Dockerfile declares: ${unused.join(", ")}`]),
    ...Object.entries(labels).flatMap(([name, value]) =>
      loginsIn(value).size === 0 ? [] : [loginInLabel(name).message]
    ),
    ...(absent.length === 0
      ? []
      : [`stages that are to be built anew and that the Dockerfile does not have: ${absent.join(", ")}`])
  ]
}

const scopeOf = (
  { context }: BuildRequest,
  { dockerfile }: { readonly dockerfile: { readonly shown: string } }
): string => `${contextText(context)}\n${dockerfile.shown}`

/** Whether a file has a stage of a name, or at a position. */
const hasStage = ({ stages }: BuildGraph, name: string): boolean =>
  stages.some((stage) => name.toLowerCase() === stage.name || name === String(stage.index))

const namesOf = (contexts: BuildRequest["contexts"]): NamedContexts =>
  contexts === undefined
    ? noContexts
    : new Map([...contexts].map(([name, source]) => [name, source.of === "image" ? source : { of: "files" }]))

const noCacheOf = (noCache: BuildRequest["noCache"]): Pick<SolveRequest, "noCache"> => {
  if (noCache === true) return { noCache: "all" }
  return noCache === false || noCache.length === 0 ? {} : { noCache }
}

/** A failure with what it has to do with the Dockerfile: all that is wrong in it, or its lines. */
export const atFault = <E>(
  failure: E | BuildFailed,
  shown: string,
  source: ReadonlyArray<string>
): E | BuildFailed | BadBuildFile => {
  if (!(failure instanceof BuildFailed)) return failure
  const { diagnostics } = failure
  if (diagnostics !== undefined) return new BadBuildFile({ path: shown, diagnostics })
  // An error's cause is no enumerable property.
  return new BuildFailed({
    ...failure,
    cause: failure.cause,
    excerpt: excerptOf(shown, source, failure.step.range)
  })
}

/** How the Dockerfile is called in records. */
export const shownOf = ({ dockerfile }: BuildRequest): string => {
  if (dockerfile === undefined) return "Dockerfile"
  if ("path" in dockerfile) return dockerfile.path
  return "inside" in dockerfile ? dockerfile.inside : dockerfile.shown
}
