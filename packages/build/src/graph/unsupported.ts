import type { StageInstruction } from "../dockerfile/Instruction.ts"
import type { Report } from "./diagnose.ts"

/** A source of ADD that is somewhere else: a URL or a git repository. */
export const isRemote = (source: string): boolean =>
  /^[a-z][a-z0-9+.-]*:\/\//i.test(source) || /^[\w.-]+@[\w.-]+:/.test(source) || source.startsWith("github.com/")

/** What an instruction asks for and gantry cannot do yet, where leaving it out would give another image. */
export const unsupported = (instruction: StageInstruction): Report | undefined => {
  switch (instruction._tag) {
    case "Run":
      if (instruction.mounts.length > 0) return notYet("RUN --mount", "copy what the command needs with COPY")
      if (instruction.security === "insecure") return notYet("RUN --security=insecure", "leave the option out")
      return undefined
    case "Add": {
      const remote = instruction.sources.find(isRemote)
      if (remote !== undefined) return notYet(`ADD of ${remote}`, "download it with RUN, or copy it from the context")
      if (instruction.checksum !== undefined) return notYet("ADD --checksum", "leave the option out for local files")
      return undefined
    }
    default:
      return undefined
  }
}

const notYet = (what: string, suggestion: string): Report => ({
  code: "not-supported",
  message: `not supported yet: ${what}`,
  suggestion
})
