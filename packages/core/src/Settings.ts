import * as Context from "effect/Context"

/** How much of the disk the build cache may take, in bytes. */
export interface CacheLimits {
  /** The cache does not shrink below this, whatever the other limits say. */
  readonly reservedSpace?: number
  /** The cache does not grow above this. */
  readonly maxUsedSpace?: number
  /** So much of the file system stays free for others. */
  readonly minFreeSpace?: number
}

/** A limit as it is configured: bytes, or percent of the file system. */
export type ConfiguredLimit = number | { readonly percent: number }

/** Where an engine keeps what it has. Several engines live side by side when these differ. */
export interface SettingsShape {
  /** Absolute directory of everything that must survive a reboot. */
  readonly root: string
  /** Absolute directory of sockets and other things that need not. */
  readonly run: string
  /** How many things of a kind are done at once: layers, build steps. */
  readonly jobs: number
  /**
   * Short name of this engine, from its root: empty for the default root, otherwise a few characters that set its
   * bridge, tables and control groups apart from those of other engines on the host.
   */
  readonly instance: string
  /** Most bytes of one uncompressed layer that are unpacked; the store's own limit when absent. */
  readonly layerLimit?: number
  /** Limits of the build cache that are kept to after each build; without them nothing is removed by itself. */
  readonly cacheLimits?: { readonly [limit in keyof CacheLimits]: ConfiguredLimit }
  /** IPv4 or IPv6 address of the host on which ports are published that name none; absent for all addresses. */
  readonly publishAddress?: string
  /** Whether ports are proxied whose publishers do not say; the kernel translates when absent. */
  readonly publishProxied?: boolean
  /** Variables of whoever calls, for what is to be taken from them when a container starts; none when absent. */
  readonly variables?: { readonly [name: string]: string | undefined }
  /** Program and arguments that start gantry itself; a tiny process is `[...self, "__unpack"]`. */
  readonly self: ReadonlyArray<string>
}

/** The service tag of {@link SettingsShape}. */
export class Settings extends Context.Tag("@gantry/core/Settings")<Settings, SettingsShape>() {}
