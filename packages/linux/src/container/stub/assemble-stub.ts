import { encodeArm64 } from "../machine-code/arm64.ts"
import { assemble, type Machine } from "../machine-code/Code.ts"
import { elfFile } from "../machine-code/elf.ts"
import { encodeX64 } from "../machine-code/x64.ts"
import { stubProgram, workspace } from "./program.ts"

/**
 * The process that becomes a container's, as an executable file of less than a kilobyte: until then it makes the system
 * calls that its parent asks for. A JavaScript runtime in its place would take tens of milliseconds to load.
 */
export const assembledStub = (machine: Machine): Uint8Array =>
  elfFile(machine, assemble(stubProgram, machine === "x64" ? encodeX64 : encodeArm64), workspace)
