import type { ContainerSpec, ProcessSpec } from "@gantry/core/runtime/ContainerSpec"
import type { LaunchPlan } from "@gantry/core/runtime/Launcher"
import { capabilityNames } from "@gantry/linux/capabilities"
import type { InitConfig, JoinConfig } from "./init/config.ts"

/** What the tiny processes are given besides their configuration. They look for programs of the host by full path. */
const env = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" }

/**
 * How a container is launched: setpriv(1) ties the chain to its parent's life, unshare(1) makes the namespaces and
 * waits for the first process, init does the rest.
 *
 * The cgroup namespace is not made here: its root would be the parent's group. A user namespace is not made.
 */
export const launchPlan = (self: ReadonlyArray<string>, spec: ContainerSpec): LaunchPlan => {
  const shared = spec.mounts.some(({ type, ...mount }) => type === "bind" && spreads(mount as { propagation?: string }))
  return {
    argv: [
      ...["setpriv", "--pdeathsig", "KILL", "unshare", "--fork", "--kill-child=KILL", "--mount"],
      // init makes everything private once it holds the mounts whose changes are to be shared with the host.
      ...["--propagation", shared ? "unchanged" : "private"],
      ...(spec.wiring.every(({ type }) => type === "veth") ? ["--net"] : []),
      ...(["pid", "ipc", "uts"] as const).filter((kind) => spec.namespaces[kind] === "own").map((kind) => `--${kind}`),
      ...self,
      "__init"
    ],
    env,
    config: { spec } satisfies InitConfig
  }
}

const spreads = ({ propagation = "private" }: { propagation?: string }): boolean => !propagation.endsWith("private")

/**
 * How a process is added to a running container. nsenter(1) enters the process namespace only, and forks, so that the
 * new process is in it; `__join` enters the others itself once the program is loaded.
 *
 * Nothing ties the process to its starter: like `docker exec`, it goes on when the terminal it was started from goes
 * away, and it ends with the container. nsenter waits for it and ends the same way: with its exit code or by its
 * signal. It passes no signals on; whoever wants to send one uses the number that `ready` tells.
 */
export const joinPlan = (
  self: ReadonlyArray<string>,
  spec: ContainerSpec,
  request: { readonly pid: number; readonly process: ProcessSpec; readonly privileged: boolean }
): LaunchPlan => {
  const { pid, privileged, process } = request
  const own = (["cgroup", "ipc", "uts"] as const).filter((kind) => spec.namespaces[kind] === "own")
  const network = spec.wiring.some(({ type }) => type === "host") ? [] : ["net"]
  const enter = spec.namespaces.pid === "own" ? ["nsenter", "--target", String(pid), "--pid"] : []
  return {
    argv: [...enter, ...self, "__join"],
    env,
    config: {
      pid,
      namespaces: [...own, ...network, "mnt"],
      process: privileged ? { ...process, capabilities: capabilityNames, seccomp: { type: "unconfined" } } : process
    } satisfies JoinConfig
  }
}
