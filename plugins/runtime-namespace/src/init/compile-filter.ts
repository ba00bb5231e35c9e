import { compile } from "@gantry/linux/seccomp/compile"
import { defaultProfile } from "@gantry/linux/seccomp/default-profile"
import { parseProfile } from "@gantry/linux/seccomp/parse-profile"
import type { FilterTarget } from "@gantry/linux/seccomp/profile"
import type { ProcessSpec } from "@gantry/core/runtime/ContainerSpec"

/** The program of a profile. Fails for one that makes no sense. */
export const compileFilter = (seccomp: ProcessSpec["seccomp"], target: FilterTarget): Uint8Array =>
  compile(seccomp.type === "profile" ? parseProfile(seccomp.profile) : defaultProfile, target)
