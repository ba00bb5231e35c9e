import { type Digest, ofBytes } from "@gantry/core/image/Digest"
import type { CacheRecord, StepKey } from "@gantry/core/store/BuildCache"
import * as fc from "fast-check"

/** The key that a text's digest is. */
export const stepKey = (text: string): StepKey => ofBytes(text) as StepKey

/** The key with its last character changed: what a shortened name takes for the same. */
export const neighbourKey = (key: StepKey): StepKey => (key.slice(0, -1) + (key.endsWith("0") ? "1" : "0")) as StepKey

/** Names of lineages, stages and parents. Some begin alike, because a search by beginning finds too much. */
export const names = fc.constantFrom("build/1", "build/11", "0/1", "0/1'", "0%1", "BUILD/1")

/**
 * Records on a few parents. Likely are facts with quotes, line ends and characters outside ASCII, because they end up in a column or a file.
 */
export const cacheRecords = (layer: Digest | null): fc.Arbitrary<CacheRecord> =>
  fc.record({
    key: fc.string({ maxLength: 4 }).map(stepKey),
    instruction: fc.constantFrom("RUN make", "RUN  make", "", "RUN 'é\n'"),
    parent: names,
    facts: fc.oneof(fc.json({ maxDepth: 2 }), fc.constantFrom('["é\\n"]', `{"a":"'"}`, "[]")),
    layer: fc.constant(layer),
    createdAt: fc.integer({ min: 0, max: 4_102_444_800_000 }),
    tookMs: fc.integer({ min: 0, max: 86_400_000 })
  })
