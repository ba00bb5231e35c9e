import { CLONE_NEWNET, O_CLOEXEC, O_RDONLY } from "@gantry/linux/constants"
import { ownsNetwork, setUpLinks } from "@gantry/linux/container/set-up-links"
import type { Wiring } from "@gantry/core/network/Wiring"
import type { Kernel } from "@gantry/linux/container/Kernel"
import { stage } from "@gantry/linux/container/StageFailure"

/** Enters the network namespace of another container when the wiring says so; still in the host's view. */
export const joinNetwork = ({ sys }: Kernel, wiring: ReadonlyArray<Wiring>): void => {
  for (const each of wiring) {
    if (each.type !== "join") continue
    stage("join network", () => {
      const namespace = sys.open(each.path, O_RDONLY | O_CLOEXEC)
      sys.setns(namespace, CLONE_NEWNET)
      sys.close(namespace)
    })
  }
}

/** Sets the container's own network namespace up; one that it shares is somebody else's affair. */
export const setUpNetwork = ({ sys }: Kernel, wiring: ReadonlyArray<Wiring>): void => {
  if (ownsNetwork(wiring)) stage("set up network", () => setUpLinks(sys, wiring))
}
