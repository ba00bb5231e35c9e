import type { Digest } from "@gantry/core/image/Digest"
import * as ImageRef from "@gantry/core/image/ImageRef"
import { containerOf } from "../containers/tree-names.ts"
import { planCache } from "./plan-cache.ts"
import { filtered, isOfNow, ofNow } from "./reasons.ts"
import type { Kept, Plan, PruneWish, Removal } from "./PrunePlan.ts"
import type { CacheFacts, ContainerFacts, ImageFacts, NetworkFacts, Snapshot, VolumeFacts } from "./Snapshot.ts"

/** Milliseconds for which what an unfinished pull or build left is kept, so that the next attempt goes on with it. */
export const grace = 24 * 60 * 60 * 1000

/**
 * Decides what goes and what stays. What is in use never goes: images of containers that stay, layers of images, cache
 * records and trees that stay, volumes that a container mounts, and whatever a command that runs now may have made or
 * used. What goes because something else goes, such as the layers of an image, is named by itself.
 */
export const plan = (snapshot: Snapshot, wish: PruneWish): Plan => {
  const keep: Array<Kept> = []
  const passes = <Each>(
    kind: Kept["kind"],
    all: ReadonlyArray<Each>,
    nameOf: (each: Each) => string,
    reason: (each: Each) => string | undefined
  ): ReadonlyArray<Each> =>
    all.filter((each) => {
      const why = reason(each)
      if (why !== undefined) keep.push({ kind, what: nameOf(each), why })
      return why === undefined
    })
  const { filters = {} } = wish

  const containers = !wish.containers
    ? []
    : passes(
        "container",
        snapshot.containers,
        ({ name }) => name,
        (each) => (each.live ? "it is running" : filtered(each, filters))
      )
  const stayingContainers = without(snapshot.containers, containers)
  const removedTrees = new Set(containers.map(({ id }) => id))
  const trees = snapshot.trees.filter(({ id }) => !removedTrees.has(containerOf(id)))

  const volumes =
    wish.volumes === undefined
      ? []
      : passes(
          "volume",
          snapshot.volumes,
          ({ name }) => name,
          (each) => volumeReason(each, wish, stayingContainers, creating(snapshot))
        )

  const networks =
    wish.networks !== true
      ? []
      : passes(
          "network",
          snapshot.networks ?? [],
          ({ name }) => name,
          (each) => networkReason(each, wish, stayingContainers, creating(snapshot))
        )

  const images =
    wish.images === undefined
      ? []
      : passes("image", snapshot.images, imageName, (each) =>
          imageReason(each, wish, { snapshot, containers: stayingContainers })
        )
  const stayingImages = without(snapshot.images, images)

  const shared = new Set(stayingImages.flatMap(({ stack }) => stack))
  const chosen = planCache(snapshot, wish, { shared, trees })
  keep.push(...chosen.keep)
  const stayingCache = snapshot.cache.filter((each) => !chosen.records.has(each))

  const removals: Array<Removal> = [
    ...containers.map(({ bytes, id, name }): Removal => ({ kind: "container", id, name, bytes })),
    ...volumes.map(({ bytes, name }): Removal => ({ kind: "volume", name, bytes })),
    ...networks.map(({ name }): Removal => ({ kind: "network", name, bytes: 0 })),
    ...images.map(({ digests, id, names }): Removal => ({ kind: "image", id, names, digests, bytes: 0 })),
    ...[...chosen.records].map(([{ key, layer }, rule]): Removal => {
      const frees = layer === null ? 0 : (snapshot.layers.get(layer)?.bytes ?? 0)
      return { kind: "cache", key, bytes: 0, rule, frees }
    }),
    ...chosen.mounts.map(({ bytes, id, name }): Removal => ({ kind: "cache-mount", id, name, bytes }))
  ]

  const fresh = ({ changedAt }: { readonly changedAt: number }): string | undefined => {
    if (wish.unfinished === "old" && changedAt > snapshot.now - grace) {
      return "what an unfinished pull or build left is kept for a day, so that the next attempt goes on with it"
    }
    return isOfNow(changedAt, snapshot.workingSince) ? ofNow : undefined
  }
  for (const kind of ["layer", "blob"] as const) {
    const stored = kind === "layer" ? snapshot.layers : snapshot.blobs
    const neededNow = needed(kind, stayingImages, stayingCache, trees)
    const neededBefore = needed(kind, snapshot.images, snapshot.cache, snapshot.trees)
    for (const [digest, { bytes, changedAt }] of stored) {
      if (neededNow.has(digest)) continue
      if (neededBefore.has(digest)) {
        removals.push({ kind, digest, bytes })
        continue
      }
      // Nobody needed it before either: a pull that was cut off left it, or one that runs has just made it.
      if (wish.unfinished === undefined) continue
      const why = fresh({ changedAt })
      if (why === undefined) removals.push({ kind, digest, bytes })
      else keep.push({ kind, what: digest, why })
    }
  }
  if (wish.unfinished !== undefined) {
    for (const { bytes, changedAt, digest, held, path } of snapshot.partials) {
      const why = held ? "it is being fetched" : fresh({ changedAt })
      if (why === undefined) removals.push({ kind: "partial", digest, path, bytes })
      else keep.push({ kind: "partial", what: digest, why })
    }
  }
  return { remove: removals, keep }
}

/** Layers or blobs that these things cannot do without. */
export const needed = (
  kind: "layer" | "blob",
  images: ReadonlyArray<Pick<ImageFacts, "stack" | "blobs">>,
  cache: ReadonlyArray<Pick<CacheFacts, "layer">>,
  trees: Snapshot["trees"]
): ReadonlySet<Digest> =>
  kind === "blob"
    ? new Set(images.flatMap(({ blobs }) => blobs))
    : new Set([
        ...images.flatMap(({ stack }) => stack),
        ...cache.flatMap(({ layer }) => (layer === null ? [] : [layer])),
        ...trees.flatMap(({ parents }) => parents)
      ])

/** Whether a container is being created: its tree is there before its record is. */
const creating = ({ containers, trees }: Snapshot): boolean => {
  const known = new Set(containers.map(({ id }) => id))
  return trees.some(({ abandoned, id }) => /^[0-9a-f]{64}$/.test(id) && !known.has(id) && abandoned !== true)
}

const volumeReason = (
  each: VolumeFacts,
  { filters = {}, volumes }: PruneWish,
  containers: ReadonlyArray<ContainerFacts>,
  busy: boolean
): string | undefined => {
  const user = containers.find((container) => container.volumes.includes(each.name))
  if (user !== undefined) return `container ${user.name} mounts it`
  if (volumes === "anonymous" && !each.anonymous) return "it was given a name"
  if (busy) return "a container is being created now, and may mount it"
  return filtered(each, filters)
}

const networkReason = (
  { createdAt, labels, name }: NetworkFacts,
  { filters: { labels: areRight, unusedSince, until } = {} }: PruneWish,
  containers: ReadonlyArray<ContainerFacts>,
  busy: boolean
): string | undefined => {
  const user = containers.find(({ networks }) => networks.includes(name))
  if (user !== undefined) return `container ${user.name} is attached to it`
  if (busy) return "a container is being created now, and may want it"
  if (unusedSince !== undefined) return "when it was used is not on record"
  if (until !== undefined && createdAt === undefined) return "when it was made is not on record"
  if (until !== undefined && createdAt !== undefined && createdAt >= until) return "it is newer than the filter says"
  return areRight?.(labels) === false ? "its labels do not match the filter" : undefined
}

const imageReason = (
  each: ImageFacts,
  { filters = {}, images }: PruneWish,
  { containers, snapshot }: { readonly snapshot: Snapshot; readonly containers: ReadonlyArray<ContainerFacts> }
): string | undefined => {
  const user = containers.find(({ image }) => image === each.id)
  if (user !== undefined) return `container ${user.name} was made from it`
  const viewer = containers.find(({ mountedImages = [] }) => mountedImages.includes(each.id))
  if (viewer !== undefined) return `container ${viewer.name} mounts it`
  if (each.list !== undefined) return `the manifest list ${ImageRef.familiarOf(each.list)} has it`
  if (images === "dangling" && each.names.length > 0) return "it has a name"
  if (isOfNow(each.lastUsed, snapshot.workingSince)) return ofNow
  const known = new Set(snapshot.containers.map(({ id }) => id))
  const standing = snapshot.trees.find(
    ({ id, parents }) =>
      !known.has(containerOf(id)) &&
      each.stack.length > 0 &&
      each.stack.every((layer, index) => parents[index] === layer)
  )
  if (standing !== undefined) return "a container or a build step is being made on it"
  return filtered(each, filters)
}

const without = <Each>(all: ReadonlyArray<Each>, gone: ReadonlyArray<Each>): ReadonlyArray<Each> => {
  const set = new Set(gone)
  return all.filter((each) => !set.has(each))
}

/** How people call an image. */
const imageName = ({ id, names }: ImageFacts): string => {
  const [first] = names
  return first === undefined ? id : ImageRef.familiarOf(first)
}
