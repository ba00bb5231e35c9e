import type { ComposeFileError, ComposeProblem } from "@gantry/compose/ComposeFileError"
import type { Explanation } from "./Explanation.ts"

/** `compose.yaml:12:5: services.web.ports[0]: …`. */
const problemText = ({ column, file, line, message, path }: ComposeProblem): string =>
  [
    file === undefined ? "" : `${[file, line, column].filter((each) => each !== undefined).join(":")}: `,
    path === "" ? "" : `${path}: `,
    message
  ].join("")

/** What is wrong with Compose files: every problem on a line of its own. */
export const explainComposeFile = ({ problems: [first, ...others] }: ComposeFileError): Explanation => ({
  what: [first, ...others].map((each) => (each === undefined ? "" : problemText(each))).join("\n"),
  todo:
    [first, ...others].find((each) => each?.hint !== undefined)?.hint ??
    "correct it; gantry compose config shows what the files come to",
  status: 1
})
