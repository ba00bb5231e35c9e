import * as Data from "effect/Data"

/** Something that is said of an image, beside it. Spec: in-toto attestation, "Predicate". */
export interface Attestation {
  readonly predicateType: string
  readonly predicate: unknown
}

/** How an image came about is said along with it. */
export interface ProvenanceWish {
  /** `min`: not the values of build arguments and labels, the ids of secrets, the Dockerfile and its steps. */
  readonly mode: "min" | "max"
  /** A URI of who builds; empty when nobody says. */
  readonly builderId: string
  /** The caller promises that the same build gives the same bytes. */
  readonly reproducible: boolean
}

/** What is said of an image, beside it. */
export interface AttestWish {
  readonly provenance?: ProvenanceWish
  /** The packages that the databases of its distribution list. */
  readonly sbom?: boolean
}

/** What is to be said of an image cannot be known. */
export class CannotAttest extends Data.TaggedError("CannotAttest")<{
  /** One sentence without a full stop. */
  readonly why: string
}> {
  override get message() {
    return this.why
  }
}
