import { defaultProgramBytes } from "./default-program-bytes.ts"
import { kernelIsAtLeast } from "./kernel-version.ts"
import type { FilterTarget } from "./profile.ts"

/** The capabilities that the default profile looks at. */
const relevant = new Set([
  "CAP_BPF",
  "CAP_DAC_READ_SEARCH",
  "CAP_PERFMON",
  "CAP_SYSLOG",
  "CAP_SYS_ADMIN",
  "CAP_SYS_BOOT",
  "CAP_SYS_CHROOT",
  "CAP_SYS_MODULE",
  "CAP_SYS_NICE",
  "CAP_SYS_PACCT",
  "CAP_SYS_PTRACE",
  "CAP_SYS_RAWIO",
  "CAP_SYS_TIME",
  "CAP_SYS_TTY_CONFIG"
])

/**
 * The compiled default profile where it was compiled ahead of time: for the default capabilities, or any others that
 * the profile treats alike. Undefined for other targets, for which `compile` gives the bytes.
 */
export const defaultProgram = ({ arch, capabilities, kernel }: FilterTarget): Uint8Array | undefined => {
  const [only, ...others] = capabilities.filter((name) => relevant.has(name))
  const alike = only === "CAP_SYS_CHROOT" && others.length === 0 && kernelIsAtLeast(kernel, "4.8")
  return alike ? new Uint8Array(Buffer.from(defaultProgramBytes[arch], "base64")) : undefined
}
