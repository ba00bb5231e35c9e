import type { CapabilityOf } from "@gantry/build/context/content-digest"
import { loadSyscallsSync } from "@gantry/linux/load"

/** The attribute that file capabilities are kept in. Spec: capabilities(7), section "File capabilities". */
export const capabilityName = "security.capability"

/** Reads the capabilities of a file, not following a link. Of what cannot be read nothing is known, and nothing copied. */
export const capabilityOf: CapabilityOf = (place) => {
  try {
    const sys = loadSyscallsSync()
    return sys.llistxattr(place).includes(capabilityName) ? sys.lgetxattr(place, capabilityName) : undefined
  } catch {
    return undefined
  }
}
