import { arch, release } from "node:os"
import { parseCapability } from "@gantry/linux/capabilities"
import { defaultProgram } from "@gantry/linux/seccomp/default-program"
import type { FilterTarget } from "@gantry/linux/seccomp/profile"
import type { ProcessSpec } from "@gantry/core/runtime/ContainerSpec"
import type { compileFilter } from "./compile-filter.ts"
import { keyOf } from "./filter-key.ts"
import type { Kernel } from "@gantry/linux/container/Kernel"
import { stage } from "@gantry/linux/container/StageFailure"

let compiler: typeof compileFilter | undefined

const readyMade = (process: ProcessSpec): Uint8Array | undefined =>
  process.seccomp.type === "default" ? defaultProgram(targetOf(process)) : undefined

/**
 * Loads what compiles filters for a process that needs it. Most do not, and for as long as its container runs a supervisor
 * would keep in memory what it once loaded.
 */
export const prepareFilter = async (process: ProcessSpec): Promise<void> => {
  if (process.seccomp.type === "unconfined" || readyMade(process) !== undefined) return
  compiler ??= (await import("./compile-filter.ts")).compileFilter
}

/** For a process of its own, which has it loaded. */
export const useCompiler = (compile: typeof compileFilter): void => {
  compiler = compile
}

/**
 * The seccomp program of a process, for which {@link prepareFilter} or {@link useCompiler} was called; none when it is unconfined. Fails for a
 * profile that makes no sense.
 *
 * Compiling takes several milliseconds of a start, so what most containers use was compiled ahead of time, and other
 * programs are kept in `directory` where it is certain that the same gantry made them. The host has to be in view still.
 * A cache that cannot be written is done without.
 */
export const filterOf = (kernel: Kernel, process: ProcessSpec, directory: string | undefined): Uint8Array | undefined =>
  stage("compile seccomp profile", () => {
    if (process.seccomp.type === "unconfined") return undefined
    const ready = readyMade(process)
    if (ready !== undefined) return ready
    const key = directory === undefined ? undefined : keyOf(process)
    const path = key === undefined ? undefined : `${directory}/${key}`
    const known = path === undefined ? undefined : kernel.files.load(path)
    if (known !== undefined) return known
    if (compiler === undefined) throw new Error("nothing was loaded to compile it with")
    const filter = compiler(process.seccomp, targetOf(process))
    if (path !== undefined) keep(kernel, path, filter)
    return filter
  })

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
