import { Redacted } from "effect"
import { type Secrets, secretsOf } from "../../src/secrets/Secrets.ts"

/** Secrets by their ids. */
export const secrets = (values: Readonly<Record<string, string | Uint8Array>>): Secrets =>
  secretsOf(Object.entries(values).map(([id, value]) => ({ id, value: Redacted.make(Buffer.from(value)) })))
