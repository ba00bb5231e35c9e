import { CLONE_NEWNET, O_CLOEXEC, O_RDONLY } from "@gantry/linux/constants"
import { withLinks } from "@gantry/linux/netlink/link"
import type { Wiring } from "@gantry/core/network/Wiring"
import type { Kernel } from "./Kernel.ts"
import { stage } from "./StageFailure.ts"

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

/** True when the network namespace was made for this container and is its to set up. */
export const ownsNetwork = (wiring: ReadonlyArray<Wiring>): boolean => wiring.every(({ type }) => type === "veth")

/** Switches loopback on and gives the container's ends of its links their addresses and routes. */
export const setUpNetwork = ({ sys }: Kernel, wiring: ReadonlyArray<Wiring>): void => {
  if (!ownsNetwork(wiring)) return
  stage("set up network", () =>
    withLinks(sys, (links) => {
      links.setLinkUp("lo")
      let routed = false
      for (const each of wiring) {
        if (each.type !== "veth") continue
        links.addAddress(each.name, each.address, each.prefixLength)
        links.setLinkUp(each.name)
        // A second default route would be refused; the first network is the way out.
        if (each.gateway !== undefined && !routed) {
          links.addRoute({ destination: "default", gateway: each.gateway, dev: each.name })
          routed = true
        }
      }
    })
  )
}
