import { readFileSync } from "node:fs"
import { askForwarder, type ForwardedPort } from "@gantry/linux/user-network"
import type { Syscalls } from "@gantry/linux/Syscalls"
import { parseSockets } from "./proc-net.ts"

/** The forwarded ports at whose other end nobody listens any more: whoever asked for them was killed. Pure. */
export const abandoned = (
  forwarded: ReadonlyArray<ForwardedPort>,
  listening: (protocol: string) => ReadonlySet<number>
): ReadonlyArray<ForwardedPort> => forwarded.filter(({ guest_port, proto }) => !listening(proto).has(guest_port))

/** Takes them back. Runs in the holder, whose network the other ends are in. */
export const sweepPorts = (sys: Syscalls): void => {
  const { entries = [] } = askForwarder(sys, { execute: "list_hostfwd" })
  const listening = (protocol: string) =>
    new Set(
      parseSockets(readFileSync(`/proc/net/${protocol === "udp" ? "udp" : "tcp"}`, "utf8"))
        .filter((socket) => socket.listening)
        .map(({ port }) => port)
    )
  for (const { id } of abandoned(entries, listening)) {
    askForwarder(sys, { execute: "remove_hostfwd", arguments: { id } })
  }
}
