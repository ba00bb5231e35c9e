import { rootlessVariables } from "@gantry/linux/rootless"
import type { ContainerSpec, ProcessSpec } from "@gantry/core/runtime/ContainerSpec"
import type { FirstProcess, LaunchPlan } from "@gantry/core/runtime/Launcher"
import type { Driver, JoinRequest, StartRequest } from "./run/request.ts"

/** What is the same in every plan. */
export interface PlanOptions {
  /** Program and arguments that start gantry itself. */
  readonly self: ReadonlyArray<string>
  /** Absolute directory for bundles and the runtimes' records; nothing in it outlives a reboot. */
  readonly run: string
}

/** Where runtimes and the programs they need are looked for. */
const env = () => ({ PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", ...rootlessVariables() })

/** The runtime of that name or path, with records of its own: runtimes do not read each other's. */
const driverOf = ({ run }: PlanOptions, program: string): Driver => ({
  program,
  state: `${run}/oci/state-${program.replaceAll(/[^A-Za-z0-9.-]/g, "_")}`,
  bundles: `${run}/oci/bundles`
})

/**
 * How a container is launched: unshare(1) makes a mount namespace in which the bundle is put together, and `__oci` drives
 * the runtime. It is no child that the kernel kills with its parent: it watches its parent, to end the container first.
 */
export const launchPlan = (
  options: PlanOptions,
  { group, hold = false, program, spec }: { readonly program: string } & Omit<StartRequest, "driver">
): LaunchPlan => {
  const follows = spec.mounts.some((mount) => mount.type === "bind" && mount.propagation?.endsWith("slave") === true)
  return {
    argv: ["unshare", "--mount", `--propagation=${follows ? "slave" : "private"}`, ...options.self, "__oci"],
    env: env(),
    config: {
      spec,
      group,
      driver: driverOf(options, program),
      ...(hold ? { hold } : {})
    } satisfies StartRequest
  }
}

/** How a process is added to a running container. */
export const joinPlan = (
  options: PlanOptions,
  request: {
    readonly program: string
    readonly spec: ContainerSpec
    readonly first: FirstProcess
    readonly process: ProcessSpec
  }
): LaunchPlan => ({
  argv: [...options.self, "__oci_join"],
  env: env(),
  config: {
    id: request.spec.id,
    first: request.first,
    driver: driverOf(options, request.program),
    process: request.process,
    ...(request.spec.users === undefined ? {} : { users: request.spec.users })
  } satisfies JoinRequest
})
