import { LayerStore } from "@gantry/core/store/LayerStore"
import type { LayerMissing, StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { ContainerRecord } from "../containers/ContainerRecord.ts"
import { Images } from "../images/Images.ts"
import { requireImage } from "../containers/host-root.ts"
import type { AmbiguousId, BadImageName, NoSuchImage, WrongState } from "../EngineError.ts"

/** What a container did to a path of its image. */
export interface ContainerChange {
  /** Absolute. */
  readonly path: string
  readonly change: "added" | "changed" | "removed"
}

const parentsOf = (path: string): ReadonlyArray<string> => {
  const parts = path.split("/")
  return parts.slice(0, -1).map((_, index) => parts.slice(0, index + 1).join("/"))
}

/**
 * What a container, running or not, has changed of its image, sorted by path. As with Docker, a directory in which
 * something was changed counts as changed. Volumes and other mounts are no part of it.
 */
export const containerChanges = (
  record: Pick<ContainerRecord, "id" | "image" | "imageName" | "name">
): Effect.Effect<
  ReadonlyArray<ContainerChange>,
  AmbiguousId | BadImageName | LayerMissing | NoSuchImage | StorageFailure | WrongState,
  Images | LayerStore
> =>
  Effect.gen(function* () {
    yield* requireImage(record, "show what has changed in")
    const layers = yield* LayerStore
    const { stack } = yield* (yield* Images).find(record.image)
    const changes = yield* layers.changes({ id: record.id })
    const found = new Map<string, ContainerChange["change"]>()
    const isBelow = (path: string) => Effect.map(layers.lookup(stack, path, false), Option.isSome)
    for (const { path, type } of changes) {
      if (path === "") continue
      if (type === "removed") found.set(path, "removed")
      else if (type === "opaque") {
        // What an earlier directory of that name held is gone, but for what is there again.
        for (const entry of yield* layers.walk(stack, path))
          if (!found.has(entry.path)) found.set(entry.path, "removed")
      } else found.set(path, (yield* isBelow(path)) ? "changed" : "added")
    }
    for (const path of [...found.keys()].flatMap(parentsOf)) {
      if (!found.has(path) && (yield* isBelow(path))) found.set(path, "changed")
    }
    return [...found]
      .map(([path, change]) => ({ path: `/${path}`, change }))
      .toSorted((a, b) => (a.path < b.path ? -1 : 1))
  })
