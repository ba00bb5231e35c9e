import { type At, fullText, type Read, say, sayOfField } from "./At.ts"

/** Complains about the key of a thing that cannot be called so. */
export const checkKey = (at: At, kind: string, key: string): void => {
  if (!/^[a-zA-Z0-9._-]+$/.test(key)) sayOfField(at, `the name of a ${kind} has letters, digits, ., _ and -`)
}

/** What an engine can call a container, a network or a volume. */
export const engineName: Read<string> = (at) => {
  const found = fullText(at)
  if (found === undefined || /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(found)) return found
  return say(
    at,
    `"${found}" cannot be its name`,
    "names have letters, digits, ., _ and -, and begin with a letter or digit"
  )
}
