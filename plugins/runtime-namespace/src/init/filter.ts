import { arch, release } from "node:os"
import { parseCapability } from "@gantry/linux/capabilities"
import { compile } from "@gantry/linux/seccomp/compile"
import { defaultProfile } from "@gantry/linux/seccomp/default-profile"
import { parseProfile } from "@gantry/linux/seccomp/parse-profile"
import type { ProcessSpec } from "@gantry/core/runtime/ContainerSpec"

/** The seccomp program of a process; none when it is unconfined. Throws for a profile that makes no sense. */
export const filterOf = ({ capabilities, seccomp }: ProcessSpec): Uint8Array | undefined => {
  if (seccomp.type === "unconfined") return undefined
  return compile(seccomp.type === "default" ? defaultProfile : parseProfile(seccomp.profile), {
    arch: arch() === "arm64" ? "arm64" : "x64",
    capabilities: capabilities.map(parseCapability).filter((name) => name !== undefined),
    kernel: release()
  })
}
