import type { ImageConfig } from "@gantry/core/image/ImageConfig"
import type { ImageRef } from "@gantry/core/image/ImageRef"
import type { Locks } from "@gantry/core/Locks"
import { Runtime } from "@gantry/core/runtime/Runtime"
import type { BlobStore } from "@gantry/core/store/BlobStore"
import type { Settings } from "@gantry/core/Settings"
import { LayerStore } from "@gantry/core/store/LayerStore"
import type {
  BlobCorrupt,
  LayerMalformed,
  LayerMissing,
  LayerTooLarge,
  StorageFailure,
  UnsafePath
} from "@gantry/core/store/StoreError"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { ContainerRecord } from "../containers/ContainerRecord.ts"
import { requireImage } from "../containers/host-root.ts"
import type { AmbiguousId, BadImageName, BadOption, ImageBroken, NoSuchImage, WrongState } from "../EngineError.ts"
import { containerEvent } from "../events/actors.ts"
import { record as tell } from "../events/Journal.ts"
import { applyChanges } from "../images/apply-changes.ts"
import { commitImage } from "../images/commit-image.ts"
import { containerConfig } from "../images/container-config.ts"
import { Images } from "../images/Images.ts"
import type { NewImage } from "../images/ImageRecord.ts"
import type { SecretLeaked } from "../secrets/SecretLeaked.ts"
import { watchChanges, watchOfContainer } from "../secrets/watch-container.ts"
import { watchConfig } from "../secrets/watch-texts.ts"
import { workingNow } from "../prune/working.ts"

/** What becomes an image. */
export interface CommitRequest {
  readonly container: ContainerRecord
  readonly author?: string
  /** What history says of it; empty for nothing. */
  readonly comment: string
  /** Instructions that change its settings. See `applyChanges`. */
  readonly changes: ReadonlyArray<string>
  /** The container stands still while its files are read. */
  readonly pause: boolean
  readonly names: ReadonlyArray<ImageRef>
  /** A secret of the container that is found in the image is only warned of. */
  readonly allowSecretLeak: boolean
}

/** How a commit can fail. */
export type CommitError =
  | AmbiguousId
  | BadImageName
  | BadOption
  | BlobCorrupt
  | ImageBroken
  | LayerMalformed
  | LayerMissing
  | LayerTooLarge
  | NoSuchImage
  | SecretLeaked
  | StorageFailure
  | UnsafePath
  | WrongState

/**
 * Makes an image of what a container, running or not, has changed: the layers of its image, and one more when there are
 * changes. Volumes and other mounts are no part of it; that no secret of the container is, is made sure of by looking for
 * them. Without a pause, files that are written to meanwhile are as they
 * happen to be; nothing from outside the container gets in.
 */
export const commitContainer = (
  request: CommitRequest
): Effect.Effect<NewImage, CommitError, BlobStore | Images | LayerStore | Locks | Runtime | Settings> =>
  Effect.gen(function* () {
    const images = yield* Images
    const { container } = request
    yield* requireImage(container, "commit")
    const image = yield* images.find(container.image)
    const base = yield* images.config(image)
    const created = new Date(yield* Clock.currentTimeMillis).toISOString()
    const { author, comment } = request
    const bare: ImageConfig = {
      ...base,
      created,
      ...(author === undefined ? {} : { author }),
      config: containerConfig(base, container)
    }
    // A wrong instruction is found before anything is read.
    const config = yield* applyChanges(bare, request.changes)
    // Nobody but this process knows of the layer before the image is on record.
    yield* workingNow
    const watch = yield* watchOfContainer(container, { allow: request.allowSecretLeak })
    const taking = Effect.zipRight(watchChanges(container.id, watch), changedLayer(container.id))
    const layer = yield* request.pause ? standingStill(container.id, taking) : taking
    const stack = layer === undefined ? image.stack : [...image.stack, layer]
    const step = {
      created,
      created_by: container.spec.process.argv.join(" "),
      ...(author === undefined ? {} : { author }),
      ...(comment === "" ? {} : { comment }),
      ...(layer === undefined ? { empty_layer: true } : {})
    }
    const whole: ImageConfig = {
      ...config,
      rootfs: { type: "layers", diff_ids: stack },
      history: [...base.history, step]
    }
    yield* watchConfig(whole, watch)
    const made = yield* commitImage(whole, stack, request.names)
    yield* tell(containerEvent(container, "commit", { comment, imageID: made.id }))
    return made
  }).pipe(Effect.scoped)

/** The layer of what was changed, or none. */
const changedLayer = (id: string) =>
  Effect.gen(function* () {
    const layers = yield* LayerStore
    if ((yield* layers.usage({ id })).entries === 0) return undefined
    const { diffId } = yield* layers.unpack(undefined, layers.packChanges({ id }))
    yield* layers.flush
    return diffId
  })

/** Pauses a container that runs for as long as something is done with it. One that is paused already stays so. */
const standingStill = <A, E, R>(id: string, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R | Runtime> =>
  Effect.gen(function* () {
    const runtime = yield* Runtime
    const state = yield* runtime.state(id)
    if (state.status !== "running" || state.paused || !runtime.abilities.pause) return yield* effect
    return yield* Effect.acquireUseRelease(
      // It may end at this very moment.
      Effect.ignore(runtime.pause(id)),
      () => effect,
      () => Effect.ignore(runtime.resume(id))
    )
  })
