import type { ContainerSpec } from "@gantry/core/runtime/ContainerSpec"
import { restricted } from "./restricted.ts"
import { ownsNetwork } from "./set-up-links.ts"

/** The lowest port that a user other than root may listen on. */
const lowestPort = "net.ipv4.ip_unprivileged_port_start"

/** The groups that may send echo requests. */
const pingingGroups = "net.ipv4.ping_group_range"

/**
 * Kernel parameters of a network that is the container's own, as Docker sets them: every user of the container may listen
 * on low ports and ping, which endangers nobody else. What was asked for wins.
 *
 * The kernel takes groups only that its namespace of users has; for others than the host's root pinging stays as it is.
 * Spec: Linux, Documentation/networking/ip-sysctl.rst.
 */
export const openToUsers = ({
  sysctls,
  users,
  wiring
}: Pick<ContainerSpec, "sysctls" | "users" | "wiring">): { readonly [name: string]: string } => {
  if (!ownsNetwork(wiring)) return {}
  const asked = new Set(Object.keys(sysctls).map((name) => name.replaceAll("/", ".")))
  return {
    ...(asked.has(lowestPort) ? {} : { [lowestPort]: "0" }),
    ...(asked.has(pingingGroups) || restricted({ users }) ? {} : { [pingingGroups]: "0 2147483647" })
  }
}
