import { arch, release } from "node:os"
import { parseCapability } from "@gantry/linux/capabilities"
import { compile } from "@gantry/linux/seccomp/compile"
import { defaultProfile } from "@gantry/linux/seccomp/default-profile"
import { defaultProgram } from "@gantry/linux/seccomp/default-program"
import { parseProfile } from "@gantry/linux/seccomp/parse-profile"
import type { FilterTarget } from "@gantry/linux/seccomp/profile"
import type { ProcessSpec } from "@gantry/core/runtime/ContainerSpec"
import { keyOf } from "./filter-key.ts"
import type { Kernel } from "@gantry/linux/container/Kernel"
import { stage } from "@gantry/linux/container/StageFailure"

/**
 * The seccomp program of a process; none when it is unconfined. Fails for a profile that makes no sense.
 *
 * Compiling takes several milliseconds of a start, so what most containers use was compiled ahead of time, and other
 * programs are kept in `directory` where it is certain that the same gantry made them. The host has to be in view still. A cache that cannot be written is done without.
 */
export const filterOf = (kernel: Kernel, process: ProcessSpec, directory: string | undefined): Uint8Array | undefined =>
  stage("compile seccomp profile", () => {
    if (process.seccomp.type === "unconfined") return undefined
    const ready = process.seccomp.type === "default" ? defaultProgram(targetOf(process)) : undefined
    if (ready !== undefined) return ready
    const key = directory === undefined ? undefined : keyOf(process)
    const path = key === undefined ? undefined : `${directory}/${key}`
    const known = path === undefined ? undefined : kernel.files.load(path)
    if (known !== undefined) return known
    const filter = compiled(process)
    if (path !== undefined) keep(kernel, path, filter)
    return filter
  })

const compiled = (process: ProcessSpec): Uint8Array =>
  compile(
    process.seccomp.type === "profile" ? parseProfile(process.seccomp.profile) : defaultProfile,
    targetOf(process)
  )

const targetOf = ({ capabilities }: ProcessSpec): FilterTarget => ({
  arch: arch() === "arm64" ? "arm64" : "x64",
  capabilities: capabilities.map(parseCapability).filter((name) => name !== undefined),
  kernel: release()
})

const keep = ({ files }: Kernel, path: string, filter: Uint8Array): void => {
  try {
    files.store(path, filter)
  } catch {
    // The next start compiles again.
  }
}
