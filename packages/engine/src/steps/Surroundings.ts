import type { Resources, Rlimit } from "@gantry/core/runtime/ContainerSpec"

/** What the caller of a build says about the containers that its commands run in. */
export interface Surroundings {
  /** Further lines of /etc/hosts, in order. */
  readonly hosts: ReadonlyArray<{ readonly name: string; readonly address: string }>
  /** Bytes of /dev/shm; the usual when absent. */
  readonly shmBytes?: number
  readonly rlimits: ReadonlyArray<Rlimit>
  readonly resources: Resources
  /** The runtime that carries commands out, by name or path; the engine's own when absent. */
  readonly runtime?: string
}

/** Nothing is said. */
export const plainSurroundings: Surroundings = { hosts: [], rlimits: [], resources: {} }

/**
 * The part that has a place in keys: what a command finds inside its container. How much of the machine it may use has
 * none, as the machine itself has none: a build is to be the same on one with more processors, and with
 * another runtime.
 */
export const noticed = ({ hosts, rlimits, shmBytes }: Surroundings): { readonly [name: string]: string } => ({
  ...(hosts.length === 0 ? {} : { "add-host": hosts.map(({ address, name }) => `${name}=${address}`).join(" ") }),
  ...(shmBytes === undefined ? {} : { "shm-size": String(shmBytes) }),
  ...(rlimits.length === 0
    ? {}
    : { ulimit: rlimits.map(({ hard, name, soft }) => `${name}=${soft}:${hard}`).join(" ") })
})
