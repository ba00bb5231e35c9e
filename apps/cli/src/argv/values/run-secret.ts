import { posix } from "node:path"
import type { SecretWish } from "@gantry/engine/containers/SecretWish"
import { bad, good, type Result } from "../Result.ts"
import { fieldsOf, keyAndValue } from "./csv.ts"
import type { SecretSource } from "./secret.ts"

/** A secret of a container. */
export interface RunSecret extends SecretSource {
  readonly as: SecretWish["as"]
}

/** Where secrets are that are given no other place. Docker's and Podman's. */
const home = "/run/secrets"

/** Read by everybody in the container, as with Docker and Podman: what runs there seldom is root. */
const usualMode = 0o444

const keys = ["id", "src", "source", "env", "type", "target", "dst", "destination", "uid", "gid", "mode"] as const
const isKey = (key: string): key is (typeof keys)[number] => keys.some((each) => each === key)

const numberIn = (text: string, base: 8 | 10): number | undefined =>
  (base === 8 ? /^[0-7]{1,4}$/ : /^\d{1,10}$/).test(text) ? Number.parseInt(text, base) : undefined

/** Reads `[id=]NAME[,src=FILE][,env=VARIABLE][,type=mount|env][,target=…][,uid=…][,gid=…][,mode=…]`. */
export const parseRunSecret = (text: string): Result<RunSecret> => {
  const fields = fieldsOf(text)
  if (!fields.ok) return fields
  const found: { [key in (typeof keys)[number]]?: string } = {}
  for (const [index, field] of fields.value.entries()) {
    const [key, value] = keyAndValue(field)
    // As with Podman, the name comes first.
    if (value === undefined && index === 0) found.id = field
    else if (value === undefined) return bad(`"${field}" must be key=value`)
    else if (!isKey(key)) return bad(`unexpected key "${key}": id, src, env, type, target, uid, gid and mode are known`)
    else found[key] = value
  }
  const { env, id = "", type = "mount" } = found
  if (id === "") return bad("it needs an id=")
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(id))
    return bad(`"${id}" is not a name: letters, digits, and _ . - after the first; a file is given with src=`)
  const src = found.src ?? found.source
  if (src !== undefined && env !== undefined) return bad("it has both src= and env=; one of them says where it is")
  if (src === "" || env === "") return bad("src= and env= need a value")
  const from = src === undefined ? (env === undefined ? undefined : { env }) : { file: src }
  const as = type === "env" ? asVariable(id, found) : type === "mount" ? asFile(id, found) : undefined
  if (as === undefined) return bad(`a secret is of type mount or env, not "${type}"`)
  if (!as.ok) return as
  return good({ id, ...(from === undefined ? {} : { from }), as: as.value })
}

type Found = { readonly [key in (typeof keys)[number]]?: string }

const targetOf = ({ destination, dst, target }: Found): string | undefined => target ?? dst ?? destination

const asVariable = (id: string, found: Found): Result<SecretWish["as"]> => {
  if (found.uid !== undefined || found.gid !== undefined || found.mode !== undefined)
    return bad("uid=, gid= and mode= do not go with type=env")
  const name = targetOf(found) ?? id
  return name === "" || /[=\0]/.test(name)
    ? bad(`"${name}" is not the name of a variable`)
    : good({ type: "env", name })
}

const asFile = (id: string, found: Found): Result<SecretWish["as"]> => {
  const target = targetOf(found) ?? id
  if (target === "") return bad("target= needs a value")
  const uid = numberIn(found.uid ?? "0", 10)
  if (uid === undefined) return bad(`uid=${found.uid} is not a number`)
  const gid = numberIn(found.gid ?? "0", 10)
  if (gid === undefined) return bad(`gid=${found.gid} is not a number`)
  const mode = found.mode === undefined ? usualMode : numberIn(found.mode, 8)
  if (mode === undefined) return bad(`mode=${found.mode} is not an octal number, such as 0400`)
  return good({ type: "mount", target: posix.resolve(home, target), uid, gid, mode })
}
