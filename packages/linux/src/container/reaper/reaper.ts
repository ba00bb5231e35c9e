import { encodeArm64 } from "../machine-code/arm64.ts"
import { assemble, type Machine } from "../machine-code/Code.ts"
import { elfFile } from "../machine-code/elf.ts"
import { reaperProgram } from "./program.ts"
import { encodeX64 } from "../machine-code/x64.ts"

/**
 * The first process of containers with `--init`, as an executable file of less than a kilobyte. The program that this
 * is compiled into would take megabytes for as long as the container runs, and there is no compiler on the host.
 */
export const reaperFile = (machine: Machine): Uint8Array =>
  elfFile(machine, assemble(reaperProgram, machine === "x64" ? encodeX64 : encodeArm64))
