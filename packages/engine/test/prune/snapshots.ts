import { type Digest, ofBytes } from "@gantry/core/image/Digest"
import type { StepKey } from "@gantry/core/store/BuildCache"
import * as fc from "fast-check"
import { containerOf, imageTree } from "../../src/containers/tree-names.ts"
import type { PruneWish } from "../../src/prune/PrunePlan.ts"
import type { Snapshot, StoredFacts } from "../../src/prune/Snapshot.ts"

/** The instant of all generated looks. */
export const now = 100 * 24 * 60 * 60 * 1000

const digests = (what: string): ReadonlyArray<Digest> => [0, 1, 2, 3, 4, 5].map((each) => ofBytes(`${what} ${each}`))
const layers = digests("layer")
const blobs = digests("blob")
const imageIds = digests("image")
const containerIds = ["a", "b", "c"].map((each) => each.repeat(64))
const volumeNames = ["v", "w", "x"]
const networkNames = ["front", "back"]

const instant = fc.oneof(fc.integer({ min: 0, max: now }), fc.constantFrom(now, now - 1, now - 60_000))
const labels = fc.constantFrom<{ readonly [name: string]: string }>({}, { keep: "yes" })
const dated = { createdAt: instant, lastUsed: instant, labels }
const bytes = fc.integer({ min: 0, max: 1000 })
const stack = fc.subarray([...layers])

const stored = (names: ReadonlyArray<Digest>): fc.Arbitrary<ReadonlyMap<Digest, StoredFacts>> =>
  fc.tuple(...names.map(() => fc.record({ bytes, changedAt: instant }))).map(
    (facts) =>
      new Map(
        names.flatMap((name, index) => {
          const fact = facts[index]
          return fact === undefined ? [] : [[name, fact] as const]
        })
      )
  )

/** Each of these with something, or without it at all. */
const some = <Name, Rest>(
  names: ReadonlyArray<Name>,
  rest: (name: Name) => fc.Arbitrary<Rest>
): fc.Arbitrary<ReadonlyArray<Rest>> =>
  fc.subarray([...names]).chain((chosen) => (chosen.length === 0 ? fc.constant([]) : fc.tuple(...chosen.map(rest))))

/** Stores with a few of everything, used by each other in every way. */
export const snapshots: fc.Arbitrary<Snapshot> = fc
  .record({
    workingSince: fc.option(instant, { nil: undefined }),
    images: some(imageIds, (id) =>
      fc
        .tuple(
          fc.record({
            ...dated,
            id: fc.constant(id),
            names: fc.constantFrom([], ["docker.io/library/web:1"]),
            digests: fc.constant([]),
            stack,
            blobs: fc.subarray([...blobs])
          }),
          fc.constantFrom<{ readonly list?: string }>({}, {}, { list: "docker.io/library/all:1" })
        )
        .map(([image, listed]) => ({ ...image, ...listed }))
    ),
    containers: some(containerIds, (id) =>
      fc.record({
        ...dated,
        id: fc.constant(id),
        name: fc.constant(id.slice(0, 2)),
        image: fc.constantFrom(...imageIds),
        mountedImages: fc.subarray([...imageIds], { maxLength: 2 }),
        live: fc.boolean(),
        volumes: fc.subarray([...volumeNames]),
        networks: fc.subarray(["bridge", ...networkNames]),
        bytes
      })
    ),
    volumes: some(volumeNames, (name) =>
      fc.record({ ...dated, name: fc.constant(name), anonymous: fc.boolean(), bytes })
    ),
    networks: some(networkNames, (name) =>
      fc.record({ name: fc.constant(name), labels, createdAt: instant }, { requiredKeys: ["name", "labels"] })
    ),
    cache: some(layers, (layer) =>
      fc.record({
        ...dated,
        key: fc.constant(ofBytes(`key ${layer}`) as StepKey),
        layer: fc.constantFrom(layer, null),
        labels: fc.constant({}),
        instruction: fc.constant("RUN make"),
        parent: fc.constant("scratch"),
        uses: fc.integer({ min: 1, max: 9 })
      })
    ),
    cacheMounts: some(["npm", "~1"], (name) =>
      fc.record({ ...dated, id: fc.constant(`/${name}`), name: fc.constant(name), bytes, busy: fc.boolean() })
    ),
    trees: some([...containerIds, imageTree("a".repeat(64), 1), "draft-1", "d".repeat(64)], (id) =>
      fc.record(
        { id: fc.constant(id), parents: stack, abandoned: fc.constant<true>(true) },
        { requiredKeys: ["id", "parents"] }
      )
    ),
    free: fc.integer({ min: 0, max: 5000 }),
    layers: stored(layers),
    blobs: stored(blobs),
    partials: some(digests("partial"), (digest) =>
      fc.record({
        digest: fc.constant(digest),
        path: fc.constant(`ingest/partial-${digest}`),
        bytes,
        changedAt: instant,
        held: fc.boolean()
      })
    )
  })
  .map(({ workingSince, ...rest }) => ({ now, ...rest, ...(workingSince === undefined ? {} : { workingSince }) }))

/** What people can ask for. */
export const wishes: fc.Arbitrary<PruneWish> = fc.record(
  {
    containers: fc.boolean(),
    images: fc.constantFrom<"dangling" | "unused">("dangling", "unused"),
    cache: fc.constantFrom<"unshared" | "all">("unshared", "all"),
    limits: fc.record(
      { maxUsedSpace: fc.nat(3000), minFreeSpace: fc.nat(6000), reservedSpace: fc.nat(3000) },
      { requiredKeys: [] }
    ),
    unfinished: fc.constantFrom<"old" | "all">("old", "all"),
    volumes: fc.constantFrom<"anonymous" | "all">("anonymous", "all"),
    networks: fc.boolean(),
    filters: fc.record(
      {
        until: instant,
        unusedSince: instant,
        labels: fc.constantFrom((each: { readonly [name: string]: string }) => each["keep"] === undefined)
      },
      { requiredKeys: [] }
    )
  },
  { requiredKeys: [] }
)

/** Everything that nobody uses. */
export const everything: PruneWish = {
  containers: true,
  images: "unused",
  cache: "all",
  unfinished: "all",
  volumes: "all",
  networks: true
}

/** What is left of a store after a plan was carried out. */
export const after = (snapshot: Snapshot, gone: ReadonlySet<string>): Snapshot => {
  const trees = snapshot.trees.filter(({ id }) => !gone.has(`container ${containerOf(id)}`))
  const left = (kind: string, all: ReadonlyMap<Digest, StoredFacts>) =>
    new Map([...all].filter(([digest]) => !gone.has(`${kind} ${digest}`)))
  const bytesOf = (kind: string, all: ReadonlyArray<{ readonly name: string; readonly bytes: number }>) =>
    all.reduce((sum, { bytes: own, name }) => (gone.has(`${kind} ${name}`) ? sum + own : sum), 0)
  const named = (all: ReadonlyMap<Digest, StoredFacts>) => [...all].map(([name, facts]) => ({ name, ...facts }))
  return {
    ...snapshot,
    free:
      snapshot.free +
      bytesOf("layer", named(snapshot.layers)) +
      bytesOf("blob", named(snapshot.blobs)) +
      bytesOf("cache-mount", snapshot.cacheMounts),
    trees,
    images: snapshot.images.filter(({ id }) => !gone.has(`image ${id}`)),
    containers: snapshot.containers.filter(({ id }) => !gone.has(`container ${id}`)),
    volumes: snapshot.volumes.filter(({ name }) => !gone.has(`volume ${name}`)),
    networks: (snapshot.networks ?? []).filter(({ name }) => !gone.has(`network ${name}`)),
    cache: snapshot.cache.filter(({ key }) => !gone.has(`cache ${key}`)),
    cacheMounts: snapshot.cacheMounts.filter(({ name }) => !gone.has(`cache-mount ${name}`)),
    layers: left("layer", snapshot.layers),
    blobs: left("blob", snapshot.blobs),
    partials: snapshot.partials.filter(({ digest }) => !gone.has(`partial ${digest}`))
  }
}
