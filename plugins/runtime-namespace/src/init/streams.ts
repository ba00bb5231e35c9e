import { S_IFCHR, S_IFIFO, S_IFMT } from "@gantry/linux/constants"
import type { Kernel } from "@gantry/linux/container/Kernel"
import type { Identity } from "@gantry/linux/container/passwd"
import { giveStream } from "@gantry/linux/container/lend-streams"
import { stage } from "@gantry/linux/container/StageFailure"

/**
 * Has a process without root's rights be able to open its own /dev/stdout. Pipes, and a terminal of the container, were
 * made for this process alone. Anything else that was handed in belongs to somebody, such as the terminal of whoever runs
 * `exec`.
 */
export const ownStreams = (kernel: Kernel, who: Identity, terminal: boolean): void =>
  stage("own the standard streams", () => {
    if (who.uid === 0) return
    for (const stream of [0, 1, 2]) {
      const path = `/proc/self/fd/${stream}`
      const kind = kernel.files.kind(path)
      const type = (kind?.mode ?? 0) & S_IFMT
      if (kind !== undefined && (type === S_IFIFO || (terminal && type === S_IFCHR))) {
        giveStream(kernel, path, { uid: who.uid, gid: kind.gid })
      }
    }
  })
