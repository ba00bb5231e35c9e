import type { ImageRef } from "../image/ImageRef.ts"
import { pushBytesOf, type RegistryDriver } from "./Registry.ts"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/**
 * One driver out of several: each reference goes to the driver that `choose` loads for it. A driver is loaded when the
 * first reference needs it.
 */
export const route = (choose: (ref: Pick<ImageRef, "registry">) => Effect.Effect<RegistryDriver>): RegistryDriver => ({
  manifest: (ref) => Effect.flatMap(choose(ref), (driver) => driver.manifest(ref)),
  fetch: (ref, digest, offset) => Stream.unwrap(Effect.map(choose(ref), (driver) => driver.fetch(ref, digest, offset))),
  hasBlob: (ref, digest) => Effect.flatMap(choose(ref), (driver) => driver.hasBlob(ref, digest)),
  push: (ref, descriptor, bytes) => Effect.flatMap(choose(ref), (driver) => driver.push(ref, descriptor, bytes)),
  pushBytes: (ref, descriptor, bytes) =>
    Effect.flatMap(choose(ref), (driver) => pushBytesOf(driver)(ref, descriptor, bytes)),
  upload: (ref, bytes) => Effect.flatMap(choose(ref), (driver) => driver.upload(ref, bytes)),
  mount: (ref, digest, from) => Effect.flatMap(choose(ref), (driver) => driver.mount(ref, digest, from)),
  tag: (ref, manifest) => Effect.flatMap(choose(ref), (driver) => driver.tag(ref, manifest)),
  tags: (ref) => Effect.flatMap(choose(ref), (driver) => driver.tags(ref)),
  check: (registry, login) =>
    Effect.flatMap(choose({ registry }), ({ check }) => (check === undefined ? Effect.void : check(registry, login))),
  together: (place, effect, options) =>
    Effect.flatMap(choose(place), ({ together }) =>
      together === undefined ? effect : together(place, effect, options)
    )
})
