import { type Finding, fine } from "./Finding.ts"
import type { Host } from "./Host.ts"

const device = "/dev/net/tun"

/** Whether what connects an ordinary user's network with the outside can have the device that it needs. */
export const userNetwork = (host: Host): Finding => {
  const subject = "tun device"
  if (host.uid === 0) return fine(subject, "root needs none")
  const mode = host.mode(device)
  if (mode !== undefined && (mode & 0o006) === 0o006) return fine(subject, `${device} is open to everybody`)
  return {
    subject,
    status: "missing",
    found: mode === undefined ? `there is no ${device}` : `${device} is not open to everybody`,
    needed: false,
    costs: "containers of this user have no way out of their networks",
    mend: mode === undefined ? "modprobe tun" : `chmod 666 ${device}`
  }
}
