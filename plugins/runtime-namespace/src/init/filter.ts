import type { ProcessSpec } from "@gantry/core/runtime/ContainerSpec"
import type { Kernel } from "./Kernel.ts"

export const filterOf = (_kernel: Kernel, _process: ProcessSpec): Uint8Array | undefined => undefined
