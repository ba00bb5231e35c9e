import type { ProcessSpec } from "@gantry/core/runtime/ContainerSpec"
import { parseCapability } from "@gantry/linux/capabilities"
import { defaultProfile } from "@gantry/linux/seccomp/default-profile"
import { parseProfile } from "@gantry/linux/seccomp/parse-profile"
import { archNames, coveredArches, type FilterTarget, rulesInForce } from "@gantry/linux/seccomp/profile"
import type { OciSeccomp } from "./OciConfig.ts"

/**
 * The filter of a process as an OCI runtime wants it: the rules that are in force for its capabilities on this host, and
 * none of the conditions that decided it. Undefined for none. Throws `ProfileError`.
 */
export const seccompOf = (
  { capabilities, seccomp }: Pick<ProcessSpec, "capabilities" | "seccomp">,
  { arch, kernel }: Pick<FilterTarget, "arch" | "kernel">
): OciSeccomp | undefined => {
  if (seccomp.type === "unconfined") return undefined
  const profile = seccomp.type === "profile" ? parseProfile(seccomp.profile) : defaultProfile
  const names = capabilities.map(parseCapability).filter((name) => name !== undefined)
  const covered = new Set(coveredArches(profile, arch))
  return {
    defaultAction: profile.defaultAction,
    ...(profile.defaultErrnoRet === undefined ? {} : { defaultErrnoRet: profile.defaultErrnoRet }),
    architectures: [...archNames].filter(([, mode]) => covered.has(mode)).map(([name]) => name),
    syscalls: rulesInForce(profile, { arch, kernel, capabilities: names }).map(
      ({ action, args = [], errnoRet, names: calls }) => ({
        names: calls,
        action,
        ...(errnoRet === undefined ? {} : { errnoRet }),
        ...(args.length === 0
          ? {}
          : {
              args: args.map(({ index, op, value, valueTwo = 0 }) => ({
                index,
                value: BigInt(value),
                valueTwo: BigInt(valueTwo),
                op
              }))
            })
      })
    )
  }
}
