import type { Machine } from "../machine-code/Code.ts"
import { stubBytes } from "./stub-bytes.ts"

/**
 * The process that becomes a container's, as an executable file of less than a kilobyte: until then it makes the system
 * calls that its parent asks for. `assembledStub` gives the same bytes.
 */
export const stubFile = (machine: Machine): Uint8Array => Buffer.from(stubBytes[machine], "base64")
