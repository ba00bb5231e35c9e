import type { CredentialsShape } from "@gantry/core/registry/Credentials"
import type { RegistryDriver } from "@gantry/core/registry/Registry"
import * as Effect from "effect/Effect"

/** What the plugin is told by whoever composes it. */
export interface HttpRegistryOptions {
  /** The environment: proxies. */
  readonly env: { readonly [name: string]: string | undefined }
  /** Absolute paths of configuration files, the strongest last; files that are not there are skipped. */
  readonly configFiles: ReadonlyArray<string>
  /** Version of gantry, for the User-Agent header. */
  readonly version: string
  readonly credentials: CredentialsShape
}

/** Speaks the OCI distribution protocol. */
export const makeDriver = (_options: HttpRegistryOptions): Effect.Effect<RegistryDriver> =>
  Effect.dieMessage("not written yet")
