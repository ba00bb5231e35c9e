import { sourcesOf } from "@gantry/build/graph/BuildGraph"
import type { BuildGraph } from "@gantry/build/graph/BuildGraph"
import type { BuildResult } from "@gantry/build/solve/BuildResult"
import { coverLogins } from "@gantry/core/logins"
import * as ImageRef from "@gantry/core/image/ImageRef"
import { format, type Platform, plainPlatform } from "@gantry/core/image/Platform"
import * as Either from "effect/Either"
import type { BuildRequest } from "../builds/BuildRequest.ts"
import { contextText } from "../contexts/ContextSource.ts"
import type { LockedInput } from "../lock/LockFile.ts"
import type { Attestation, ProvenanceWish } from "./Attestation.ts"
import { imageUrl } from "./attestation-manifest.ts"

/** What a build was, for one platform. */
export interface BuiltFacts {
  readonly request: Pick<
    BuildRequest,
    "agents" | "buildArgs" | "context" | "contexts" | "labels" | "network" | "platforms" | "secrets" | "target"
  >
  readonly dockerfile: { readonly shown: string; readonly text: string }
  /** What was checked out, when the context is a repository. */
  readonly commit?: string
  readonly platform: Platform
  /** The machine. */
  readonly builder: Platform
  readonly graph: BuildGraph
  readonly steps: BuildResult["steps"]
  /** What names and addresses turned out to be. */
  readonly inputs: ReadonlyArray<LockedInput>
  /** Milliseconds since 1970; absent where the same build is to say the same. */
  readonly times?: { readonly started: number; readonly finished: number }
}

/** What says how to read the parameters below. */
const buildType = "urn:gantry:build:dockerfile:1"

/**
 * How an image came about. The fields that SLSA leaves to builders are BuildKit's, by name and meaning, as far as there
 * is the same here; users and passwords of addresses are covered.
 *
 * Spec: SLSA 1.1, "Provenance"; BuildKit, "SLSA definitions".
 */
export const provenanceOf = (facts: BuiltFacts, { builderId, mode, reproducible }: ProvenanceWish): Attestation => {
  const { builder, commit, graph, request, steps, times } = facts
  const isMax = mode === "max"
  const dependencies = dependenciesOf(facts)
  const isHermetic = graph.needed.every((index) =>
    graph.stages[index]?.steps.every(
      ({ instruction }) => instruction._tag !== "Run" || networkOf(instruction, request) === "none"
    )
  )
  const hasAll =
    request.context.of === "repository" && localsOf(request).length === 0 && isHermetic && knowsImages(facts)
  return {
    predicateType: "https://slsa.dev/provenance/v1",
    predicate: {
      buildDefinition: {
        buildType,
        externalParameters: {
          configSource: {
            ...(request.context.of === "repository" || request.context.of === "download"
              ? { uri: contextText(request.context) }
              : {}),
            ...(commit === undefined ? {} : { digest: gitDigest(commit) }),
            path: pathOf(facts)
          },
          request: {
            frontend: "dockerfile.v0",
            args: argsOf(request, isMax),
            ...(isMax
              ? {
                  secrets: idsOf(request.secrets?.map(({ id }) => id) ?? []),
                  ssh: idsOf([...(request.agents ?? new Map()).keys()])
                }
              : {}),
            locals: localsOf(request)
          }
        },
        internalParameters: {
          ...(isMax ? { buildConfig: { steps: stepsOf(steps) } } : {}),
          builderPlatform: format(plainPlatform(builder))
        },
        resolvedDependencies: dependencies
      },
      runDetails: {
        builder: { id: builderId },
        metadata: {
          ...(times === undefined
            ? {}
            : { startedOn: new Date(times.started).toISOString(), finishedOn: new Date(times.finished).toISOString() }),
          buildkit_metadata: isMax ? { source: { infos: [sourceOf(facts)] } } : {},
          ...(isHermetic ? { buildkit_hermetic: true } : {}),
          buildkit_completeness: { request: isMax, resolvedDependencies: hasAll },
          ...(reproducible ? { buildkit_reproducible: true } : {})
        }
      }
    }
  }
}

/** Where the Dockerfile is: in the repository, or by its name alone, for the rest of its path is this machine's. */
const pathOf = ({ commit, dockerfile: { shown } }: Pick<BuiltFacts, "commit" | "dockerfile">): string =>
  commit === undefined ? shown.slice(shown.lastIndexOf("/") + 1) : shown

const networkOf = ({ network }: { readonly network: BuildRequest["network"] }, request: BuiltFacts["request"]) =>
  network === "default" ? request.network : network

const argsOf = (
  { buildArgs, labels, platforms, target }: BuiltFacts["request"],
  isMax: boolean
): { readonly [name: string]: string } => ({
  ...(isMax
    ? Object.fromEntries([
        ...[...buildArgs].map(([name, value]) => [`build-arg:${name}`, coverLogins(value)] as const),
        ...Object.entries(labels).map(([name, value]) => [`label:${name}`, coverLogins(value)] as const)
      ])
    : {}),
  platform: platforms.map((each) => format(plainPlatform(each))).join(","),
  ...(target === undefined ? {} : { target })
})

const idsOf = (ids: ReadonlyArray<string>) => [...new Set(ids)].map((id) => ({ id }))

/** Files of this machine, which are known by no digest. */
const localsOf = ({ context, contexts }: Pick<BuildRequest, "context" | "contexts">) => [
  ...(context.of === "repository" ? [] : [{ name: "context" }, { name: "dockerfile" }]),
  ...[...(contexts ?? [])].flatMap(([name, { of }]) => (of === "folder" || of === "bytes" ? [{ name }] : []))
]

const stepsOf = (steps: BuildResult["steps"]) =>
  steps.map(({ layer, step }) => ({
    id: `${step.stageName}/${step.number}`,
    instruction: step.text,
    ...(layer === null ? {} : { layer })
  }))

const sourceOf = (facts: Pick<BuiltFacts, "commit" | "dockerfile">) => ({
  filename: pathOf(facts),
  language: "Dockerfile",
  data: Buffer.from(coverLogins(facts.dockerfile.text)).toString("base64")
})

const gitDigest = (commit: string) => ({ [commit.length === 64 ? "sha256" : "sha1"]: commit })

const dependenciesOf = ({ commit, inputs, platform, request }: BuiltFacts) => {
  const own = commit === undefined ? [] : [{ uri: contextText(request.context), digest: gitDigest(commit) }]
  const found = [...inputs].map((input) =>
    input.kind === "repository"
      ? { uri: input.source, digest: gitDigest(input.is) }
      : {
          uri: input.kind === "image" ? imageUrl(ImageRef.familiarOf(input.source), platform) : input.source,
          digest: { sha256: input.is.slice("sha256:".length) }
        }
  )
  const all = new Map([...own, ...found].map((each) => [each.uri, each]))
  return [...all.values()].toSorted((a, b) => (a.uri < b.uri ? -1 : 1))
}

/** Whether all images that the build stands on or copies from are among its dependencies: one made here has no digest elsewhere. */
const knowsImages = ({ graph, inputs }: BuiltFacts): boolean => {
  const known = new Set(inputs.flatMap(({ kind, source }) => (kind === "image" ? [repositoryOf(source)] : [])))
  return imagesOf(graph).every((reference) => known.has(repositoryOf(reference)))
}

const repositoryOf = (reference: string): string => {
  const ref = Either.getOrUndefined(ImageRef.parse(reference.replace(/^docker:\/\//, "")))
  return ref === undefined ? reference : `${ref.registry}/${ref.repository}`
}

const imagesOf = ({ needed, stages }: BuildGraph): ReadonlyArray<string> => [
  ...new Set(
    needed.flatMap((index) => {
      const stage = stages[index]
      if (stage === undefined) return []
      return [stage.base, ...stage.steps.flatMap(sourcesOf)].flatMap((source) =>
        source.of === "image" ? [source.reference] : []
      )
    })
  )
]
