import type { StageInstruction } from "../dockerfile/Instruction.ts"
import type { Report } from "./diagnose.ts"

/** What an instruction asks for and gantry cannot do yet, where leaving it out would give another image. */
export const unsupported = (instruction: StageInstruction): Report | undefined => {
  switch (instruction._tag) {
    case "Run":
      if (instruction.mounts.length > 0) return notYet("RUN --mount", "copy what the command needs with COPY")
      if (instruction.security === "insecure") return notYet("RUN --security=insecure", "leave the option out")
      return undefined
    default:
      return undefined
  }
}

const notYet = (what: string, suggestion: string): Report => ({
  code: "not-supported",
  message: `not supported yet: ${what}`,
  suggestion
})
