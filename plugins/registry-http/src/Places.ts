import { familiarName, type ImageRef } from "@gantry/core/image/ImageRef"
import { RegistryBlocked, type RegistryError } from "@gantry/core/registry/RegistryError"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { mirrored, type RegistrySettings, settingsFor } from "./config/RegistryConfig.ts"
import type { Hosts } from "./Hosts.ts"
import { type Failure, outward, spelled, type Target } from "./Target.ts"

/** Where the images of a reference are: the registry itself and its mirrors. */
export interface Places {
  /** The registry itself. */
  readonly own: (ref: ImageRef) => Effect.Effect<Target, RegistryError>
  /** The first success: of a mirror, in the order of the configuration, or else of the registry itself. */
  readonly first: <A>(
    ref: ImageRef,
    ask: (target: Target) => Effect.Effect<A, Failure>
  ) => Effect.Effect<A, RegistryError>
  /** The same for bytes from an offset on: a mirror that fails in the middle is followed by the next place there. */
  readonly firstBytes: (
    ref: ImageRef,
    offset: number,
    ask: (target: Target, offset: number) => Stream.Stream<Uint8Array, Failure>
  ) => Stream.Stream<Uint8Array, RegistryError>
}

interface Place {
  readonly name: string
  readonly isMirror: boolean
  readonly target: Effect.Effect<Target, Failure>
}

/** Failures after which a mirror is not asked again by this process. */
const lasting = new Set(["refused", "unknown-host", "certificate", "no-tls", "stalled"])

/** `settings` is read when the first reference is asked for. */
export const makePlaces = (
  settings: Effect.Effect<ReadonlyArray<RegistrySettings>, RegistryError>,
  hosts: Hosts
): Places => {
  const gone = new Set<string>()

  const itself = (ref: ImageRef, said: RegistrySettings | undefined): Place => ({
    name: ref.registry,
    isMirror: false,
    target: Effect.map(
      hosts.find({ name: ref.registry, insecure: said?.insecure, ca: said?.ca }),
      ({ base, trust }) => ({ name: ref.registry, repository: ref.repository, reference: spelled(ref), base, trust })
    )
  })

  const mirrorsOf = (ref: ImageRef, said: RegistrySettings | undefined, all: ReadonlyArray<RegistrySettings>) =>
    (said?.mirrors ?? []).map((mirror): Place => {
      const repository = mirrored(mirror, said?.prefix ?? "", ref)
      const own = settingsFor(all, { registry: mirror.host, repository })
      const host = {
        name: mirror.host,
        scheme: mirror.scheme,
        insecure: mirror.insecure ?? own?.insecure,
        ca: own?.ca ?? said?.ca
      }
      return {
        name: mirror.host,
        isMirror: true,
        target: Effect.map(hosts.find(host), ({ base, trust }) => ({
          name: mirror.host,
          repository,
          reference: spelled(ref),
          base,
          trust
        }))
      }
    })

  const known = (ref: ImageRef) =>
    Effect.flatMap(settings, (all) => {
      const said = settingsFor(all, ref)
      return said?.blocked === true
        ? new RegistryBlocked({ reference: spelled(ref), file: said.file })
        : Effect.succeed({ all, said })
    })

  const pulled = (ref: ImageRef) =>
    Effect.map(known(ref), ({ all, said }) => [
      ...mirrorsOf(ref, said, all).filter(({ name }) => !gone.has(name)),
      itself(ref, said)
    ])

  /** Remembers and says why a mirror is passed over. */
  const passOver = (name: string, failure: Failure): Effect.Effect<void> => {
    if (failure._tag === "ImageNotFound") return Effect.void
    if (failure._tag === "TransportFailure" && lasting.has(failure.kind)) {
      if (gone.has(name)) return Effect.void
      gone.add(name)
    }
    return Effect.logWarning(`passing over the mirror ${name}: ${outward(name)(failure).message}`)
  }

  const attempt = <A>(
    [place, ...rest]: ReadonlyArray<Place>,
    ask: (target: Target) => Effect.Effect<A, Failure>
  ): Effect.Effect<A, RegistryError> => {
    // There is always the registry itself.
    if (place === undefined) return Effect.dieMessage("no place is left to ask")
    return Effect.catchAll(Effect.flatMap(place.target, ask), (failure) =>
      place.isMirror
        ? Effect.zipRight(passOver(place.name, failure), attempt(rest, ask))
        : Effect.fail(outward(place.name)(failure))
    )
  }

  const attemptBytes = (
    [place, ...rest]: ReadonlyArray<Place>,
    offset: number,
    ask: (target: Target, offset: number) => Stream.Stream<Uint8Array, Failure>
  ): Stream.Stream<Uint8Array, RegistryError> => {
    if (place === undefined) return Stream.dieMessage("no place is left to ask")
    return Stream.suspend(() => {
      let at = offset
      return Stream.unwrap(Effect.map(place.target, (target) => ask(target, offset))).pipe(
        Stream.map((piece) => {
          at += piece.length
          return piece
        }),
        Stream.catchAll((failure) =>
          place.isMirror
            ? Stream.unwrap(Effect.as(passOver(place.name, failure), attemptBytes(rest, at, ask)))
            : Stream.fail(outward(place.name)(failure))
        )
      )
    })
  }

  return {
    own: (ref) =>
      Effect.flatMap(known(ref), ({ said }) => Effect.mapError(itself(ref, said).target, outward(ref.registry))),
    first: (ref, ask) => Effect.flatMap(pulled(ref), (places) => attempt(places, ask)),
    firstBytes: (ref, offset, ask) =>
      Stream.unwrap(Effect.map(pulled(ref), (places) => attemptBytes(places, offset, ask)))
  }
}

/** The reference of one blob, for errors. */
export const blobName = (ref: ImageRef, digest: string): string => `${familiarName(ref)}@${digest}`
