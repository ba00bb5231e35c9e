import { readFileSync } from "node:fs"
import type { Locks } from "@gantry/core/Locks"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import { rootless } from "@gantry/linux/rootless"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { BadOption } from "../EngineError.ts"
import { holdLock } from "../hold-lock.ts"
import { sharedWith } from "../networks/NetworkWish.ts"
import { Containers } from "./Containers.ts"
import type { RunOptions } from "./RunOptions.ts"
import { freeIds, keptIds, type OwnUsers, rangesFor, usualSize } from "./UsersWish.ts"

/** The name in /etc/subuid and /etc/subgid of whose numbers containers get. */
const owner = "containers"

/** Holds while numbers are chosen and until they are written down with the container. */
const lock = "ids-of-containers"

type Asked = Pick<RunOptions, "mounts" | "namespaces" | "networks" | "users">

/**
 * The numbers of a container's own namespace of users, as far as they are known before there is a container; undefined
 * when it has none, or gets them from {@link autoUsers}. Fails with `BadOption` where it cannot have them.
 */
export const keptUsers = (options: Asked): Effect.Effect<OwnUsers | undefined, BadOption> =>
  Effect.gen(function* () {
    const { users } = options
    if (users.type === "host") return undefined
    yield* requireApart(options)
    const here = rootless()
    const option = `--userns ${users.typed}`
    if (users.type === "auto") {
      if (here === undefined) return undefined
      return yield* new BadOption({
        option,
        why: "an ordinary user has no numbers to give each container some of its own: only root does",
        hint: "--userns keep-id, or leave it out"
      })
    }
    if (here === undefined) {
      return yield* new BadOption({
        option,
        why: "it keeps an ordinary user's number, and you are root: your containers write as root already",
        hint: "-v SOURCE:TARGET:idmap for files of somebody else; --userns auto for a container that is not root outside"
      })
    }
    if (here.single) {
      return yield* new BadOption({
        option,
        why: "it takes a range of user numbers, and /etc/subuid gives you none: root is the only user in your containers",
        hint: "leave it out: what root of the container writes belongs to you; gantry doctor says how to have a range"
      })
    }
    const { gid = here.gid, uid = here.uid } = users
    return {
      users: { uids: keptIds(here.users, uid), gids: keptIds(groupsHere(), gid) },
      caller: { uid, gid, name: nameOf(here.uid) }
    }
  })

/** What this host calls a user. */
const nameOf = (uid: number): string =>
  readOr("/etc/passwd")
    .split("\n")
    .map((line) => line.split(":"))
    .find(([, , number]) => number === String(uid))?.[0] ?? "user"

/** How many groups there are in this process' namespace. */
const groupsHere = (): number =>
  readFileSync("/proc/self/gid_map", "utf8")
    .trim()
    .split("\n")
    .reduce((sum, line) => sum + Number(line.trim().split(/\s+/)[2]), 0)

/** What a container shares with others has no owner in its own namespace of users. */
const requireApart = ({ mounts, namespaces, networks: [network], users }: Asked): Effect.Effect<void, BadOption> => {
  const shared =
    (["pid", "ipc"] as const).find((kind) => typeof namespaces[kind] === "object") ??
    (sharedWith(network.network) === undefined ? undefined : "network")
  const refuse = (why: string, hint: string) => new BadOption({ option: `--userns ${users.typed}`, why, hint })
  if (shared !== undefined) {
    return refuse(
      `conflicting options: --${shared} of another container belongs to the users that one has`,
      `leave out --userns or --${shared}`
    )
  }
  const spreads = mounts.find((mount) => mount.type === "bind" && mount.propagation?.endsWith("shared") === true)
  return spreads === undefined
    ? Effect.void
    : refuse(
        `conflicting options: nothing that is mounted by other users than the host's spreads to the host (${spreads.typed})`,
        "leave out --userns, or mount it as rslave or rprivate"
      )
}

/**
 * Numbers that no other container has, where they are wanted. They are this container's once it is on record; whoever
 * else wants some waits until the scope is closed.
 */
export const autoUsers = ({
  users
}: Pick<Asked, "users">): Effect.Effect<
  OwnUsers | undefined,
  BadOption | StorageFailure,
  Containers | Locks | Scope.Scope
> =>
  Effect.gen(function* () {
    if (users.type !== "auto") return undefined
    yield* holdLock(lock)
    const taken = (yield* (yield* Containers).list).flatMap(({ spec }) =>
      spec.users === undefined ? [] : [spec.users]
    )
    const size = users.size ?? usualSize
    const choose = (file: string, of: "gids" | "uids") => {
      const ranges = rangesFor(readOr(file), owner)
      const option = `--userns ${users.typed}`
      if (ranges.length === 0) {
        return new BadOption({
          option,
          why: `${file} has no numbers for containers: there is no line for "${owner}"`,
          hint: `echo ${owner}:2147483648:1073741824 >> ${file}`
        })
      }
      const found = freeIds(
        ranges,
        taken.flatMap((each) => each[of]),
        size
      )
      return found === undefined
        ? new BadOption({
            option,
            why: `all numbers that ${file} has for "${owner}" are taken: no ${size} in one piece are left`,
            hint: `remove containers, ask for fewer (auto:size=N), or give "${owner}" a larger range`
          })
        : Effect.succeed(found)
    }
    return { users: { uids: yield* choose("/etc/subuid", "uids"), gids: yield* choose("/etc/subgid", "gids") } }
  })

const readOr = (path: string): string => {
  try {
    return readFileSync(path, "utf8")
  } catch {
    return ""
  }
}
