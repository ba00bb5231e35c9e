/** Seccomp profiles in the JSON format of Docker, which Podman and containerd share. */

import { kernelIsAtLeast } from "./kernel-version.ts"
import type { FilterArch } from "./syscall-tables.ts"

/** What happens to a system call. `SCMP_ACT_NOTIFY` is not offered: it needs a process that answers. */
export const actions = {
  SCMP_ACT_KILL: 0,
  SCMP_ACT_KILL_THREAD: 0,
  SCMP_ACT_KILL_PROCESS: 0x80000000,
  SCMP_ACT_TRAP: 0x30000,
  SCMP_ACT_ERRNO: 0x50000,
  SCMP_ACT_TRACE: 0x7ff00000,
  SCMP_ACT_LOG: 0x7ffc0000,
  SCMP_ACT_ALLOW: 0x7fff0000
} as const

/** The name of an action. */
export type Action = keyof typeof actions

/** How an argument is compared. All numbers are 64 bits wide and unsigned. */
export const operators = [
  "SCMP_CMP_NE",
  "SCMP_CMP_LT",
  "SCMP_CMP_LE",
  "SCMP_CMP_EQ",
  "SCMP_CMP_GE",
  "SCMP_CMP_GT",
  "SCMP_CMP_MASKED_EQ"
] as const

/** The name of a comparison. */
export type Operator = (typeof operators)[number]

/** A condition on one argument. With `SCMP_CMP_MASKED_EQ`: `(argument & value) == valueTwo`. */
export interface ArgumentRule {
  /** 0 to 5. */
  readonly index: number
  readonly value: number | bigint
  readonly valueTwo?: number | bigint
  readonly op: Operator
}

/** When a group of rules is in force. */
export interface Scope {
  /** Full names. */
  readonly caps?: ReadonlyArray<string>
  /** `amd64`, `arm64`; names of other processors are known and never match. */
  readonly arches?: ReadonlyArray<string>
  /** Such as `4.8`. */
  readonly minKernel?: string
}

/** One action for some system calls. */
export interface SyscallRule {
  readonly names: ReadonlyArray<string>
  readonly action: Action
  /** All must hold; but conditions that repeat an index are alternatives (as in runc). */
  readonly args?: ReadonlyArray<ArgumentRule>
  /** All capabilities, one of the processors, and the kernel version must be there. */
  readonly includes?: Scope
  /** None of the capabilities and not this processor. */
  readonly excludes?: Scope
  /** For `SCMP_ACT_ERRNO` and `SCMP_ACT_TRACE`; EPERM unless given. */
  readonly errnoRet?: number
}

/** Which other modes of a processor the profile covers. */
export interface ArchRule {
  readonly architecture: string
  readonly subArchitectures?: ReadonlyArray<string>
}

/** A whole profile. */
export interface Profile {
  readonly defaultAction: Action
  readonly defaultErrnoRet?: number
  readonly archMap?: ReadonlyArray<ArchRule>
  /** Older form of `archMap`. */
  readonly architectures?: ReadonlyArray<string>
  readonly syscalls: ReadonlyArray<SyscallRule>
}

/** What a filter is made for. */
export interface FilterTarget {
  readonly arch: "x64" | "arm64"
  /** Full names of what the process will be able to have. */
  readonly capabilities: ReadonlyArray<string>
  /** `uname -r`, such as `6.1.0-9-amd64`. */
  readonly kernel: string
}

/** The processor modes of a profile by libseccomp's names. */
export const archNames: ReadonlyMap<string, FilterArch> = new Map([
  ["SCMP_ARCH_X86_64", "x86_64"],
  ["SCMP_ARCH_X86", "x86"],
  ["SCMP_ARCH_X32", "x32"],
  ["SCMP_ARCH_AARCH64", "aarch64"],
  ["SCMP_ARCH_ARM", "arm"]
])

/** The modes that a profile covers on a processor, its own first. Without an `archMap`: its own only. */
export const coveredArches = (profile: Profile, arch: FilterTarget["arch"]): ReadonlyArray<FilterArch> => {
  const own: FilterArch = arch === "x64" ? "x86_64" : "aarch64"
  const family = new Set<FilterArch>(arch === "x64" ? ["x86", "x32"] : ["arm"])
  const rules = profile.archMap?.filter(({ architecture }) => archNames.get(architecture) === own) ?? []
  const listed = [...rules.flatMap(({ subArchitectures }) => subArchitectures ?? []), ...(profile.architectures ?? [])]
  const others = listed.map((name) => archNames.get(name)).filter((each) => each !== undefined && family.has(each))
  return [...new Set([own, ...others.filter((each) => each !== undefined)])]
}

/** The rules that are in force for a target, in the order of the profile. */
export const rulesInForce = (profile: Profile, target: FilterTarget): ReadonlyArray<SyscallRule> => {
  const arch = target.arch === "x64" ? "amd64" : "arm64"
  const has = (name: string) => target.capabilities.includes(name)
  return profile.syscalls.filter(({ includes = {}, excludes = {} }) => {
    if (includes.caps !== undefined && !includes.caps.every(has)) return false
    if (includes.arches !== undefined && includes.arches.length > 0 && !includes.arches.includes(arch)) return false
    if (includes.minKernel !== undefined && !kernelIsAtLeast(target.kernel, includes.minKernel)) return false
    if (excludes.caps?.some(has) === true || excludes.arches?.includes(arch) === true) return false
    return excludes.minKernel === undefined || !kernelIsAtLeast(target.kernel, excludes.minKernel)
  })
}
