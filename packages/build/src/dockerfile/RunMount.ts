/**
 * One `--mount` flag as written. Values may hold variables, so it becomes a {@link RunMount} only when
 * they are known: see `readMount` in `run-mount.ts`.
 */
export interface MountFlag {
  /** What stood after `--mount=`. */
  readonly text: string
  /** In the order written; the key in lower case; no value for a bare word such as `ro`. */
  readonly fields: ReadonlyArray<{ readonly key: string; readonly value: string | undefined }>
}

/** How builds that run at the same time share a cache mount. */
export type CacheSharing = "shared" | "private" | "locked"

/** Part of the context, a stage or an image, seen under `target`. Writes, where allowed, are thrown away. */
export interface BindMount {
  readonly type: "bind"
  readonly target: string
  readonly source: string
  readonly from?: string
  readonly readOnly: boolean
}

/** A directory that outlives the build. Its contents are never part of a step's key. */
export interface CacheMount {
  readonly type: "cache"
  readonly id: string
  /** The Dockerfile gives the id; otherwise it is the target. */
  readonly hasId: boolean
  readonly target: string
  /** What the cache starts with when it is new. */
  readonly from?: string
  readonly source: string
  readonly sharing: CacheSharing
  readonly readOnly: boolean
  readonly mode: number
  readonly uid: number
  readonly gid: number
}

/** Memory under `target`; `size` is a limit in bytes. */
export interface TmpfsMount {
  readonly type: "tmpfs"
  readonly target: string
  readonly size?: number
}

/** A secret as a file, as an environment variable, or as both. */
export interface SecretMount {
  readonly type: "secret"
  readonly id: string
  /** Absent when the secret is wanted as a variable only. */
  readonly target?: string
  readonly env?: string
  readonly required: boolean
  readonly mode: number
  readonly uid: number
  readonly gid: number
}

/** The caller's ssh agent as a socket. */
export interface SshMount {
  readonly type: "ssh"
  readonly id: string
  readonly target?: string
  readonly required: boolean
  readonly mode: number
  readonly uid: number
  readonly gid: number
}

/** What `RUN --mount` asks for, with every default filled in. */
export type RunMount = BindMount | CacheMount | TmpfsMount | SecretMount | SshMount
