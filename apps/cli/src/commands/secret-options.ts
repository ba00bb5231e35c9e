import type { SecretWish } from "@gantry/engine/containers/SecretWish"
import * as Effect from "effect/Effect"
import { parseRunSecret } from "../argv/values/run-secret.ts"
import { valuesOf } from "./read-values.ts"
import { secretPath, secretPlace } from "./secret-place.ts"
import type { Usage } from "./Usage.ts"

/** `--secret` of a container. As in a build, a name alone is a file of that name if there is one, else a variable. */
export const secretsOf = (texts: ReadonlyArray<string>, cwd: string): Effect.Effect<ReadonlyArray<SecretWish>, Usage> =>
  Effect.map(valuesOf("--secret", texts, parseRunSecret), (secrets) =>
    secrets.map((secret) => {
      const place = secretPlace(secret, cwd)
      return { id: secret.id, from: "env" in place ? place : { file: secretPath(cwd, place.file) }, as: secret.as }
    })
  )
