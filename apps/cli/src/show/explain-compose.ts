import type { ComposeFileError, ComposeProblem } from "@gantry/compose/ComposeFileError"
import type { Explanation } from "./Explanation.ts"

/** `compose.yaml:12:5: services.web.ports[0]: …`. */
const problemText = ({ column, file, line, message, path }: ComposeProblem): string =>
  [
    file === undefined ? "" : `${[file, line, column].filter((each) => each !== undefined).join(":")}: `,
    path === "" ? "" : `${path}: `,
    message
  ].join("")

/** What is wrong with Compose files: every problem on a line of its own, with what to do where that is known. */
export const explainComposeFile = ({ problems }: ComposeFileError): Explanation => {
  const [first, ...others] = problems
  const usual = "correct it; gantry compose config shows what the files come to"
  if (first !== undefined && others.length === 0) {
    return { what: problemText(first), todo: first.hint ?? usual, status: 1 }
  }
  const lines = problems.map((each) => problemText(each) + (each.hint === undefined ? "" : ` (${each.hint})`))
  return { what: lines.join("\n"), todo: usual, status: 1 }
}
