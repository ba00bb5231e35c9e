import { bad, good, type Result } from "../Result.ts"

/** Ctrl-P Ctrl-Q. */
export const defaultDetachKeys: Uint8Array = Uint8Array.of(16, 17)

/** Reads `--detach-keys`: keys separated by commas, each one character or `ctrl-` and one of `a`-`z @ [ \ ] ^ _`. */
export const parseDetachKeys = (text: string): Result<Uint8Array> => {
  if (text === "") return good(defaultDetachKeys)
  const bytes: Array<number> = []
  for (const key of text.split(",")) {
    const control = /^ctrl-([a-z@[\\\]^_])$/i.exec(key)?.[1]
    if (control !== undefined) bytes.push(control.toUpperCase().charCodeAt(0) - 64)
    else if (/^[\x21-\x7e]$/.test(key)) bytes.push(key.charCodeAt(0))
    else return bad(`invalid detach keys (${text}): ${JSON.stringify(key)} is not a key`)
  }
  return good(Uint8Array.from(bytes))
}
