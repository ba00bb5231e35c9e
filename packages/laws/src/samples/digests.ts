import { type Digest, digest, ofBytes } from "@gantry/core/image/Digest"
import * as fc from "fast-check"

/** Digests of something: all values are equally likely, so that no store can rely on their order. */
export const digests: fc.Arbitrary<Digest> = fc.uint8Array({ maxLength: 8 }).map(ofBytes)

/** The digest with its last character changed: what a comparison of prefixes, or a shortened name, takes for the same. */
export const neighbour = (of: Digest): Digest => digest(of.slice(0, -1) + (of.endsWith("0") ? "1" : "0"))
