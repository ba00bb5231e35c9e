import { statSync } from "node:fs"
import { homedir } from "node:os"
import { resolve } from "node:path"
import type { SecretWish } from "@gantry/engine/containers/SecretWish"
import * as Effect from "effect/Effect"
import { parseRunSecret, type RunSecret } from "../argv/values/run-secret.ts"
import { valuesOf } from "./read-values.ts"
import type { Usage } from "./Usage.ts"

/** `--secret` of a container. As in a build, a name alone is a file of that name if there is one, else a variable. */
export const secretsOf = (texts: ReadonlyArray<string>, cwd: string): Effect.Effect<ReadonlyArray<SecretWish>, Usage> =>
  Effect.map(valuesOf("--secret", texts, parseRunSecret), (secrets) =>
    secrets.map(({ as, from, id }) => ({ id, from: sourceOf({ from, id }, cwd), as }))
  )

const sourceOf = (
  { from, id }: Pick<RunSecret, "id"> & { from: RunSecret["from"] },
  cwd: string
): SecretWish["from"] => {
  if (from === undefined) {
    const file = resolve(cwd, id)
    return statSync(file, { throwIfNoEntry: false })?.isFile() === true ? { file } : { env: id }
  }
  return "env" in from ? from : { file: resolve(cwd, from.file.replace(/^~(?=\/)/, homedir())) }
}
