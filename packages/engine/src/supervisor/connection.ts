import type { Wiring } from "@gantry/core/network/Wiring"
import type { LaunchPlan } from "@gantry/core/runtime/Launcher"
import type { NameService } from "@gantry/core/runtime/Runtime"
import { loadSyscallsSync } from "@gantry/linux/load"
import type { Job } from "./job.ts"
import type { Resolver } from "./names/Resolver.ts"
import type { Control } from "./protocol.ts"

/** How one container is connected, at each of its starts and while it runs. */
export interface Connection {
  /** How it is started next. */
  readonly next: () => { readonly plan: LaunchPlan; readonly wiring: ReadonlyArray<Wiring> }
  /** Its links are there: its resolver listens from now on, when it has one. */
  readonly opened: (pid: number) => void
  /**
   * Connects it otherwise, now when a process is given and at all later starts. Returns what stood in the way; it is
   * connected as before then.
   */
  readonly change: (wish: Control & { readonly type: "rewire" }, pid: number | undefined) => Promise<string | undefined>
  /** Its resolver must not keep the network of a container that has ended. */
  readonly closed: () => void
}

/** The connection that a job asks for. `onIdle` is told when what answering names took was given back. */
export const makeConnection = async (job: Job, onIdle: () => void): Promise<Connection> => {
  let { plan } = job
  let { files, wiring } = job.spec
  const { mounts } = job.spec
  let names = job.supervision.names
  let resolver: Resolver | undefined
  /** Loaded here: most containers have none. */
  const resolverFor = async (service: NameService): Promise<Resolver> => {
    resolver ??= (await import("./names/Resolver.ts")).makeResolver(loadSyscallsSync(), service, onIdle)
    resolver.serve(service)
    return resolver
  }
  if (names !== undefined) await resolverFor(names)

  const rewireNow = async (wish: Control & { readonly type: "rewire" }, pid: number): Promise<void> => {
    const { rewire } = await import("./rewire.ts")
    const listens = names !== undefined
    if (wish.names !== undefined) {
      const { open } = await resolverFor(wish.names)
      if (!listens) open(pid)
    }
    try {
      rewire(loadSyscallsSync(), pid, { files, mounts, wiring }, { ...wish.connection, mounts })
    } catch (error) {
      if (!listens) resolver?.close()
      else if (names !== undefined) resolver?.serve(names)
      throw error
    }
    if (wish.names === undefined) resolver?.close()
  }

  return {
    next: () => ({ plan, wiring }),
    opened: (pid) => {
      if (names !== undefined) resolver?.open(pid)
    },
    change: async (wish, pid) => {
      try {
        if (pid !== undefined) await rewireNow(wish, pid)
        else if (wish.names !== undefined) await resolverFor(wish.names)
      } catch (error) {
        return error instanceof Error ? error.message : String(error)
      }
      plan = wish.plan
      ;({ files, wiring } = wish.connection)
      names = wish.names
      return undefined
    },
    closed: () => resolver?.close()
  }
}
