import { writeFileSync } from "node:fs"
import { O_CLOEXEC, O_RDONLY } from "@gantry/linux/constants"
import { withLinks } from "@gantry/linux/netlink/link"
import { rootless } from "@gantry/linux/rootless"
import { askHolder } from "@gantry/linux/user-network"
import type { Syscalls } from "@gantry/linux/Syscalls"
import type { Wiring } from "@gantry/core/network/Wiring"

/** The name under which the holder of an ordinary user's namespaces makes the links of a container. */
export const connectAction = "connect"

/**
 * Makes the links of a container: one end on its bridge, the other directly in the network namespace of the process.
 * They vanish with that namespace. A link of that name from an earlier start is replaced.
 */
export const connect = (sys: Syscalls, pid: number, wiring: ReadonlyArray<Wiring>): void => {
  const pairs = wiring.filter((each) => each.type === "veth")
  if (pairs.length === 0) return
  if (rootless() !== undefined) return void askHolder(sys, connectAction, pid, pairs)
  const namespace = sys.open(`/proc/${pid}/ns/net`, O_RDONLY | O_CLOEXEC)
  try {
    withLinks(sys, (links) => {
      for (const { apart, bridge, link, mac, mtu, name } of pairs) {
        const request = {
          name: link,
          peerName: name,
          peerMac: mac,
          peerNetnsFd: namespace,
          master: bridge,
          ...(mtu === undefined ? {} : { mtu })
        }
        links.discardLink(link)
        links.createVeth(request)
        // Otherwise a container could not reach its own published port where bridged packets pass the host's filters.
        writeFileSync(`/sys/class/net/${link}/brport/hairpin_mode`, "1")
        if (apart === true) writeFileSync(`/sys/class/net/${link}/brport/isolated`, "1")
      }
    })
  } finally {
    sys.close(namespace)
  }
}
