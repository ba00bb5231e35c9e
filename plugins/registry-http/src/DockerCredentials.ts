import type { CredentialsShape } from "@gantry/core/registry/Credentials"

/** Where logins are kept. */
export interface DockerCredentialsOptions {
  readonly env: { readonly [name: string]: string | undefined }
  /** Absolute path of Docker's `config.json`. */
  readonly configFile: string
}

/** Logins in Docker's `config.json` and the helper programs that it names. */
export const make = (_options: DockerCredentialsOptions): CredentialsShape => {
  throw new Error("not written yet")
}
