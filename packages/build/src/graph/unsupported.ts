import type { StageInstruction } from "../dockerfile/Instruction.ts"
import type { Report } from "./diagnose.ts"

/** What an instruction asks for and gantry cannot do yet, where leaving it out would give another image. */
export const unsupported = (instruction: StageInstruction): Report | undefined => {
  switch (instruction._tag) {
    case "Run":
      return instruction.security === "insecure" ? insecure : undefined
    default:
      return undefined
  }
}

/** Refused for good: a Dockerfile does not decide about the host. */
const insecure: Report = {
  code: "insecure-refused",
  message: "RUN --security=insecure is refused: a build step gets no rights over the host",
  suggestion: "leave the option out, or run the command in a container with gantry run --privileged"
}
