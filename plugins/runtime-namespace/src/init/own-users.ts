import {
  CLONE_NEWIPC,
  CLONE_NEWNET,
  CLONE_NEWNS,
  CLONE_NEWUSER,
  CLONE_NEWUTS,
  PR_SET_PDEATHSIG,
  SIGKILL
} from "@gantry/linux/constants"
import type { ContainerSpec } from "@gantry/core/runtime/ContainerSpec"
import type { IdMaps } from "@gantry/core/runtime/IdMaps"
import { type Kernel, userNamespaceIn } from "@gantry/linux/container/Kernel"
import { ownsNetwork } from "@gantry/linux/container/set-up-links"
import { stage } from "@gantry/linux/container/StageFailure"

const flags = { ipc: CLONE_NEWIPC, uts: CLONE_NEWUTS }

/**
 * Becomes root of the container's own namespace of users, and makes those of its namespaces there that its root is to
 * have rights over. What is outside is out of reach from here on, but for what is held by descriptor.
 *
 * A second namespace of mounts: in it, nothing can be taken away from what was mounted in the first.
 */
export const enterUsers = (kernel: Kernel, spec: ContainerSpec, users: IdMaps): void => {
  const { sys } = kernel
  stage("enter the container's user namespace", () => {
    sys.setns(userNamespaceIn(kernel, users), CLONE_NEWUSER)
    // What is made from here on belongs to root in there.
    sys.setresgid(0, 0, 0)
    sys.setresuid(0, 0, 0)
    // A change of user makes the kernel forget it.
    sys.prctl(PR_SET_PDEATHSIG, SIGKILL)
  })
  stage("make namespaces of the container", () => {
    const own = (["ipc", "uts"] as const).filter((kind) => spec.namespaces[kind] === "own").map((kind) => flags[kind])
    const network = ownsNetwork(spec.wiring) ? [CLONE_NEWNET] : []
    sys.unshare([CLONE_NEWNS, ...network, ...own].reduce((all, flag) => all | flag, 0))
  })
}
