import { arch } from "node:os"
import { familiar } from "@gantry/core/image/ImageRef"
import type { ImageRef } from "@gantry/core/image/ImageRef"
import { ofMachine } from "@gantry/core/image/Platform"
import type { LayerStore } from "@gantry/core/store/LayerStore"
import type { LayerMissing, StorageFailure } from "@gantry/core/store/StoreError"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { BuildRequest } from "../builds/BuildRequest.ts"
import type { Produced } from "../outputs/Produced.ts"
import type { Attestation, AttestWish, CannotAttest } from "./Attestation.ts"
import { type BuiltFacts, provenanceOf } from "./provenance.ts"
import { readPackages } from "./read-packages.ts"
import { spdxOf } from "./spdx.ts"

/** A build that something is to be said of. */
export interface AttestedBuild {
  readonly request: BuildRequest
  readonly wish: AttestWish
  /** `epoch`: the same build is to say the same. */
  readonly opened: Pick<BuiltFacts, "commit" | "dockerfile"> & { readonly epoch?: number | undefined }
  readonly inputs: BuiltFacts["inputs"]
  /** Milliseconds since 1970. */
  readonly started: number
}

/** The images of a build with what is said of each. `results`: how each of them was made. */
export const attestAll = (
  produced: ReadonlyArray<Produced>,
  results: ReadonlyArray<Pick<BuiltFacts, "graph" | "steps">>,
  { inputs, opened, request, started, wish }: AttestedBuild
): Effect.Effect<ReadonlyArray<Produced>, CannotAttest | LayerMissing | StorageFailure, LayerStore> =>
  Effect.gen(function* () {
    const finished = yield* Clock.currentTimeMillis
    const names = [...request.names, ...request.outputs.flatMap((output) => ("names" in output ? output.names : []))]
    return yield* Effect.forEach(produced, (image, at) => {
      const made = results[at]
      if (made === undefined) return Effect.dieMessage("an image that no build made")
      const facts: BuiltFacts = {
        request,
        dockerfile: opened.dockerfile,
        ...(opened.commit === undefined ? {} : { commit: opened.commit }),
        platform: image.platform,
        builder: ofMachine(arch()),
        graph: made.graph,
        steps: made.steps,
        inputs,
        ...(opened.epoch === undefined ? { times: { started, finished } } : {})
      }
      return Effect.map(attest(image, wish, { facts, names }), (attestations) => ({ ...image, attestations }))
    })
  })

/** Says of an image what was asked for. `names`: what it will be called. */
const attest = (
  image: Produced,
  { provenance, sbom = false }: AttestWish,
  { facts, names }: { readonly facts: BuiltFacts; readonly names: ReadonlyArray<ImageRef> }
): Effect.Effect<ReadonlyArray<Attestation>, CannotAttest | LayerMissing | StorageFailure, LayerStore> =>
  Effect.gen(function* () {
    const said: Array<Attestation> = []
    if (sbom) {
      const { distribution, packages } = yield* readPackages(image.stack)
      const [name] = names
      const created = image.config.created ?? new Date(0).toISOString()
      said.push(spdxOf(packages, { name: name === undefined ? "image" : familiar(name), created, distribution }))
    }
    if (provenance !== undefined) said.push(provenanceOf(facts, provenance))
    return said
  })
