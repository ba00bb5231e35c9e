import { readSecretFile, SecretTooLarge } from "@gantry/engine/secrets/read-secret-file"
import type { Secret } from "@gantry/engine/secrets/Secrets"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { parseSecret, type SecretSource } from "../argv/values/secret.ts"
import type { Terminal } from "../terminal.ts"
import { valuesOf } from "./read-values.ts"
import { reasonOf } from "@gantry/engine/file-problem"
import { secretPath, secretPlace } from "./secret-place.ts"
import { badValue, type Usage } from "./Usage.ts"

/** The secrets that `--secret` options name. Fails for the first that cannot be read. */
export const readSecrets = (
  texts: ReadonlyArray<string>,
  terminal: Pick<Terminal, "cwd" | "env">
): Effect.Effect<ReadonlyArray<Secret>, Usage> =>
  Effect.flatMap(valuesOf("--secret", texts, parseSecret), (sources) =>
    Effect.forEach(sources, (source) =>
      Effect.map(bytesOf(source, terminal), (bytes) => ({ id: source.id, value: Redacted.make(bytes) }))
    )
  )

const bytesOf = (
  secret: SecretSource,
  { cwd, env }: Pick<Terminal, "cwd" | "env">
): Effect.Effect<Uint8Array, Usage> => {
  const { from, id } = secret
  const source = secretPlace(secret, cwd)
  if ("env" in source) {
    const value = Object.hasOwn(env, source.env) ? env[source.env] : undefined
    if (value !== undefined) return Effect.succeed(new TextEncoder().encode(value))
    const why = `secret ${id}: ${from === undefined ? `there is neither a file nor a variable ${id}` : `the variable ${source.env} is not set`}`
    return badValue(why, "say where it is: --secret id=NAME,src=FILE or --secret id=NAME,env=VARIABLE")
  }
  return Effect.try({
    try: () => readSecretFile(secretPath(cwd, source.file)),
    catch: (cause) =>
      badValue(
        `secret ${id}: cannot read ${source.file}: ${reasonOf(cause)}`,
        cause instanceof SecretTooLarge ? cause.hint : undefined
      )
  })
}
