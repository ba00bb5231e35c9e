import { nearest } from "@gantry/core/nearest"
import { bad, good, type Result } from "../Result.ts"

/** What is asked of a Dockerfile in place of a build. */
export interface BuildCall {
  readonly of: "check" | "outline" | "targets"
  readonly json: boolean
}

const methods = ["build", "check", "outline", "targets"] as const

/** Reads `METHOD[,format=json|text]`; `build` is no call. Fails with a sentence. */
export const parseBuildCall = (text: string): Result<BuildCall | undefined> => {
  const [written = "", ...options] = text.split(",").map((each) => each.trim())
  const name = written === "lint" ? "check" : written
  const method = methods.find((each) => each === name)
  if (method === undefined) {
    const near = nearest(written, methods)
    return bad(`"${written}" is none of ${methods.join(", ")}${near === undefined ? "" : `; did you mean ${near}?`}`)
  }
  let json = false
  for (const option of options) {
    if (option === "format=json") json = true
    else if (option !== "format=text") return bad(`"${option}" is not format=json or format=text`)
  }
  return good(method === "build" ? undefined : { of: method, json })
}
