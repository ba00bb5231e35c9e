import { resolve } from "node:path"
import type { SecretSource } from "../argv/values/secret.ts"
import { homePath } from "../home-path.ts"
import { lookAt } from "../look-at.ts"

/** Where a secret is, as the user wrote it: an id alone is a file of that name if there is one, else a variable. */
export const secretPlace = ({ from, id }: Pick<SecretSource, "from" | "id">, cwd: string) =>
  from ?? (lookAt(resolve(cwd, id)).stat?.isFile() === true ? { file: id } : { env: id })

/** The absolute path of a secret's file. */
export const secretPath = (cwd: string, file: string): string => resolve(cwd, homePath(file))
