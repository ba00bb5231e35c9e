import * as Data from "effect/Data"

/** The registry answers and has no such image, tag or blob. Checking the name helps. */
export class ImageNotFound extends Data.TaggedError("ImageNotFound")<{ readonly reference: string }> {
  override get message() {
    return `${this.reference}: not found`
  }
}

/** The registry wants to know who asks. `gantry login` helps. */
export class LoginRequired extends Data.TaggedError("LoginRequired")<{
  readonly registry: string
  readonly reference: string
}> {
  override get message() {
    return `${this.registry} requires a login for ${this.reference}`
  }
}

/** The registry understood and refuses. */
export class RegistryRefused extends Data.TaggedError("RegistryRefused")<{
  readonly registry: string
  /** The protocol's code, such as DENIED. Spec: OCI distribution-spec, section "Error Codes". */
  readonly code: string
  readonly detail: string
}> {
  override get message() {
    return `${this.registry} refused (${this.code}): ${this.detail}`
  }
}

/** The registry cannot be reached, or does not answer as the protocol says. Trying later may help. */
export class RegistryUnavailable extends Data.TaggedError("RegistryUnavailable")<{
  readonly registry: string
  readonly why: string
}> {
  override get message() {
    return `${this.registry} is not available: ${this.why}`
  }
}

/** How a registry can fail a caller. */
export type RegistryError = ImageNotFound | LoginRequired | RegistryRefused | RegistryUnavailable
