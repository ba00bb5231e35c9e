import { randomBytes } from "node:crypto"
import { mkdirSync, statSync } from "node:fs"
import { posix } from "node:path"
import type { ImageConfig } from "@gantry/core/image/ImageConfig"
import type { MountSpec } from "@gantry/core/runtime/ContainerSpec"
import type { LayerStore, Stack } from "@gantry/core/store/LayerStore"
import type { LayerMissing, StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import { BadOption } from "../EngineError.ts"
import { prefill } from "../volumes/prefill.ts"
import { Volumes } from "../volumes/Volumes.ts"
import type { MountRecord } from "./ContainerRecord.ts"
import type { MountRequest } from "./RunOptions.ts"

/** The mounts of a container: for the runtime, and for the record. */
export interface PreparedMounts {
  readonly specs: ReadonlyArray<MountSpec>
  readonly records: ReadonlyArray<MountRecord>
}

/**
 * Makes the volumes a container needs, fills new ones from the image, and checks every mount.
 *
 * The image's VOLUME paths get anonymous volumes unless something else is mounted there. Mounts are ordered so that
 * one inside another comes later. Fails with `BadOption` on a missing source, a relative target, or two mounts on one path.
 */
export const prepareMounts = (
  requests: ReadonlyArray<MountRequest>,
  image: ImageConfig,
  stack: Stack
): Effect.Effect<PreparedMounts, BadOption | LayerMissing | StorageFailure, Volumes | LayerStore> =>
  Effect.gen(function* () {
    const declared = Object.keys(image.config.Volumes ?? {}).map((target): MountRequest => ({
      type: "volume",
      target,
      readonly: false,
      noCopy: false,
      typed: `VOLUME ${target}`
    }))
    const byTarget = new Map<string, MountRequest>()
    for (const request of requests) {
      const target = yield* checkedTarget(request)
      if (byTarget.has(target)) {
        return yield* new BadOption({ option: `mount ${request.typed}`, why: `duplicate mount point: ${target}` })
      }
      byTarget.set(target, request)
    }
    for (const request of declared) {
      const target = yield* checkedTarget(request)
      if (!byTarget.has(target)) byTarget.set(target, request)
    }
    const ordered = [...byTarget].toSorted(([a], [b]) => a.split("/").length - b.split("/").length || (a < b ? -1 : 1))
    const prepared: Array<readonly [MountSpec, MountRecord]> = []
    const records = () => prepared.map(([, record]) => record)
    yield* Effect.forEach(
      ordered,
      ([target, request]) => Effect.map(prepareMount(target, request, stack), (mount) => void prepared.push(mount)),
      { discard: true }
    ).pipe(Effect.onError(() => removeAnonymous(records())))
    return { specs: prepared.map(([spec]) => spec), records: records() }
  })

/** Takes away the volumes that were made for one container only; what cannot be removed stays for another time. */
export const removeAnonymous = (mounts: ReadonlyArray<MountRecord>): Effect.Effect<void, never, Volumes> =>
  Effect.flatMap(Volumes, (volumes) =>
    Effect.forEach(
      mounts.filter(({ anonymous, type }) => type === "volume" && anonymous),
      ({ name }) => Effect.ignore(volumes.remove(name)),
      { discard: true }
    )
  )

const checkedTarget = (request: MountRequest): Effect.Effect<string, BadOption> => {
  const option = `mount ${request.typed}`
  if (!request.target.startsWith("/")) {
    return new BadOption({ option, why: `mount path must be absolute: ${JSON.stringify(request.target)}` })
  }
  const target = posix.normalize(request.target).replace(/(.)\/$/, "$1")
  if (target === "/") return new BadOption({ option, why: "destination can't be '/'" })
  return Effect.succeed(target)
}

const prepareMount = (
  target: string,
  request: MountRequest,
  stack: Stack
): Effect.Effect<
  readonly [MountSpec, MountRecord],
  BadOption | LayerMissing | StorageFailure,
  Volumes | LayerStore
> => {
  switch (request.type) {
    case "tmpfs":
      return Effect.succeed([
        { type: "tmpfs", target, options: request.options },
        { type: "tmpfs", name: "", source: "", target, readonly: false, anonymous: false }
      ])
    case "bind":
      return Effect.map(bindSource(request), (source) => [
        {
          type: "bind",
          source,
          target,
          readonly: request.readonly,
          recursive: request.recursive,
          ...(request.propagation === undefined ? {} : { propagation: request.propagation })
        },
        { type: "bind", name: "", source, target, readonly: request.readonly, anonymous: false }
      ])
    case "volume":
      return Effect.gen(function* () {
        const volumes = yield* Volumes
        const name = request.name ?? randomBytes(32).toString("hex")
        if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name)) {
          return yield* new BadOption({
            option: `mount ${request.typed}`,
            why: `"${name}" is not a volume name: letters, digits, and _ . - after the first`,
            hint: "for a directory of the host give its absolute path, or begin with ./"
          })
        }
        const volume = yield* volumes.ensure({ name, anonymous: request.name === undefined })
        if (!request.noCopy && (yield* volumes.isEmpty(volume))) yield* prefill(volume, stack, target)
        return [
          { type: "bind", source: volume.path, target, readonly: request.readonly, recursive: false },
          {
            type: "volume",
            name,
            source: volume.path,
            target,
            readonly: request.readonly,
            anonymous: request.name === undefined
          }
        ] as const
      })
  }
}

const bindSource = (request: MountRequest & { readonly type: "bind" }): Effect.Effect<string, BadOption> =>
  Effect.try({
    try: () => {
      if (request.create) mkdirSync(request.source, { recursive: true })
      statSync(request.source)
      return request.source
    },
    catch: () =>
      new BadOption({
        option: `mount ${request.typed}`,
        why: `bind source path does not exist: ${request.source}`,
        hint: `mkdir -p ${request.source}, or name a volume instead of a path`
      })
  })
