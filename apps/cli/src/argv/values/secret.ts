import { bad, good, type Result } from "../Result.ts"
import { fieldsOf, keyAndValue } from "./csv.ts"

/** Where a secret is to be read. */
export interface SecretSource {
  readonly id: string
  /** As written; absent when only the id was given. */
  readonly from?: { readonly file: string } | { readonly env: string }
}

/** Reads `id=NAME[,src=FILE][,env=VARIABLE][,type=file|env]`; with `type=env` the source is a variable's name. */
export const parseSecret = (text: string): Result<SecretSource> => {
  const fields = fieldsOf(text)
  if (!fields.ok) return fields
  const found: { id?: string; src?: string; env?: string; type?: string } = {}
  for (const field of fields.value) {
    const [key, value] = keyAndValue(field)
    if (value === undefined) return bad(`"${field}" must be key=value`)
    switch (key.toLowerCase()) {
      case "id":
        found.id = value
        break
      case "src":
      case "source":
        found.src = value
        break
      case "env":
        found.env = value
        break
      case "type":
        if (value !== "file" && value !== "env") return bad(`a secret is of type file or env, not "${value}"`)
        found.type = value
        break
      default:
        return bad(`unexpected key "${key}": id, src, env and type are known`)
    }
  }
  const { env, id, src, type } = found
  if (id === undefined || id === "") return bad("it needs an id=")
  if (src !== undefined && env !== undefined) return bad("it has both src= and env=; one of them says where it is")
  if (type === "file" && env !== undefined) return bad("env= does not go with type=file")
  const variable = env ?? (type === "env" ? (src ?? id) : undefined)
  if (variable !== undefined) return good({ id, from: { env: variable } })
  const file = src ?? (type === "file" ? id : undefined)
  return file === undefined ? good({ id }) : good({ id, from: { file } })
}
