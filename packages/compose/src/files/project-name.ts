import { basename } from "node:path"
import type { ComposeProblem } from "../ComposeFileError.ts"

/** What a name must look like. */
const rule = "it has lower-case letters, digits, - and _, and begins with a letter or digit"

/** Whether a text can be the name of a project. */
export const isProjectName = (text: string): boolean => /^[a-z0-9][-_a-z0-9]*$/.test(text)

/** The problem with a name that was asked for. */
export const badName = (text: string): Pick<ComposeProblem, "hint" | "message"> => ({
  message: `"${text}" cannot be the name of a project`,
  hint: rule
})

/** The name of a project whose files say nothing: its directory's, without what a name cannot have. Perhaps empty. */
export const nameOfDirectory = (directory: string): string =>
  basename(directory)
    .toLowerCase()
    .replaceAll(/[^-_a-z0-9]/g, "")
    .replace(/^[-_]+/, "")
