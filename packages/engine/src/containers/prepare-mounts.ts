import { randomBytes } from "node:crypto"
import { mkdirSync, statSync } from "node:fs"
import { posix } from "node:path"
import type { ImageConfig } from "@gantry/core/image/ImageConfig"
import type { MountSpec } from "@gantry/core/runtime/ContainerSpec"
import type { Locks } from "@gantry/core/Locks"
import { seenFrom } from "@gantry/core/runtime/IdMaps"
import type { LayerStore } from "@gantry/core/store/LayerStore"
import type { LayerMissing, StorageFailure } from "@gantry/core/store/StoreError"
import { O_CLOEXEC, O_DIRECTORY, O_PATH, RESOLVE_BENEATH } from "@gantry/linux/constants"
import { closedToMounts } from "@gantry/linux/container/kernel-paths"
import { loadSyscallsSync } from "@gantry/linux/load"
import { rootless } from "@gantry/linux/rootless"
import { failedWith } from "@gantry/linux/SyscallError"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { BadOption } from "../EngineError.ts"
import { holdVolumes } from "../volumes/hold-volumes.ts"
import { prefill } from "../volumes/prefill.ts"
import { type VolumeRecord, Volumes } from "../volumes/Volumes.ts"
import type { MountRecord } from "./ContainerRecord.ts"
import { discardTrees, type FoundImage, type ImageMountContext, prepareImage } from "./image-mounts.ts"
import { idMapText } from "./IdMapWish.ts"
import { type OwnersContext, withOwners } from "./mount-owners.ts"
import type { MountRequest } from "./RunOptions.ts"

/** The mounts of a container: for the runtime, and for the record. */
export interface PreparedMounts {
  readonly specs: ReadonlyArray<MountSpec>
  readonly records: ReadonlyArray<MountRecord>
  /** Of the records, those of volumes and trees that exist for nothing else. */
  readonly own: ReadonlyArray<MountRecord>
}

/** What of a container decides how things are mounted in it. */
export interface MountContext extends OwnersContext {
  /** The images that are wanted, by the wishes for them. */
  readonly images?: ReadonlyMap<MountRequest, FoundImage>
  readonly trees: Pick<ImageMountContext, "container" | "owners">
}

/**
 * Makes the volumes a container needs, fills new ones from the image, and checks every mount. They are held while the scope
 * is open. Those without a name are to be claimed before the container is on record.
 *
 * Inherited mounts give way to others on the same path. The image's VOLUME paths get anonymous volumes unless something else is mounted there. Mounts are ordered so that
 * one inside another comes later. Fails with `BadOption` on a missing source, a relative target, or two mounts on one path.
 */
export const prepareMounts = (
  requests: ReadonlyArray<MountRequest>,
  image: ImageConfig,
  context: MountContext
): Effect.Effect<
  PreparedMounts,
  BadOption | LayerMissing | StorageFailure,
  Locks | Volumes | LayerStore | Scope.Scope
> =>
  Effect.gen(function* () {
    const declared = Object.keys(image.config.Volumes ?? {}).map((target): MountRequest => ({
      type: "volume",
      // `VOLUME data` is written, too, and means /data to every runtime.
      target: target === "" || target.startsWith("/") ? target : `/${target}`,
      readonly: false,
      noCopy: false,
      typed: `VOLUME ${target}`
    }))
    const byTarget = new Map<string, MountRequest>()
    const others = requests.filter(({ type }) => type === "inherited")
    for (const request of requests) {
      if (request.type === "inherited") continue
      const target = yield* checkedTarget(request)
      if (byTarget.has(target)) {
        return yield* new BadOption({ option: `mount ${request.typed}`, why: `duplicate mount point: ${target}` })
      }
      byTarget.set(target, request)
    }
    for (const request of [...others.toReversed(), ...declared]) {
      const target = yield* checkedTarget(request)
      if (!byTarget.has(target)) byTarget.set(target, request)
    }
    const named = [...byTarget.values()].flatMap((each) => (each.type === "volume" ? (each.name ?? []) : []))
    yield* holdVolumes(named)
    const ordered = [...byTarget].toSorted(([a], [b]) => a.split("/").length - b.split("/").length || (a < b ? -1 : 1))
    const prepared: Array<readonly [MountSpec, MountRecord]> = []
    const foreign = new Set(others.map(({ target }) => (byTarget.get(target)?.type === "inherited" ? target : "")))
    const records = () => prepared.map(([, record]) => record)
    const own = () => records().filter(({ target }) => !foreign.has(target))
    yield* Effect.forEach(
      ordered,
      ([target, request], index) =>
        Effect.map(prepareMount(target, request, { ...context, index }), (mount) => void prepared.push(mount)),
      { discard: true }
    ).pipe(Effect.onError(() => removeOwn(own())))
    return { specs: prepared.map(([spec]) => spec), records: records(), own: own() }
  })

/** Takes away what was made for one container only; what cannot be removed stays for another time. */
export const removeOwn = (mounts: ReadonlyArray<MountRecord>): Effect.Effect<void, never, LayerStore | Volumes> =>
  Effect.gen(function* () {
    const volumes = yield* Volumes
    yield* Effect.ignore(discardTrees(mounts))
    for (const { anonymous, name, type } of mounts) {
      if (type === "volume" && anonymous) yield* Effect.ignore(volumes.remove(name))
    }
  })

const withoutEnd = (path: string): string => posix.normalize(path).replace(/(.)\/$/, "$1")

const checkedTarget = (request: MountRequest): Effect.Effect<string, BadOption> => {
  const option = `mount ${request.typed}`
  if (!request.target.startsWith("/")) {
    return new BadOption({ option, why: `mount path must be absolute: ${JSON.stringify(request.target)}` })
  }
  const target = withoutEnd(request.target)
  if (target === "/") return new BadOption({ option, why: "destination can't be '/'" })
  const same = target === "/proc" && request.type === "bind" && withoutEnd(request.source) === "/proc"
  if (closedToMounts(target) && !same) {
    const hint = "mount it elsewhere; what can be mounted there is the host's /proc, and files that tell of the machine"
    return new BadOption({ option, why: `${target} is the container's own`, hint })
  }
  return Effect.succeed(target)
}

const prepareMount = (
  target: string,
  request: MountRequest,
  context: MountContext & { readonly index: number }
): Effect.Effect<
  readonly [MountSpec, MountRecord],
  BadOption | LayerMissing | StorageFailure,
  Locks | Volumes | LayerStore | Scope.Scope
> => {
  switch (request.type) {
    case "inherited":
      return inherited(request, context)
    case "image": {
      const image = context.images?.get(request)
      return image === undefined
        ? Effect.dieMessage(`the image of ${request.typed} was not looked for`)
        : prepareImage(target, request, image, { ...context.trees, index: context.index })
    }
    case "tmpfs":
      return Effect.succeed([
        { type: "tmpfs", target, options: request.options },
        { type: "tmpfs", name: "", source: "", target, readonly: false, anonymous: false }
      ])
    case "bind":
      return Effect.gen(function* () {
        const source = yield* bindSource(request)
        const bind = {
          type: "bind",
          source,
          target,
          readonly: request.readonly,
          recursive: request.recursive,
          ...(request.propagation === undefined ? {} : { propagation: request.propagation }),
          ...(request.writableBelow === true ? { writableBelow: true } : {})
        } as const
        const spec = yield* withOwners({ bind, kind: "bind", wish: request.idMap, typed: request.typed }, context)
        return [
          spec,
          {
            type: "bind",
            name: "",
            source,
            target,
            readonly: request.readonly,
            ...shownMap(request, spec),
            anonymous: false
          }
        ]
      })
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
        const { labels = {}, noCopy, readonly, subpath, subpathLater } = request
        const anonymous = request.name === undefined
        // Nobody else can wait for a name that nobody knows.
        if (anonymous) yield* holdVolumes([name])
        const volume = yield* volumes.ensure({ name, anonymous, forNew: anonymous, labels })
        const whole = subpath === undefined
        if (!whole && subpathLater !== true) yield* checkSubpath(volume, request, subpath)
        if (whole && !noCopy && (yield* volumes.isEmpty(volume))) {
          // Root's containers see volumes through their own numbers.
          const written = rootless() === undefined ? undefined : context.users
          yield* prefill(volume, context.stack, { target, owners: written })
        }
        const bind = {
          type: "bind",
          source: volume.path,
          target,
          readonly,
          recursive: false,
          ...(whole ? {} : { subpath })
        } as const
        const spec = yield* withOwners({ bind, kind: "volume", wish: request.idMap, typed: request.typed }, context)
        return [
          spec,
          {
            type: "volume",
            name,
            source: volume.path,
            target,
            readonly,
            ...shownMap(request, spec),
            anonymous
          }
        ] as const
      })
  }
}

/** What `inspect` shows of a map that was asked for. */
const shownMap = (
  request: MountRequest & { readonly type: "bind" | "volume" },
  { idMap }: MountSpec & { readonly type: "bind" }
): Pick<MountRecord, "idMap"> => (request.idMap === undefined || idMap === undefined ? {} : { idMap: idMapText(idMap) })

/**
 * The owners of a bind are seen as in the other container, whose users may have other numbers outside; a volume has the
 * numbers of whoever mounts it.
 */
const inherited = (
  { record, spec, typed, users }: MountRequest & { readonly type: "inherited" },
  owners: OwnersContext
): Effect.Effect<readonly [MountSpec, MountRecord], BadOption | LayerMissing | StorageFailure, LayerStore> => {
  if (spec.type !== "bind") return Effect.succeed([spec, record])
  if (record.type === "volume") {
    const { idMap: _, ...shown } = record
    const bind = withOwners({ bind: spec, kind: "volume", wish: undefined, typed }, owners)
    return Effect.map(bind, (mount) => [mount, shown])
  }
  if (spec.idMap === undefined) return Effect.succeed([spec, record])
  const idMap = seenFrom(spec.idMap, users, owners.users)
  if (idMap.uids.length === 0 || idMap.gids.length === 0) {
    const why = `no owner of files in ${record.target} is anybody in this container`
    return new BadOption({ option: typed, why, hint: "give it more numbers: --userns auto:size=65536" })
  }
  return Effect.succeed([
    { ...spec, idMap },
    { ...record, idMap: idMapText(idMap) }
  ])
}

/** The runtime looks it up again at every start, as strictly: this only tells early, and says what to do. */
const checkSubpath = (
  { name, path }: VolumeRecord,
  { typed }: MountRequest,
  subpath: string
): Effect.Effect<void, BadOption> =>
  Effect.try({
    try: () => {
      const sys = loadSyscallsSync()
      const root = sys.open(path, O_PATH | O_DIRECTORY | O_CLOEXEC)
      try {
        sys.close(sys.openat2(root, subpath, { flags: O_PATH | O_CLOEXEC, resolve: RESOLVE_BENEATH }))
      } finally {
        sys.close(root)
      }
    },
    catch: (cause) =>
      new BadOption({
        option: `mount ${typed}`,
        why: failedWith(cause, "EXDEV")
          ? `${subpath} leads out of volume ${name}`
          : `there is no ${subpath} in volume ${name}`,
        hint: "make it in a container that mounts the whole volume"
      })
  })

const bindSource = (request: MountRequest & { readonly type: "bind" }): Effect.Effect<string, BadOption> =>
  Effect.try({
    try: () => {
      // A file is there as well as a directory is.
      if (request.create && statSync(request.source, { throwIfNoEntry: false }) === undefined) {
        mkdirSync(request.source, { recursive: true })
      }
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
