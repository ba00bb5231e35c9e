import type { UsersWish } from "@gantry/engine/containers/UsersWish"
import { bad, good, type Result } from "../Result.ts"
import { keyAndValue } from "./csv.ts"

/** What other engines take and this one does not have. */
const unknownYet = /^(?:private$|nomap$|(?:container|ns):.)/

/** Numbers that the kernel has for users, which the last one is not. */
const idsEnd = 4_294_967_295

/** Reads `--userns`: `host`, `keep-id[:uid=N,gid=N]` or `auto[:size=N]`. */
export const parseUsers = (typed: string): Result<UsersWish> => {
  if (typed === "" || typed === "host") return good({ type: "host", typed })
  const [, type, more] = /^(keep-id|auto)(?::(.*))?$/s.exec(typed) ?? []
  if (type === "keep-id") {
    const numbers = numbersOf(typed, more, ["uid", "gid"])
    return numbers.ok ? good({ type, ...numbers.value, typed }) : numbers
  }
  if (type === "auto") {
    const numbers = numbersOf(typed, more, ["size"])
    if (!numbers.ok) return numbers
    return numbers.value["size"] === 0 ? bad("invalid USER mode: a size of 0") : good({ type, ...numbers.value, typed })
  }
  return bad(unknownYet.test(typed) ? `${typed} is not supported yet` : "invalid USER mode")
}

const numbersOf = (
  typed: string,
  text: string | undefined,
  keys: ReadonlyArray<string>
): Result<{ readonly [key: string]: number }> => {
  const found: { [key: string]: number } = {}
  for (const field of text === undefined ? [] : text.split(",")) {
    const [key, value = ""] = keyAndValue(field)
    if (!keys.includes(key) || Object.hasOwn(found, key)) {
      return bad(`invalid USER mode: ${typed}: ${JSON.stringify(field)} is none of ${keys.join("=, ")}=`)
    }
    if (!/^\d{1,10}$/.test(value) || Number(value) >= idsEnd) {
      return bad(`invalid USER mode: ${typed}: ${JSON.stringify(value)} is no number of a user or group`)
    }
    found[key] = Number(value)
  }
  return good(found)
}
