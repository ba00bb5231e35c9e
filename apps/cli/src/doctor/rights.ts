import { capabilityNumber } from "@gantry/linux/capabilities"
import { type Finding, fine } from "./Finding.ts"
import type { Host } from "./Host.ts"

/** What root needs to start a container; each with what it is for. */
const wanted = [
  ["CAP_SYS_ADMIN", "mounts and namespaces"],
  ["CAP_NET_ADMIN", "networks"],
  ["CAP_CHOWN", "files of other owners"],
  ["CAP_DAC_OVERRIDE", "files of other owners"],
  ["CAP_FOWNER", "files of other owners"],
  ["CAP_MKNOD", "layers and devices"],
  ["CAP_SETUID", "users of containers"],
  ["CAP_SETGID", "users of containers"],
  ["CAP_SETPCAP", "rights of containers"],
  ["CAP_SYS_CHROOT", "unpacking layers"],
  ["CAP_KILL", "stopping containers"]
] as const

/** Whether this user may do what the engine does. */
export const rights = (host: Host): Finding => {
  if (host.uid !== 0) {
    return fine(
      "rights",
      `${host.user} (${host.uid}) is an ordinary user, and root of a user namespace where need be`,
      true
    )
  }
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(host.read("/proc/self/status") ?? "")?.[1]
  if (effective === undefined) {
    return {
      subject: "rights",
      status: "degraded",
      found: "root, but /proc/self/status does not tell its capabilities",
      needed: true,
      costs: "nobody can tell what the engine may do",
      mend: "mount -t proc proc /proc"
    }
  }
  const held = BigInt(`0x${effective}`)
  const absent = wanted.filter(([name]) => ((held >> BigInt(capabilityNumber(name) ?? 0)) & 1n) === 0n)
  if (absent.length === 0) return fine("rights", "root, with all capabilities that the engine uses", true)
  return {
    subject: "rights",
    status: "missing",
    found: `root without ${absent.map(([name]) => name).join(", ")}`,
    needed: true,
    costs: [...new Set(absent.map(([, what]) => what))].join(", "),
    mend: "run gantry outside of this container, or give that all capabilities: --privileged"
  }
}
