import type { ImageRef } from "@gantry/core/image/ImageRef"
import { RegistryTrust } from "@gantry/core/registry/RegistryTrust"
import { parseName } from "@gantry/engine/images/Images"
import * as Effect from "effect/Effect"
import { dockerWords } from "../show/docker-words.ts"
import { Usage } from "./Usage.ts"

/** Reads the name of a manifest or a list. `beginning` is what docker says before what is wrong with it. */
export const manifestNamed = (text: string, beginning = ""): Effect.Effect<ImageRef, Usage> =>
  Effect.mapError(
    parseName(text),
    (problem) =>
      new Usage({
        message: problem.message,
        reason: `${beginning}${dockerWords(problem, "pull").text}`,
        hint: "names look like host:port/path/name:tag, in lower case",
        status: 1,
        speaker: "plain"
      })
  )

/** Runs an effect that trusts registries without a proof if `--insecure` says so. */
export const unlessInsecure =
  (insecure: boolean) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    insecure ? Effect.provideService(effect, RegistryTrust, { tlsVerify: false, certDir: undefined }) : effect
