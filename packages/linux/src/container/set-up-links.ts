import type { Wiring } from "@gantry/core/network/Wiring"
import { withLinks } from "../netlink/link.ts"
import type { Syscalls } from "../Syscalls.ts"

/** True when the network namespace was made for this container and is its to set up. */
export const ownsNetwork = (wiring: ReadonlyArray<Wiring>): boolean => wiring.every(({ type }) => type === "veth")

/**
 * Switches loopback on and gives the container's ends of its links their addresses and routes, in the network namespace
 * of the calling thread.
 */
export const setUpLinks = (sys: Syscalls, wiring: ReadonlyArray<Wiring>): void =>
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
