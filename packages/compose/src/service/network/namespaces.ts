import { didYouMean } from "../../read/did-you-mean.ts"
import { type At, fullText, type Read, say } from "../../read/At.ts"
import { refer, type Scope } from "../../read/Scope.ts"

/** A namespace that a service shares: one of some words, another service's or a container's. */
export const namespace =
  (scope: Scope, ...words: ReadonlyArray<string>): Read<string> =>
  (at: At) => {
    const found = fullText(at)
    if (found === undefined || words.includes(found)) return found
    const [, kind, name] = /^(service|container):(.+)$/.exec(found) ?? []
    if (kind === "service" && name !== undefined) refer(at, "service", name, scope)
    if (name !== undefined) return found
    const known = [...words, "service:NAME", "container:NAME"].join(", ")
    return say(at, `"${found}" is not one of ${known}`, didYouMean(found, words, at.report))
  }
