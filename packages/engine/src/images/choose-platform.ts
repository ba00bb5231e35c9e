import type { Descriptor } from "@gantry/core/image/Descriptor"
import { format, matches, type Platform, wholeVariant } from "@gantry/core/image/Platform"
import * as Either from "effect/Either"

/** Variants that are meant when none is written. */
const usual: { readonly [architecture: string]: string } = { amd64: "v1", arm: "v7", arm64: "v8" }

const variantOf = ({ architecture, variant }: Platform): string =>
  variant === undefined ? (usual[architecture] ?? "") : wholeVariant(variant)

/** The number of a variant such as `v7`; undefined for others, which are only equal or not. */
const levelOf = (platform: Platform): number | undefined => {
  const digits = /^v(\d{1,3})$/.exec(variantOf(platform))?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/**
 * How well something made for `offered` suits `wanted`: the higher the better; undefined when it does not run there. A
 * processor runs what was made for the lower variants of its architecture; 32-bit programs of a 64-bit processor are
 * not considered.
 */
export const suits = (offered: Platform, wanted: Platform): number | undefined => {
  if (offered.os !== wanted.os || offered.architecture !== wanted.architecture) return undefined
  if (offered.variant === wanted.variant) return 10_000
  if (variantOf(offered) === variantOf(wanted)) return 9_999
  const have = levelOf(wanted)
  const need = levelOf(offered)
  if (have !== undefined && need !== undefined && need <= have) return 5_000 + need
  // Nobody said which variant the machine is: the lowest that is offered is the likeliest to run.
  return matches(offered, wanted) ? 1_000 - (need ?? 0) : undefined
}

/**
 * The entry of an index that is for a platform: the best suited one, the first among equals. Signatures and other
 * attachments, which call themselves `unknown/unknown`, are never chosen. An entry without platform is chosen when none
 * with one suits. Left: the platforms there are, each once.
 *
 * Spec: OCI image-spec, image-index.md, property "platform".
 */
export const choosePlatform = <Entry extends Pick<Descriptor, "platform">>(
  entries: ReadonlyArray<Entry>,
  wanted: Platform
): Either.Either<Entry, ReadonlyArray<string>> => {
  let best: { readonly entry: Entry; readonly score: number } | undefined
  for (const entry of entries) {
    const score = entry.platform === undefined ? 0 : suits(entry.platform, wanted)
    if (score !== undefined && (best === undefined || score > best.score)) best = { entry, score }
  }
  if (best !== undefined) return Either.right(best.entry)
  const available = entries.flatMap(({ platform }) =>
    platform === undefined || platform.os === "unknown" ? [] : [format(platform)]
  )
  return Either.left([...new Set(available)])
}
