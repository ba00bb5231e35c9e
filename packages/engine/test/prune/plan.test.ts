import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { containerOf } from "../../src/containers/tree-names.ts"
import { identityOf, type PruneWish } from "../../src/prune/PrunePlan.ts"
import { grace, needed, plan } from "../../src/prune/plan.ts"
import { type Dated, imagesOf, type Snapshot } from "../../src/prune/Snapshot.ts"
import { after, everything, now, snapshots, wishes } from "./snapshots.ts"

/** A report of the smallest store and wish for which something is wrong; empty when there are none. */
const wrong = (find: (snapshot: Snapshot, wish: PruneWish) => ReadonlyArray<unknown>): string => {
  const outcome = fc.check(
    fc.property(snapshots, wishes, (snapshot, wish) => find(snapshot, wish).length === 0),
    { numRuns: 500 }
  )
  return outcome.failed ? (fc.defaultReportMessage(outcome) ?? "") : ""
}

const planned = (snapshot: Snapshot, wish: PruneWish) => {
  const made = plan(snapshot, wish)
  const gone = new Set<string>(made.remove.map(identityOf))
  return { ...made, gone, left: after(snapshot, gone) }
}

describe("a plan", () => {
  it("never takes what something that stays needs", () => {
    const report = wrong((snapshot, wish) => {
      const { gone, left } = planned(snapshot, wish)
      const needs = (["layer", "blob"] as const).flatMap((kind) =>
        [...needed(kind, left.images, left.cache, left.trees)].map((each) => `${kind} ${each}`)
      )
      const used = left.containers.flatMap(({ image, mountedImages = [], networks, volumes }) => [
        ...[image, ...mountedImages].map((each) => `image ${each}`),
        ...networks.map((network) => `network ${network}`),
        ...volumes.map((volume) => `volume ${volume}`)
      ])
      return [...needs, ...used].filter((each) => gone.has(each))
    })
    expect(report).toBe("")
  })

  it("never takes a running container, what is being fetched or listed, or a volume with a name unless all are asked for", () => {
    const report = wrong((snapshot, wish) => {
      const { gone } = planned(snapshot, wish)
      const named = wish.volumes === "all" ? [] : snapshot.volumes.filter(({ anonymous }) => !anonymous)
      return [
        ...snapshot.containers.filter(({ live }) => live).map(({ id }) => `container ${id}`),
        ...named.map(({ name }) => `volume ${name}`),
        ...snapshot.images.filter(({ list }) => list !== undefined).map(({ id }) => `image ${id}`),
        ...snapshot.partials.filter(({ held }) => held).map(({ digest }) => `partial ${digest}`)
      ].filter((each) => gone.has(each))
    })
    expect(report).toBe("")
  })

  it("never takes kinds that were not asked for", () => {
    const report = wrong((snapshot, wish) => {
      const asked = new Set([
        ...(wish.containers === true ? ["container"] : []),
        ...(wish.images === undefined ? [] : ["image"]),
        ...(wish.cache === undefined ? [] : ["cache", "cache-mount"]),
        ...(wish.volumes === undefined ? [] : ["volume"]),
        ...(wish.networks === true ? ["network"] : []),
        ...(wish.unfinished === undefined ? [] : ["partial"]),
        "layer",
        "blob"
      ])
      return plan(snapshot, wish).remove.filter(({ kind }) => !asked.has(kind))
    })
    expect(report).toBe("")
  })

  it("never takes an image, a build record or a loose layer that was used since a running command began", () => {
    const report = wrong((snapshot, wish) => {
      const since = snapshot.workingSince ?? Infinity
      const { gone } = planned(snapshot, wish)
      const before = needed("layer", snapshot.images, snapshot.cache, snapshot.trees)
      const loose = [...snapshot.layers].filter(([layer, { changedAt }]) => !before.has(layer) && changedAt >= since)
      return [
        ...snapshot.images.filter(({ lastUsed }) => lastUsed >= since).map(({ id }) => `image ${id}`),
        ...snapshot.cache.filter(({ lastUsed }) => lastUsed >= since).map(({ key }) => `cache ${key}`),
        ...loose.map(([layer]) => `layer ${layer}`)
      ].filter((each) => gone.has(each))
    })
    expect(report).toBe("")
  })

  it("keeps what is unfinished for a day, unless all of it is asked for", () => {
    const report = wrong((snapshot, wish) => {
      const { gone } = planned(snapshot, wish)
      const young = snapshot.partials.filter(({ changedAt }) => wish.unfinished !== "all" && changedAt > now - grace)
      return young.filter(({ digest }) => gone.has(`partial ${digest}`))
    })
    expect(report).toBe("")
  })

  it("takes only what the filters let through", () => {
    const report = wrong((snapshot, wish) => {
      const { gone } = planned(snapshot, wish)
      const { labels, unusedSince = Infinity, until = Infinity } = wish.filters ?? {}
      const lets = (each: Dated) =>
        each.createdAt < until && each.lastUsed < unusedSince && (labels === undefined || labels(each.labels))
      const all: ReadonlyArray<readonly [string, Dated]> = [
        ...snapshot.containers.map((each) => [`container ${each.id}`, each] as const),
        ...snapshot.volumes.map((each) => [`volume ${each.name}`, each] as const),
        ...snapshot.images.map((each) => [`image ${each.id}`, each] as const),
        ...snapshot.cache.map((each) => [`cache ${each.key}`, each] as const),
        // What is not on record passes no limit of time: when networks were used, and of some when they were made.
        ...(snapshot.networks ?? []).map((each) => {
          const lastUsed = unusedSince === Infinity ? 0 : Infinity
          const createdAt = until === Infinity ? 0 : (each.createdAt ?? Infinity)
          return [`network ${each.name}`, { ...each, createdAt, lastUsed }] as const
        })
      ]
      return all.filter(([name, each]) => gone.has(name) && !lets(each))
    })
    expect(report).toBe("")
  })

  it("is complete: planned again after it was carried out, it takes nothing", () => {
    const report = wrong((snapshot, wish) => plan(planned(snapshot, wish).left, wish).remove)
    expect(report).toBe("")
  })

  it("names each thing once, and never both as going and as staying", () => {
    const report = wrong((snapshot, wish) => {
      const { gone, keep, remove } = planned(snapshot, wish)
      return [
        ...remove.slice(gone.size),
        ...keep.filter(({ kind, what }) => gone.has(`${kind} ${what}`) && kind !== "container")
      ]
    })
    expect(report).toBe("")
  })

  it("of everything leaves only what is in use, when nothing runs", () => {
    const report = wrong((snapshot) => {
      const known = new Set(snapshot.containers.map(({ id }) => id))
      const { workingSince: _, ...idle } = snapshot
      const still = { ...idle, trees: snapshot.trees.filter(({ id }) => known.has(containerOf(id))) }
      const { left } = planned(still, everything)
      const images = new Set(left.containers.flatMap(imagesOf))
      const volumes = new Set(left.containers.flatMap((each) => each.volumes))
      const networks = new Set(left.containers.flatMap((each) => each.networks))
      const layers = needed("layer", left.images, left.cache, left.trees)
      const blobs = needed("blob", left.images, [], [])
      return [
        ...left.containers.filter(({ live }) => !live),
        ...left.images.filter(({ id, list }) => list === undefined && !images.has(id)),
        ...left.volumes.filter(({ name }) => !volumes.has(name)),
        ...(left.networks ?? []).filter(({ name }) => !networks.has(name)),
        ...left.cache,
        ...left.partials.filter(({ held }) => !held),
        ...[...left.layers.keys()].filter((each) => !layers.has(each)),
        ...[...left.blobs.keys()].filter((each) => !blobs.has(each))
      ]
    })
    expect(report).toBe("")
  })
})
