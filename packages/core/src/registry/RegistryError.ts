import * as Data from "effect/Data"
import type { CredentialsFailure } from "./Credentials.ts"

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

/** What people wrote down about registries cannot be used: a configuration file, a certificate. */
export class RegistryConfigInvalid extends Data.TaggedError("RegistryConfigInvalid")<{
  readonly file: string
  /** Where in the file, such as `registries[0].mirrors[1].location`; empty for the file as a whole. */
  readonly key: string
  readonly why: string
}> {
  override get message() {
    return `${this.file}: ${this.key === "" ? "" : `${this.key} `}${this.why}`
  }
}

/** The configuration forbids to use the registry. */
export class RegistryBlocked extends Data.TaggedError("RegistryBlocked")<{
  readonly reference: string
  /** The configuration file. */
  readonly file: string
}> {
  override get message() {
    return `${this.reference} is blocked by ${this.file}`
  }
}

/** A folder or an archive on this machine cannot serve as a registry. */
export class LocalPlaceFailed extends Data.TaggedError("LocalPlaceFailed")<{
  /** As names of images spell it: `oci:/srv/app`. */
  readonly place: string
  /** There is nothing of that name; what is there is broken, hostile or something else; the disk or the permissions. */
  readonly reason: "Missing" | "Malformed" | "Storage"
  readonly why: string
}> {
  override get message() {
    return `${this.place} cannot be used: ${this.why}`
  }
}

/** A folder or an archive holds several images, and none of them was named. */
export class SeveralImages extends Data.TaggedError("SeveralImages")<{
  /** As names of images spell it: `oci:/srv/app`. */
  readonly place: string
  /** What can be written behind the place and a colon, sorted; what begins with `@` behind the place alone. */
  readonly names: ReadonlyArray<string>
}> {
  override get message() {
    return `${this.place} holds several images: ${this.names.join(", ")}`
  }
}

/** How a registry can fail a caller. The last two are of places on this machine only. */
export type RegistryError =
  | ImageNotFound
  | LoginRequired
  | RegistryRefused
  | RegistryUnavailable
  | RegistryConfigInvalid
  | RegistryBlocked
  | CredentialsFailure
  | LocalPlaceFailed
  | SeveralImages
