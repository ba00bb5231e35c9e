import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"

/** How somebody proves to a registry who they are. */
export type Login =
  | { readonly type: "password"; readonly username: string; readonly password: string }
  /** Exchanged for access tokens. Spec: distribution, "OAuth2 token authentication". */
  | { readonly type: "identity-token"; readonly token: string }

/** Names and passwords of registries cannot be read or kept: a broken file, a helper that fails. */
export class CredentialsFailure extends Data.TaggedError("CredentialsFailure")<{
  /** The file or the helper program. */
  readonly place: string
  readonly why: string
}> {
  override get message() {
    return `${this.place}: ${this.why}`
  }
}

/** Where a login was put. */
export interface Kept {
  /** The file or the helper program. */
  readonly place: string
  /** Whether anybody who can read the place can read the password. */
  readonly plain: boolean
}

/** Names and passwords by registry, as people's other tools keep them. */
export interface CredentialsShape {
  /** What is known for a registry (its host and port, `docker.io` for the default one), or none. */
  readonly get: (registry: string) => Effect.Effect<Option.Option<Login>, CredentialsFailure>
  readonly put: (registry: string, login: Login) => Effect.Effect<Kept, CredentialsFailure>
  /** Succeeds with false when nothing was known. */
  readonly remove: (registry: string) => Effect.Effect<boolean, CredentialsFailure>
}

/** The service tag of {@link CredentialsShape}. */
export class Credentials extends Context.Tag("@gantry/core/Credentials")<Credentials, CredentialsShape>() {}
