import { statSync } from "node:fs"
import type { MountSpec } from "@gantry/core/runtime/ContainerSpec"
import type { IdMaps, Owner } from "@gantry/core/runtime/IdMaps"
import type { LayerStore, Stack } from "@gantry/core/store/LayerStore"
import type { LayerMissing, StorageFailure } from "@gantry/core/store/StoreError"
import { lookUp, UnknownName } from "@gantry/linux/container/passwd"
import { rootless } from "@gantry/linux/rootless"
import * as Effect from "effect/Effect"
import { BadOption } from "../EngineError.ts"
import { textOf } from "../steps/look-up-owner.ts"
import { type IdMapWish, idMapOf } from "./IdMapWish.ts"

/** What of a container decides how the owners of mounted files are seen. */
export interface OwnersContext {
  readonly stack: Stack
  /** As in `ProcessSpec.user`. */
  readonly user: string
  /** The container's own namespace of users, if it has one. */
  readonly users?: IdMaps | undefined
}

type Bind = Extract<MountSpec, { readonly type: "bind" }>

/** What is mounted, and what is wanted of its owners. */
interface Mounted {
  readonly bind: Bind
  readonly kind: "bind" | "volume"
  readonly wish: IdMapWish | undefined
  /** As typed. */
  readonly typed: string
}

/**
 * The mount with the map of its owners. A volume that root's container sees through its own namespace of users has the
 * container's numbers, so that other containers find it as they left it; those of an ordinary user's have been
 * written so.
 */
export const withOwners = (
  { bind, kind, typed, wish }: Mounted,
  { stack, user, users }: OwnersContext
): Effect.Effect<Bind, BadOption | LayerMissing | StorageFailure, LayerStore> =>
  Effect.gen(function* () {
    const { idMap: _, ...plain } = bind
    if (wish === undefined) {
      return kind === "volume" && users !== undefined && rootless() === undefined ? { ...plain, idMap: users } : plain
    }
    const option = `mount ${typed}`
    if (rootless() !== undefined) {
      return yield* new BadOption({
        option,
        why: "only the host's root may have the owners of files seen as others (idmap)",
        hint: "leave idmap out: with --userns keep-id, what you write in the container belongs to you"
      })
    }
    const source = yield* Effect.try({
      try: (): Owner => statSync(bind.subpath === undefined ? bind.source : `${bind.source}/${bind.subpath}`),
      catch: (cause) => new BadOption({ option, why: String(cause) })
    })
    const given = wish.type === "given" || users !== undefined
    const maps = idMapOf(wish, { users, source, user: given ? nobodyKnows : yield* processOwner(stack, user, option) })
    if (typeof maps === "string") return yield* new BadOption({ option, why: maps })
    return { ...plain, idMap: maps }
  })

/** Where the container's user makes no difference. */
const nobodyKnows: Owner = { uid: 0, gid: 0 }

/** Whom the container's process belongs to, by the account files of its image. */
const processOwner = (
  stack: Stack,
  user: string,
  option: string
): Effect.Effect<Owner, BadOption | LayerMissing | StorageFailure, LayerStore> =>
  Effect.gen(function* () {
    if (user === "") return { uid: 0, gid: 0 }
    const passwd = yield* textOf(stack, "etc/passwd")
    const group = yield* textOf(stack, "etc/group")
    return yield* Effect.try({
      try: (): Owner => lookUp({ user, groups: [] }, passwd, group),
      catch: (cause) =>
        new BadOption({
          option,
          why: cause instanceof UnknownName ? cause.message : String(cause),
          hint: "say which numbers: idmap=uids=FILE-SEEN-COUNT;gids=FILE-SEEN-COUNT"
        })
    })
  })
