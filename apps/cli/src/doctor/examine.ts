import { clock } from "./clock.ts"
import { controlGroups, delegation } from "./control-groups.ts"
import { disk } from "./disk.ts"
import { seccomp } from "./filters.ts"
import type { Finding } from "./Finding.ts"
import type { Host } from "./Host.ts"
import { idRanges } from "./id-ranges.ts"
import { kernel } from "./kernel.ts"
import { namespaces, userNamespaces } from "./namespaces.ts"
import { ipv6, links, packetFilter } from "./networks.ts"
import { overlay } from "./overlay.ts"
import { programs } from "./programs.ts"
import { rights } from "./rights.ts"
import { userNetwork } from "./user-network.ts"

type Look = (host: Host) => Finding | ReadonlyArray<Finding>

/** Every look at a host, in the order in which one mends it; the name is for a look that fails. */
const looks: ReadonlyArray<readonly [name: string, look: Look]> = [
  ["kernel", kernel],
  ["rights", rights],
  ["namespaces", namespaces],
  ["user namespaces", userNamespaces],
  ["control groups", controlGroups],
  ["delegation of control groups", delegation],
  ["overlay", overlay],
  ["seccomp", seccomp],
  ["nftables", packetFilter],
  ["bridges", links],
  ["IPv6", ipv6],
  ["subuid and subgid", idRanges],
  ["tun device", userNetwork],
  ["programs", programs],
  ["disk", disk],
  ["clock", clock]
]

/** Looks at everything. A look that fails in a way nobody thought of is a finding, too. */
export const examine = (host: Host): ReadonlyArray<Finding> =>
  looks.flatMap(([subject, look]): ReadonlyArray<Finding> => {
    try {
      return [look(host)].flat()
    } catch (cause) {
      return [
        {
          subject,
          status: "degraded",
          found: `could not be looked at: ${cause instanceof Error ? cause.message : String(cause)}`,
          needed: false,
          costs: "nobody can tell whether it works",
          mend: "tell what `gantry doctor --json` prints, this is a mistake of gantry's"
        }
      ]
    }
  })

/** Whether something is not there that the engine cannot do without. */
export const isSick = (findings: ReadonlyArray<Finding>): boolean =>
  findings.some(({ needed, status }) => needed && status === "missing")
