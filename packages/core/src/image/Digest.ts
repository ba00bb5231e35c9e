import { createHash } from "node:crypto"

/**
 * A content address: the algorithm, a colon, then 64 lower-case hex characters.
 *
 * Spec: OCI image-spec, descriptor.md, section "Digests". Only sha256 is accepted.
 */
export type Digest = string & { readonly Digest: unique symbol }

const shape = /^sha256:[0-9a-f]{64}$/

/** Whether a text is a digest gantry accepts. */
export const isDigest = (text: unknown): text is Digest => typeof text === "string" && shape.test(text)

/** The digest a text spells. Throws when it is none: for constants and for values that were checked before. */
export const digest = (text: string): Digest => {
  if (!isDigest(text)) throw new TypeError(`not a sha256 digest: ${text}`)
  return text
}

/** The 64 hex characters after the algorithm. */
export const hexOf = (of: Digest): string => of.slice("sha256:".length)

/** The first 12 hex characters: what tables show. */
export const shortOf = (of: Digest): string => of.slice("sha256:".length, "sha256:".length + 12)

/** Hashes bytes, or text as UTF-8, that are already in memory. */
export const ofBytes = (bytes: Uint8Array | string): Digest =>
  `sha256:${createHash("sha256").update(bytes).digest("hex")}` as Digest

/** Hashes pieces one after the other, holding none of them. `digest()` may be called once. */
export const hasher = () => {
  const hash = createHash("sha256")
  let size = 0
  return {
    update: (piece: Uint8Array): void => {
      hash.update(piece)
      size += piece.length
    },
    /** Bytes seen so far. */
    size: (): number => size,
    digest: (): Digest => `sha256:${hash.digest("hex")}` as Digest
  }
}
