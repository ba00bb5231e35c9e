import type { CacheMount, SecretMount, SshMount, TmpfsMount } from "@gantry/build/dockerfile/RunMount"
import { type RunRequest, StepFailed } from "@gantry/build/solve/StepExecutor"
import type { Locks } from "@gantry/core/Locks"
import type { Settings } from "@gantry/core/Settings"
import type { LayerStore } from "@gantry/core/store/LayerStore"
import type { LayerMissing, StorageFailure, UnsafePath } from "@gantry/core/store/StoreError"
import type { TreeChange } from "@gantry/core/tree/TreeEntry"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { type HeldCache, holdCaches, type OfferedCaches } from "../cache-mounts/hold-caches.ts"
import type { Secrets } from "../secrets/Secrets.ts"
import type { Agent } from "../ssh/Agent.ts"
import { serveAgent } from "../ssh/serve-agent.ts"
import { bindTree } from "./bind-tree.ts"
import { isAtOrBelow, mountPoints, type PlacedMount, type WantedPoint } from "./mount-points.ts"

/** The mounts of a command, ready for the runtime. */
export interface StepMounts {
  readonly specs: ReadonlyArray<PlacedMount["spec"]>
  /** `NAME=value` that mounts add to the command's environment. */
  readonly env: ReadonlyArray<string>
  /** For the command's own tree. */
  readonly points: ReadonlyArray<TreeChange>
}

/** What the caller of a build gives to mounts. */
export interface MountSources {
  readonly secrets: Secrets
  /** Agents of ssh, by their ids. */
  readonly agents: ReadonlyMap<string, Agent>
  /** What others have left of cache mounts that are not here. */
  readonly caches?: OfferedCaches
}

/** Gets the mounts of a command ready, heredoc scripts among them. What they need is given back with the scope. */
export const stepMounts = (
  request: RunRequest,
  { agents, caches: offered, secrets }: MountSources
): Effect.Effect<
  StepMounts,
  StepFailed | LayerMissing | UnsafePath | StorageFailure,
  LayerStore | Locks | Settings | Scope.Scope
> =>
  Effect.gen(function* () {
    const placed: Array<PlacedMount> = request.files.map(({ content, path }) =>
      inMemory(path, Buffer.from(content), { mode: 0o755, uid: 0, gid: 0 })
    )
    const env: Array<string> = []
    const sockets: Array<string> = []
    const caches = yield* cachesOf(request, offered)
    for (const { mount } of request.mounts) {
      if (mount.type === "cache") placed.push(cacheSpec(mount, caches))
      else if (mount.type === "tmpfs") placed.push(tmpfsSpec(mount))
      else if (mount.type === "secret") {
        const value = secrets.value(mount.id)
        if (value === undefined) {
          if (mount.required) return yield* missingSecret(mount)
          continue
        }
        if (mount.target !== undefined) placed.push(inMemory(mount.target, value, mount))
        if (mount.env !== undefined) env.push(`${mount.env}=${new TextDecoder().decode(value)}`)
      } else if (mount.type === "ssh") {
        const agent = agents.get(mount.id)
        if (agent === undefined) {
          if (mount.required) return yield* missingAgent(mount)
          continue
        }
        const target = mount.target ?? `/run/buildkit/ssh_agent.${sockets.length}`
        sockets.push(target)
        placed.push(socketSpec(yield* serveAgent(agent, mount), target))
      }
    }
    const [socket] = sockets
    if (socket !== undefined && !request.env.some((each) => each.startsWith("SSH_AUTH_SOCK="))) {
      env.push(`SSH_AUTH_SOCK=${socket}`)
    }
    const known = placed.map(({ kind, spec: { target } }): WantedPoint => ({ kind, target }))
    for (const { contents, mount } of request.mounts) {
      if (mount.type !== "bind" || contents === undefined) continue
      // A mount inside another one of these finds its place there.
      const binds = request.mounts.flatMap((other): ReadonlyArray<WantedPoint> =>
        other.mount.type === "bind" ? [{ target: other.mount.target, kind: "directory" }] : []
      )
      placed.push(yield* bindTree({ mount, contents }, [...known, ...binds]))
    }
    const own = placed.filter(
      ({ spec: { target } }) => !placed.some(({ spec }) => spec.target !== target && isAtOrBelow(target, spec.target))
    )
    const points = yield* mountPoints(
      request.stack,
      own.map(({ kind, spec: { target } }) => ({ kind, target }))
    )
    return { specs: placed.map(({ spec }) => spec), env, points }
  })

const missingSecret = ({ id }: SecretMount) =>
  new StepFailed({
    why: `there is no secret ${id}, and the command requires it: give it with --secret id=${id},src=FILE`
  })

const missingAgent = ({ id }: SshMount) =>
  new StepFailed({
    why: `there is no ssh agent ${id}, and the command requires it: give it with --ssh ${id}, or --ssh ${id}=SOCKET-OR-KEY`
  })

/** Read-only: the socket can be used, and its mode stays. */
const socketSpec = (source: string, target: string): PlacedMount => ({
  kind: "file",
  spec: { type: "bind", source, target, readonly: true, recursive: false }
})

/** A file that is in the container's memory only. */
const inMemory = (
  target: string,
  bytes: Uint8Array,
  { gid, mode, uid }: Pick<SecretMount, "mode" | "uid" | "gid">
): PlacedMount => ({
  kind: "file",
  spec: { type: "file", target, content: Buffer.from(bytes).toString("base64"), mode, uid, gid }
})

const tmpfsSpec = ({ size, target }: TmpfsMount): PlacedMount => ({
  kind: "directory",
  spec: { type: "tmpfs", target, options: ["exec", "dev", ...(size === undefined ? [] : [`size=${size}`])].join(",") }
})

const cacheSpec = (mount: CacheMount, caches: ReadonlyMap<CacheMount, HeldCache>): PlacedMount => {
  const { readOnly, target } = mount
  return {
    kind: "directory",
    spec: { type: "bind", source: caches.get(mount)?.path ?? "", target, readonly: readOnly, recursive: false }
  }
}

/** Takes the caches of a command into use, and says so when one may hold what is of no use on this base image. */
const cachesOf = (request: RunRequest, offered: OfferedCaches | undefined) =>
  Effect.gen(function* () {
    const wanted = request.mounts.flatMap(({ contents, mount }) =>
      mount.type === "cache"
        ? [{ option: mount, base: request.stack[0] ?? "", ...(contents === undefined ? {} : { begin: contents }) }]
        : []
    )
    if (wanted.length === 0) return new Map<CacheMount, HeldCache>()
    const held = yield* holdCaches(wanted, offered)
    for (const { option } of wanted) {
      if (option.hasId || held.get(option)?.wasOfAnotherBase !== true) continue
      request.onWarning(
        `the cache mount ${option.target} was last used on another base image`,
        "give it an id of its own where its contents do not fit"
      )
    }
    return held
  })
