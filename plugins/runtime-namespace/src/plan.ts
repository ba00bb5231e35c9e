import { CLONE_NEWIPC, CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWUTS } from "@gantry/linux/constants"
import { rootlessVariables } from "@gantry/linux/rootless"
import type { ContainerSpec, ProcessSpec } from "@gantry/core/runtime/ContainerSpec"
import type { IdMaps } from "@gantry/core/runtime/IdMaps"
import type { Directed, FirstProcess, LaunchPlan, UsualLaunch } from "@gantry/core/runtime/Launcher"
import type { InitConfig, JoinConfig } from "./init/config.ts"

/** What is the same in every plan. */
export interface PlanOptions {
  /** Program and arguments that start gantry itself. */
  readonly self: ReadonlyArray<string>
  /** Absolute directory for compiled seccomp filters, for root only; compiled at every start without one. */
  readonly filters?: string
}

/**
 * What the tiny processes are given besides their configuration. They look for programs of the host by full path.
 *
 * They stand under the container's limits before they become its command, and Bun dies when it cannot have another
 * thread: what they do is too short to need any.
 */
const usualEnv = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  BUN_JSC_useConcurrentJIT: "0",
  BUN_JSC_useConcurrentGC: "0",
  BUN_JSC_numberOfGCMarkers: "1"
}

const env = () => ({ ...usualEnv, ...rootlessVariables() })

/**
 * Waits for the first process and ends with its code, or with 128 and the number of its signal. unshare(1) can do the
 * waiting, but it turns the end by SIGKILL into a failure of its own and writes about it into the container's output.
 * The shell's own messages go nowhere: only the child has the container's standard error as its own.
 */
const waiter = `exec 5>&2 2>/dev/null; (exec "$@" 2>&5 5>&-); exit $?`

/** What of a container's description decides how its first process is launched. */
interface Launching extends Pick<ContainerSpec, "mounts" | "users" | "wiring"> {
  readonly namespaces: Pick<ContainerSpec["namespaces"], "ipc" | "pid" | "uts">
}

/**
 * How a container is launched: setpriv(1) ties the chain to its parent's life, unshare(1) makes the namespaces, the
 * shell forks the first process into them and waits for it, and init does the rest. Namespaces of other containers are
 * entered by nsenter(1).
 *
 * The cgroup namespace is not made here: its root would be the parent's group. Containers with users of their own are not
 * launched in this way: see {@link directedOf}.
 */
const chainOf = (self: ReadonlyArray<string>, { mounts, namespaces, wiring }: Launching): UsualLaunch => {
  const shared = mounts.some((mount) => mount.type === "bind" && spreads(mount.propagation))
  const joined = (["pid", "ipc"] as const).flatMap((kind) => {
    const choice = namespaces[kind]
    return typeof choice === "string" ? [] : [`--${kind}=${choice.path}`]
  })
  const chain = [
    "setpriv",
    "--pdeathsig",
    "KILL",
    "unshare",
    "--mount",
    // init makes everything private once it holds the mounts whose changes are to be shared with the host.
    `--propagation=${shared ? "unchanged" : "private"}`,
    ...(wiring.every(({ type }) => type === "veth") ? ["--net"] : []),
    ...(["pid", "ipc", "uts"] as const).filter((kind) => namespaces[kind] === "own").map((kind) => `--${kind}`),
    // The shell stays outside, with the host's files about it: only what it forks is seen by the other container.
    ...(joined.length === 0 ? [] : ["nsenter", "--no-fork", ...joined]),
    "/bin/sh",
    "-c",
    waiter,
    "sh"
  ]
  return { argv: [...chain, ...self, "__init"], program: chain.length, env: env() }
}

const flags = { ipc: CLONE_NEWIPC, pid: CLONE_NEWPID, uts: CLONE_NEWUTS }

/**
 * The same for a parent that puts the process together itself: one process makes the namespaces, enters those of other
 * containers, and forks the first process into them.
 */
const directedOf = ({ mounts, namespaces, users, wiring }: Launching): Directed => {
  const shared = mounts.some((mount) => mount.type === "bind" && spreads(mount.propagation))
  // The others are made by who has entered a namespace of users, which is to have the rights over them.
  const kinds = users === undefined ? (["pid", "ipc", "uts"] as const) : (["pid"] as const)
  const own = kinds.filter((kind) => namespaces[kind] === "own").map((kind) => flags[kind])
  const network = users === undefined && wiring.every(({ type }) => type === "veth") ? [CLONE_NEWNET] : []
  return {
    sequence: "init",
    namespaces: [CLONE_NEWNS, ...network, ...own].reduce((all, flag) => all | flag, 0),
    enters: (["pid", "ipc"] as const).flatMap((kind) => {
      const choice = namespaces[kind]
      return typeof choice === "string" ? [] : [choice.path]
    }),
    private: !shared,
    tied: true,
    rehearses: false,
    ...usersOf(mounts, users)
  }
}

/** The namespaces of users that a container is in, and that its mounts are seen through; each once. */
const usersOf = (mounts: ContainerSpec["mounts"], own: IdMaps | undefined): Pick<Directed, "users"> => {
  const seen = mounts.map((mount) => (mount.type === "bind" ? mount.idMap : undefined))
  const wanted = [own, ...seen].filter((maps) => maps !== undefined)
  const users = new Map(wanted.map((maps) => [JSON.stringify(maps), maps]))
  return users.size === 0 ? {} : { users: [...users.values()] }
}

/** How nearly every container is launched: with namespaces of its own and nothing shared with the host but perhaps its network. */
export const usualLaunch = (self: ReadonlyArray<string>, network: "host" | "own" = "own"): UsualLaunch =>
  launchOf(self, { ...usual, wiring: network === "host" ? [{ type: "host" }] : [] })

const usual: Omit<Launching, "wiring"> = { mounts: [], namespaces: { pid: "own", ipc: "own", uts: "own" } }

const launchOf = (self: ReadonlyArray<string>, launching: Launching): UsualLaunch => ({
  ...chainOf(self, launching),
  directed: directedOf(launching)
})

/** How a container is launched, whatever its description asks for. */
export const launchPlan = ({ filters, self }: PlanOptions, spec: ContainerSpec): LaunchPlan => ({
  ...launchOf(self, spec),
  config: { spec, ...(filters === undefined ? {} : { filters }) } satisfies InitConfig
})

/** How a stopped container's files are put together for somebody who looks at them: as it is launched, but for the command. */
export const holdPlan = (options: PlanOptions, spec: ContainerSpec): LaunchPlan => ({
  ...launchPlan(options, spec),
  config: { spec, hold: true } satisfies InitConfig
})

const spreads = (propagation = "private"): boolean => !propagation.endsWith("private")

/**
 * How a process is added to a running container. It enters the process namespace only, and forks, so that the new process
 * is in it; that one enters the others.
 *
 * Nothing ties the process to its starter: like `docker exec`, it goes on when the terminal it was started from goes
 * away, and it ends with the container. Whoever forked it waits for it and ends as it does. It passes no signals on;
 * whoever wants to send one uses the number that `ready` tells.
 */
export const joinPlan = (
  { filters }: Pick<PlanOptions, "filters">,
  spec: ContainerSpec,
  request: { readonly first: FirstProcess; readonly process: ProcessSpec; readonly privileged: boolean }
): LaunchPlan => {
  const { first, privileged, process } = request
  const own = (["cgroup", "ipc", "uts"] as const).filter((kind) => spec.namespaces[kind] !== "host")
  const network = spec.wiring.some(({ type }) => type === "host") ? [] : ["net"]
  return {
    argv: ["gantry", "__join"],
    env: {},
    directed: {
      sequence: "join",
      namespaces: 0,
      enters: spec.namespaces.pid === "host" ? [] : [`/proc/${first.pid}/ns/pid`],
      private: false,
      tied: false,
      rehearses: true
    },
    config: {
      first,
      ...(spec.users === undefined ? {} : { users: spec.users }),
      ...(filters === undefined ? {} : { filters }),
      // Rights over the others come with that of users.
      namespaces: [...(spec.users === undefined ? [] : ["user"]), ...own, ...network, "mnt"],
      // It brings its capabilities along: the host itself may not have all that there are.
      process: privileged ? { ...process, seccomp: { type: "unconfined" } } : process
    } satisfies JoinConfig
  }
}
