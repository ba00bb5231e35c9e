import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Stream from "effect/Stream"
import type { CompressionForm } from "../compression/compress.ts"
import type { Digest } from "../image/Digest.ts"
import type { IdMaps, Owner } from "../runtime/IdMaps.ts"
import type { RootSource } from "../runtime/ContainerSpec.ts"
import type { TreeChange, TreeEntry } from "../tree/TreeEntry.ts"
import type {
  BlobCorrupt,
  LayerInUse,
  LayerMalformed,
  LayerMissing,
  LayerTooLarge,
  StorageFailure,
  UnsafePath
} from "./StoreError.ts"

/** Layers one on the other, base first. The empty stack is the empty tree. */
export type Stack = ReadonlyArray<Digest>

/** An unpacked layer. */
export interface LayerInfo {
  /** Digest of the layer's uncompressed archive. */
  readonly diffId: Digest
  /** Bytes of the uncompressed archive. */
  readonly size: number
  /** Entries in the archive. */
  readonly entries: number
}

/**
 * A writable tree on a stack: a handle that can be written down and used by another process.
 *
 * It is either a draft, which dies with the process that prepared it, or kept, as a container's own writes are.
 */
export interface TreeHandle {
  /** Name of the tree, unique in its store. */
  readonly id: string
  readonly parents: Stack
  /** How a runtime reaches the tree as a root file system. */
  readonly root: RootSource
}

/** What to prepare. */
export interface PrepareRequest {
  readonly parents: Stack
  /** Chosen by the caller for kept trees (the container's id); drafts get a fresh one when absent. */
  readonly id?: string
  /** A kept tree stays until it is discarded; a draft is swept once the process that prepared it is gone. */
  readonly keep: boolean
  /**
   * Seen where the tree is mounted, above the layers and below what is written, and never part of what is committed: the
   * places that mounts need. As in `write`, and what there is no place for is a `StorageFailure`. A store whose trees are
   * never mounted does not look at them.
   */
  readonly points?: Iterable<TreeChange>
  /**
   * Whom files of whose belong to where the tree is mounted, in what is written to it as well: for containers of an
   * ordinary user whose root is another number of that user's. What is read of the tree in other ways has the owners
   * that its own processes see. Such a tree is not committed. A store whose trees are never mounted does not look at it.
   */
  readonly owners?: IdMaps
  /** Without the empty places for what every container has (/dev, /proc, …): for trees that are no container's root. */
  readonly bare?: boolean
}

/** A tree that there is now. */
export interface StandingTree extends Pick<TreeHandle, "id" | "parents"> {
  /** It was prepared to stay. */
  readonly keep: boolean
}

/** How files of an archive are put into a folder. */
export interface PlaceOptions {
  /** Whom all of them belong to; the archive says it when absent. */
  readonly owner?: Owner
  /** What the archive's owners are in the folder; themselves when absent. One that nobody is there is an `UnsafePath`. */
  readonly owners?: IdMaps
  /** The folder itself gets the owner, mode and time of the archive's root. */
  readonly root: boolean
}

/** A layer that is coming in as an image has it, compressed or not. */
export interface ArrivingLayer<E> {
  /** Absolute path of a file that holds its beginning and grows. */
  readonly path: string
  /** What the whole file was promised to hash to. */
  readonly digest: Digest
  /** Bytes that were promised. */
  readonly size: number
  /** Most bytes of the archive. */
  readonly limit: number
  /**
   * Tells how many bytes more the file holds, each time some have come. Succeeds after the last with how many there are
   * in all, which may be more than the file was given. It is interrupted when no more are wanted.
   */
  readonly arrive: (onBytes: (count: number) => void) => Effect.Effect<number, E>
}

/** What was put into a folder. */
export interface Placed {
  /** Bytes of the archive. */
  readonly size: number
  readonly entries: number
}

/** A folder of the host that is the root of a container in place of layers. */
export interface RootFolder {
  /** Absolute. */
  readonly directory: string
  /** The container's own tree, on no layers. */
  readonly tree: Pick<TreeHandle, "id">
  /** What the container writes lies in its tree; else in the folder. */
  readonly overlay: boolean
}

/** How many changes a tree holds against its stack. */
export interface TreeUsage {
  readonly bytes: number
  readonly entries: number
}

/**
 * What a plugin that stores unpacked layers writes, and what the engine uses.
 *
 * A layer is independent of its parents: it holds only its own changes and is named by the digest of the archive that
 * spells them in one way only (sorted paths, no access times, see tar-write).
 */
export interface LayerStoreShape {
  /** What this store can do; laws and engine choose by it. */
  readonly abilities: {
    /** Trees can be the root of a local container. */
    readonly hostPaths: boolean
  }
  /** Opens a tree on a stack. Fails with `LayerMissing` when a layer of the stack is not here. */
  readonly prepare: (request: PrepareRequest) => Effect.Effect<TreeHandle, LayerMissing | StorageFailure>
  /**
   * Applies changes to a tree, in the order given; missing parent directories are made 0755 root. What stands in the way
   * of a change is replaced, but a directory is not replaced by something else unless it was removed first (`UnsafePath`).
   */
  readonly write: (tree: TreeHandle, changes: Iterable<TreeChange>) => Effect.Effect<void, UnsafePath | StorageFailure>
  /**
   * Turns a tree into a layer and ends the tree. None when nothing was changed. The layer is visible in one step.
   *
   * `clampNs`: no time in the layer is later than this (nanoseconds since 1970).
   */
  readonly commit: (
    tree: TreeHandle,
    options?: { readonly clampNs?: bigint }
  ) => Effect.Effect<Option.Option<LayerInfo>, StorageFailure>
  /** Ends a tree and forgets its changes. Succeeds when there is no such tree (LAY-4). */
  readonly discard: (tree: Pick<TreeHandle, "id">) => Effect.Effect<void, StorageFailure>
  /**
   * Unpacks an uncompressed layer archive. Nothing is visible unless the bytes hash to `diffId`; when it is undefined
   * nobody promised anything, and the layer is the one the bytes hash to. A hostile path fails with `UnsafePath`, and
   * bytes that are no archive with `LayerMalformed`. After a failure nothing is left.
   *
   * Whiteouts and opaque marks speak of the layers below only, wherever they stand in the archive; of several entries
   * for one path the last one counts (LAY-14). `LayerTooLarge` ends it before the rest was asked for.
   */
  readonly unpack: <E>(
    diffId: Digest | undefined,
    archive: Stream.Stream<Uint8Array, E>
  ) => Effect.Effect<LayerInfo, E | BlobCorrupt | LayerMalformed | LayerTooLarge | UnsafePath | StorageFailure>
  /**
   * Unpacks a layer out of a file while that is growing, as `unpack` does: verified, decompressed and unpacked by a
   * process of its own, which nothing has to be handed to. `BlobCorrupt` with the file's digest when that is not what was
   * promised, whatever else is wrong. Stores that cannot leave it out.
   */
  readonly unpackFile?: <E>(
    diffId: Digest,
    layer: ArrivingLayer<E>
  ) => Effect.Effect<LayerInfo, E | BlobCorrupt | LayerMalformed | LayerTooLarge | UnsafePath | StorageFailure>
  /**
   * Applies an uncompressed layer archive to a folder of the host (absolute path, made when missing), by the code that
   * unpacks layers: what the layer takes away is removed there. Nothing outside the folder is touched, whatever links it
   * holds. After a failure the folder has what came before the entry in question. Absent in stores without host paths.
   */
  readonly apply?: <E>(
    directory: string,
    archive: Stream.Stream<Uint8Array, E>
  ) => Effect.Effect<LayerInfo, E | LayerMalformed | LayerTooLarge | UnsafePath | StorageFailure>
  /**
   * Puts the files of an uncompressed archive into a folder of the host that is there (absolute path), as tar(1) does it:
   * no name means anything but itself, directories are merged and files replaced. A directory is never replaced by
   * something else, nor anything else by a directory: that is an `UnsafePath`, as is a name that leads out or through a
   * link. Nothing outside the folder is touched, whoever else is at work in it. Absent in stores without host paths.
   */
  readonly place?: <E>(
    directory: string,
    archive: Stream.Stream<Uint8Array, E>,
    options: PlaceOptions
  ) => Effect.Effect<Placed, E | LayerMalformed | LayerTooLarge | UnsafePath | StorageFailure>
  /** The layer's archive, the same bytes every time: they hash to the diffID. */
  readonly pack: (diffId: Digest) => Stream.Stream<Uint8Array, LayerMissing | StorageFailure>
  /**
   * The layer's archive, compressed as `compressorOf` does it, a long one by a process of its own: several layers are
   * compressed at once, beside everything else. `onBytes` is told how many bytes of the archive have been read. Stores that cannot
   * leave it out, and whoever wants it compresses what `pack` gives.
   */
  readonly packCompressed?: (
    diffId: Digest,
    form: CompressionForm,
    onBytes?: (bytes: number) => void
  ) => Stream.Stream<Uint8Array, LayerMissing | StorageFailure>
  /**
   * What the layer adds and takes away, whatever lies below it, as `canonicalChanges` orders it (LAY-13). Contents may be
   * files of the store.
   */
  readonly contents: (diffId: Digest) => Effect.Effect<ReadonlyArray<TreeChange>, LayerMissing | StorageFailure>
  /**
   * The merged tree of a writable tree and the layers below it, as one archive that stands on nothing (LAY-15).
   *
   * A container may go on writing into the tree meanwhile: a file that is gone when its turn comes is left out, and one
   * that became shorter is filled up with zeros. Fails when a name begins with `.wh.`, which archives of layers reserve.
   */
  readonly packTree: (tree: Pick<TreeHandle, "id">) => Stream.Stream<Uint8Array, StorageFailure>
  /**
   * What a container with such a root sees of it, as `packTree` has it. File systems that are mounted in the folder are
   * left out. Absent in stores without host paths.
   */
  readonly packFolder?: (folder: RootFolder) => Stream.Stream<Uint8Array, StorageFailure>
  /**
   * The changes of a tree, as the archive of the layer that a commit would make of it (LAY-17). The tree stays, and a
   * container may go on writing into it meanwhile, as with `packTree`.
   */
  readonly packChanges: (tree: Pick<TreeHandle, "id">) => Stream.Stream<Uint8Array, StorageFailure>
  /** The layer, or none. */
  readonly get: (diffId: Digest) => Effect.Effect<Option.Option<LayerInfo>, StorageFailure>
  /** Fails with `LayerInUse` while a tree stands on the layer (LAY-3). Succeeds when there is no such layer. */
  readonly remove: (diffId: Digest) => Effect.Effect<void, LayerInUse | StorageFailure>
  readonly list: Effect.Effect<ReadonlyArray<LayerInfo>, StorageFailure>
  /** Bytes and entries a tree holds against its stack. */
  readonly usage: (tree: Pick<TreeHandle, "id">) => Effect.Effect<TreeUsage, StorageFailure>
  /** The changes of a tree against its stack, sorted by path. */
  readonly changes: (tree: Pick<TreeHandle, "id">) => Effect.Effect<ReadonlyArray<TreeChange>, StorageFailure>
  /**
   * The entry at a path of the merged tree of a stack, links on the way followed inside the tree; the last link is
   * followed when `follow` is true. The entry's `path` is the real path found. None when there is nothing, or the links turn in a circle.
   */
  readonly lookup: (
    stack: Stack,
    path: string,
    follow: boolean
  ) => Effect.Effect<Option.Option<TreeEntry>, LayerMissing | StorageFailure>
  /** All entries of the merged tree below a directory (real path), that directory left out, sorted by path, parents first. */
  readonly walk: (
    stack: Stack,
    directory: string
  ) => Effect.Effect<ReadonlyArray<TreeEntry>, LayerMissing | StorageFailure>
  /** Everything committed so far outlives a power failure once this has succeeded. */
  readonly flush: Effect.Effect<void, StorageFailure>
  /** All trees, drafts of ended processes included until they are swept: what keeps layers from being removed. */
  readonly trees: Effect.Effect<ReadonlyArray<StandingTree>, StorageFailure>
  /**
   * Names of the kept trees that another, ended process prepared. Whoever knows what they were kept for tells which of
   * them nobody wants any more.
   */
  readonly kept: Effect.Effect<ReadonlyArray<string>, StorageFailure>
  /** Removes what dead processes left: drafts, half unpacked layers. Returns their names. */
  readonly sweep: Effect.Effect<ReadonlyArray<string>, StorageFailure>
}

/** The service tag of {@link LayerStoreShape}. */
export class LayerStore extends Context.Tag("@gantry/core/LayerStore")<LayerStore, LayerStoreShape>() {}
