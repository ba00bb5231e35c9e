import {
  AT_EMPTY_PATH,
  O_NOCTTY,
  O_NOFOLLOW,
  O_RDWR,
  OPEN_TREE_CLOEXEC,
  OPEN_TREE_CLONE,
  TIOCSCTTY
} from "@gantry/linux/constants"
import { type Control, expect } from "@gantry/linux/container/control"
import type { Kernel } from "@gantry/linux/container/Kernel"
import { attach } from "@gantry/linux/container/mount-point"
import { stage } from "@gantry/linux/container/StageFailure"

/** Leaves the session of whoever started us, so that a Ctrl-C in their terminal is theirs alone. */
export const ownSession = ({ sys }: Kernel): void => stage("start a session", () => void sys.setsid())

/**
 * Gets a terminal from the parent and makes it the controlling one and the standard streams. `console` also shows it
 * as /dev/console, which only the first process of a container has.
 */
export const takeTerminal = (kernel: Kernel, control: Control, options: { readonly console: boolean }): void =>
  stage("open terminal", () => {
    const { sys } = kernel
    control.send({ type: "terminal" })
    const { number } = expect(control, "terminal")
    if (!Number.isSafeInteger(number)) throw new Error(`${JSON.stringify(number)} is not the number of a terminal`)
    const path = `/dev/pts/${String(number)}`
    const fd = sys.open(path, O_RDWR | O_NOCTTY | O_NOFOLLOW)
    // Of what is no terminal, whatever else may be at that place, this makes an end.
    sys.ioctl(fd, TIOCSCTTY, 0)
    if (options.console) {
      const copy = sys.openTree(fd, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH)
      attach(kernel, copy, "/dev/console", "file")
    }
    for (const stream of [0, 1, 2]) if (stream !== fd) sys.dup3(fd, stream, 0)
    if (fd > 2) sys.close(fd)
  })
