import { bad, good, type Result } from "../Result.ts"

/** Reads the name of a container: two or more letters, digits, `_`, `.` and `-`, a letter or digit first. */
export const parseName = (text: string): Result<string> => {
  const name = text.replace(/^\//, "")
  return /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(name)
    ? good(name)
    : bad(`Invalid container name (${text}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`)
}
