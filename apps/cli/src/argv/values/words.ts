import { bad, good, type Result } from "../Result.ts"

/** When an image is fetched before it is used. */
export type PullPolicy = "always" | "missing" | "never"

/** Reads `--pull`. Nothing means `missing`. */
export const parsePull = (text: string): Result<PullPolicy> => {
  if (text === "") return good("missing")
  if (text === "always" || text === "missing" || text === "never") return good(text)
  return bad(`invalid pull option: '${text}': must be one of "always", "missing" or "never"`)
}

/** Reads `--pull` of a build: yes and no as Docker has it, and Podman's words. Nothing means `missing`. */
export const parseBuildPull = (text: string): Result<PullPolicy | "newer"> => {
  switch (text.toLowerCase()) {
    case "true":
    case "1":
    case "t":
    case "always":
      return good("always")
    case "":
    case "false":
    case "0":
    case "f":
    case "missing":
    case "ifmissing":
      return good("missing")
    case "never":
      return good("never")
    case "newer":
    case "ifnewer":
      return good("newer")
    default:
      return bad(`'${text}' must be "always", "missing", "newer", "never", or true or false`)
  }
}

/** Reads yes or no as Docker has it behind a key; undefined for anything else. */
export const yesOrNo = (text: string): boolean | undefined =>
  /^(?:1|t|true)$/i.test(text) ? true : /^(?:0|f|false)$/i.test(text) ? false : undefined

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
