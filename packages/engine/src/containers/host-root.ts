import { chmodSync, lchownSync, statSync } from "node:fs"
import { arch } from "node:os"
import type { ImageConfig } from "@gantry/core/image/ImageConfig"
import { ofMachine } from "@gantry/core/image/Platform"
import type { RootSource } from "@gantry/core/runtime/ContainerSpec"
import { type StorageFailure, storageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import { BadOption, WrongState } from "../EngineError.ts"
import { reasonOf } from "../file-problem.ts"
import type { ContainerRecord } from "./ContainerRecord.ts"

/** A directory of the host that is a container's root in place of an image. */
export interface HostRoot {
  /** Absolute. */
  readonly path: string
  /** What the container writes goes into a tree of its own, and the directory stays as it is. */
  readonly overlay: boolean
}

/** What stands for the settings of an image where there is none. */
export const noImage: ImageConfig = {
  ...ofMachine(arch()),
  config: {},
  rootfs: { type: "layers", diff_ids: [] },
  history: []
}

/** Makes sure that there is such a directory. Fails with `BadOption`. */
export const checkHostRoot = ({ path }: HostRoot): Effect.Effect<void, BadOption> => {
  const refused = (why: string) =>
    new BadOption({ option: `--rootfs ${path}`, why, hint: "name a directory with all files of a root file system" })
  if (path === "/") return refused("it is the root of this host")
  return Effect.flatMap(
    Effect.try({ try: () => statSync(path).isDirectory(), catch: (cause) => refused(reasonOf(cause)) }),
    (isDirectory) => (isDirectory ? Effect.void : refused("it is not a directory"))
  )
}

/**
 * The root of a container that has such a directory: it, or what the container's own tree makes of it. That tree is not
 * written to yet; its topmost directory is the one that is seen as `/`, and so gets the owner and the rights of the other.
 */
export const hostRootSource = (
  { overlay, path }: HostRoot,
  tree: RootSource
): Effect.Effect<RootSource, StorageFailure> =>
  Effect.try({
    try: () => {
      if (!overlay || tree.type !== "overlay") return { type: "directory", path }
      const { gid, mode, uid } = statSync(path)
      const { target, upper, work } = tree
      lchownSync(upper, uid, gid)
      chmodSync(upper, mode & 0o7777)
      return { type: "overlay", directory: path, lower: ["."], upper, work, target }
    },
    catch: storageFailure("prepare", path)
  })

/** Fails with `WrongState` for a container that has no image which its files could be compared with. */
export const requireImage = (
  { id, image, imageName, name }: Pick<ContainerRecord, "id" | "image" | "imageName" | "name">,
  verb: string
): Effect.Effect<void, WrongState> =>
  image === ""
    ? new WrongState({
        container: name,
        id,
        verb,
        why: `its root is the directory ${imageName}, and not an image`,
        hint: `an image of all its files is made by: gantry export ${name} | gantry import - IMAGE`
      })
    : Effect.void
