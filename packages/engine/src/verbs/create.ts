import { arch, hostname } from "node:os"
import type { ImageConfig } from "@gantry/core/image/ImageConfig"
import { format, ofMachine, type Platform } from "@gantry/core/image/Platform"
import { portText, signalNumber, stopSignalOf } from "../containers/words.ts"
import { Network } from "@gantry/core/network/Network"
import type { NetworkRefused } from "@gantry/core/network/NetworkError"
import type { Settings } from "@gantry/core/Settings"
import { LayerStore } from "@gantry/core/store/LayerStore"
import type { LayerMissing, StorageFailure } from "@gantry/core/store/StoreError"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { ContainerRecord } from "../containers/ContainerRecord.ts"
import { Containers } from "../containers/Containers.ts"
import { checkHostRoot, hostRootSource, noImage } from "../containers/host-root.ts"
import { newId } from "../containers/new-id.ts"
import { healthSettings } from "../containers/health-settings.ts"
import { commandOf, makeSpec, userOf } from "../containers/make-spec.ts"
import { autoUsers, keptUsers } from "../containers/own-users.ts"
import { settledJoins } from "../containers/joined-namespaces.ts"
import { inheritedMounts } from "../containers/inherited-mounts.ts"
import { prepareMounts, removeOwn } from "../containers/prepare-mounts.ts"
import type { FoundImage } from "../containers/image-mounts.ts"
import type { MountRequest, RunOptions } from "../containers/RunOptions.ts"
import { secretPoints } from "../containers/secret-points.ts"
import { checkSecrets } from "../containers/secret-values.ts"
import { setTimeZone } from "../containers/time-zone.ts"
import { type AmbiguousId, BadOption, type NameTaken, type NoSuchContainer } from "../EngineError.ts"
import { containerEvent } from "../events/actors.ts"
import { record as tell } from "../events/Journal.ts"
import { suits } from "../images/choose-platform.ts"
import { type EnsureError, ensureImage, type EnsureOptions } from "../images/ensure-image.ts"
import { Images } from "../images/Images.ts"
import { couldBeId, networkNamed } from "../networks/network-named.ts"
import { type NetworkWish, sharedWith } from "../networks/NetworkWish.ts"
import { onDefaultAddress } from "../networks/default-address.ts"
import { phase } from "../phase.ts"
import { Volumes } from "../volumes/Volumes.ts"
import type { PullServices } from "./pull.ts"

/** How {@link create} can fail. */
export type CreateError =
  | AmbiguousId
  | BadOption
  | EnsureError
  | LayerMissing
  | NameTaken
  | NetworkRefused
  | NoSuchContainer
  | StorageFailure

/** What `create` needs from whoever calls it, besides options. */
export interface CreateContext {
  /** A name for a container that was given none; asked again when it is taken. */
  readonly suggestName: () => string
  /** The ID, when it was needed earlier; see {@link newId}. */
  readonly id?: string
  /** Every capability this process may give away, without CAP_. */
  readonly allCapabilities: ReadonlyArray<string>
  /** Told what a person may want to know of a container that was made all the same; sentences as Docker says them. */
  readonly warn?: (text: string) => void
  /** Who listens when the image has to be fetched. */
  readonly fetching?: Omit<EnsureOptions, "policy">
}

/**
 * Makes a container from an image: a name, a writable tree, its volumes and its spec. Nothing runs and no address is
 * taken before `start`. Nothing is left after a failure.
 */
export const create = (
  options: RunOptions,
  { allCapabilities, fetching, id = newId(), suggestName, warn }: CreateContext
): Effect.Effect<ContainerRecord, CreateError, Containers | Network | PullServices | Settings | Volumes> =>
  Effect.gen(function* () {
    const images = yield* Images
    const containers = yield* Containers
    const layers = yield* LayerStore
    const kept = yield* keptUsers(options)
    const { hostRoot } = options
    if (hostRoot !== undefined) yield* checkHostRoot(hostRoot)
    const ready = Effect.gen(function* () {
      const image =
        hostRoot === undefined
          ? yield* ensureImage(options.image, options.platform, { ...fetching, policy: options.pull }).pipe(
              phase("resolve")
            )
          : { record: { id: "", stack: [] } as const, config: noImage }
      const points = yield* secretPoints(hostRoot === undefined ? options.secrets : [], image.record.stack)
      return {
        image,
        tree: yield* layers.prepare({
          id,
          parents: image.record.stack,
          keep: true,
          ...(points.length === 0 ? {} : { points }),
          ...(kept === undefined ? {} : { owners: kept.users })
        })
      }
    })
    const saidSignal = options.stopSignal === undefined ? undefined : signalNumber(options.stopSignal)
    if (options.stopSignal !== undefined && saidSignal === undefined) {
      return yield* new BadOption({
        option: `stop signal ${options.stopSignal}`,
        why: "there is no such signal"
      })
    }
    yield* checkSecrets(options)
    const createdAt = yield* Clock.currentTimeMillis
    // Somebody may have removed the image since it was found, a prune for one; then it is looked for once more.
    const { image, tree } = yield* Effect.catchTag(ready, "LayerMissing", () => ready)
    const stopSignal = saidSignal ?? stopSignalOf(image.config.config)
    let made: ContainerRecord["mounts"] = []
    const undo = Effect.suspend(() => Effect.zipRight(removeOwn(made), Effect.ignore(layers.discard(tree))))
    return yield* Effect.gen(function* () {
      const own = kept ?? (yield* autoUsers(options))
      const wanted = [...(yield* inheritedMounts(options.volumesFrom)), ...options.mounts]
      if (options.timeZone !== undefined && hostRoot?.overlay === false) {
        const why = "a directory of the host is not written to for that"
        return yield* new BadOption({ option: `--tz ${options.timeZone}`, why, hint: `use ${hostRoot.path}:O` })
      }
      if (options.timeZone !== undefined) yield* setTimeZone(options.timeZone, tree, image.record.stack)
      const mounts = yield* prepareMounts(wanted, image.config, {
        stack: image.record.stack,
        user: userOf(options, image.config, own),
        users: own?.users,
        images: yield* mountedImages(options, fetching),
        trees: { container: id, owners: kept?.users }
      }).pipe(phase("mount"))
      made = mounts.own
      const spec = yield* makeSpec({
        id,
        options,
        own,
        image: image.config,
        root: hostRoot === undefined ? tree.root : yield* hostRootSource(hostRoot, tree.root),
        mounts: mounts.specs,
        allCapabilities,
        hostName: hostname()
      })
      const health = healthSettings(image.config.config, options.health)
      const { command, entrypoint } = commandOf(image.config.config, options)
      const exposed = [
        ...new Set([
          ...Object.keys(image.config.config.ExposedPorts ?? {}),
          ...options.expose,
          ...options.ports.map(({ containerPort, protocol }) => `${containerPort}/${protocol}`)
        ])
      ].toSorted()
      const ports = yield* onDefaultAddress([
        ...options.ports,
        ...(options.publishAll ? unpublished(exposed, options) : [])
      ])
      const networks = yield* Effect.forEach(options.networks, settledWish)
      const joins = yield* settledJoins(options.namespaces)
      const record = (name: string): ContainerRecord => ({
        id,
        name,
        image: image.record.id,
        imageName: options.image,
        createdAt,
        spec,
        labels: { ...image.config.config.Labels, ...options.labels },
        mounts: mounts.records,
        options: {
          autoRemove: options.autoRemove,
          stdin: options.stdin,
          stdinOnce: options.stdin && !options.detach,
          stopSignal,
          ...(saidSignal === undefined && signalNumber(image.config.config.StopSignal ?? "") === undefined
            ? {}
            : { stopSignalSaid: true }),
          stopTimeout: options.stopTimeout ?? 10,
          ...(options.timeout === undefined ? {} : { timeout: options.timeout }),
          ...(options.timeZone === undefined ? {} : { timeZone: options.timeZone }),
          ...(options.restart === undefined ? {} : { restart: options.restart }),
          ...(health === undefined ? {} : { health }),
          log: options.log,
          ...(options.volumesFrom.length === 0
            ? {}
            : { volumesFrom: options.volumesFrom.map((each) => `${each.container}${each.readonly ? ":ro" : ""}`) }),
          ...(options.secrets.length === 0 ? {} : { secrets: options.secrets }),
          network: networks[0]?.network ?? "",
          networks,
          ...joins,
          ports,
          exposed,
          dns: options.dns,
          dnsSearch: options.dnsSearch,
          dnsOptions: options.dnsOptions,
          hosts: options.hosts,
          ...(options.cdiDevices.length === 0 ? {} : { cdiDevices: options.cdiDevices }),
          ...(options.capAdd.length === 0 ? {} : { capAdd: options.capAdd }),
          ...(options.capDrop.length === 0 ? {} : { capDrop: options.capDrop }),
          ...(Object.keys(options.annotations).length === 0 ? {} : { annotations: options.annotations }),
          ...(options.publishAll ? { publishAll: true } : {}),
          ...(options.users.typed === "" ? {} : { userns: options.users.typed }),
          entrypoint,
          command
        },
        attachments: []
      })
      // Last of all: from here on they are the container's, whatever becomes of this process.
      yield* (yield* Volumes).claim(made.flatMap(({ anonymous, name }) => (anonymous ? [name] : [])))
      const named = yield* addNamed(containers, record, options.name, suggestName)
      if (image.record.id !== "") yield* images.touch(image.record.id, createdAt)
      yield* tell(containerEvent(named, "create"))
      const foreign = foreignTo(image.config, ofMachine(arch()))
      if (foreign !== undefined && options.platform === undefined) warn?.(foreign)
      return named
    }).pipe(
      Effect.scoped,
      Effect.onError(() => undo)
    )
  }).pipe(phase("create"))

/** The images that a container is to mount. They are fetched when they are missing; `always` is said of its own. */
const mountedImages = (
  { mounts, platform, pull }: Pick<RunOptions, "mounts" | "platform" | "pull">,
  fetching: CreateContext["fetching"]
) =>
  Effect.map(
    Effect.forEach(mounts, (request) =>
      request.type === "image"
        ? ensureImage(request.source, platform, { ...fetching, policy: pull === "never" ? "never" : "missing" }).pipe(
            Effect.map(({ record }) => [[request, record] as const])
          )
        : Effect.succeed([])
    ),
    (found) => new Map<MountRequest, FoundImage>(found.flat())
  )

/** What Docker says of an image that is for other machines, when nobody asked for that. */
const foreignTo = (image: ImageConfig, machine: Platform): string | undefined =>
  suits(image, machine) === undefined
    ? `The requested image's platform (${format(image)}) does not match the detected host platform (${format(machine)}) and no specific platform was requested`
    : undefined

/**
 * A container that is named for its network is that one from now on, whatever it is called later. A network that is
 * named by its ID is asked for by its name.
 */
const settledWish = (wish: NetworkWish) =>
  Effect.gen(function* () {
    const shared = sharedWith(wish.network)
    if (shared === undefined) {
      if (!couldBeId(wish.network)) return wish
      const network = networkNamed(yield* (yield* Network).list, wish.network)
      return network === undefined ? wish : { ...wish, network: network.name }
    }
    const { id } = yield* (yield* Containers).find(shared)
    return { ...wish, network: `container:${id}` }
  })

/** Exposed ports that no `-p` speaks of: what `-P` publishes to free ports. */
const unpublished = (exposed: ReadonlyArray<string>, { ports }: Pick<RunOptions, "ports">) =>
  exposed.flatMap((text) => {
    const port = portText(text)
    const taken = ports.some((each) => each.containerPort === port?.containerPort && each.protocol === port.protocol)
    return port === undefined || taken ? [] : [port]
  })

const addNamed = (
  containers: typeof Containers.Service,
  record: (name: string) => ContainerRecord,
  given: string | undefined,
  suggest: () => string
): Effect.Effect<ContainerRecord, NameTaken | StorageFailure> => {
  const attempt = (name: string, left: number): Effect.Effect<ContainerRecord, NameTaken | StorageFailure> =>
    containers.add(record(name)).pipe(
      Effect.as(record(name)),
      Effect.catchTag("NameTaken", (taken) =>
        given === undefined && left > 0 ? attempt(suggest(), left - 1) : Effect.fail(taken)
      )
    )
  return attempt(given ?? suggest(), 20)
}
