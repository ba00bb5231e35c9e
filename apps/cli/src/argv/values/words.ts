import { bad, good, type Result } from "../Result.ts"

/** When an image is fetched before it is used. */
export type PullPolicy = "always" | "missing" | "never"

/** Reads `--pull`. Nothing means `missing`. */
export const parsePull = (text: string): Result<PullPolicy> => {
  if (text === "") return good("missing")
  if (text === "always" || text === "missing" || text === "never") return good(text)
  return bad(`invalid pull option: '${text}': must be one of "always", "missing" or "never"`)
}

/** A standard stream of a container. */
export type StreamName = "stdin" | "stdout" | "stderr"

/** Reads one value of `--attach`, in any case. */
export const parseAttach = (text: string): Result<StreamName> => {
  const word = text.toLowerCase()
  return word === "stdin" || word === "stdout" || word === "stderr"
    ? good(word)
    : bad("valid streams are STDIN, STDOUT and STDERR")
}

/** Reads `--tail`: a number of lines; anything else means all of them, as it does for Docker. */
export const parseTail = (text: string): number | "all" => (/^\d{1,15}$/.test(text) ? Number(text) : "all")
