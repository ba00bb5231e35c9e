import * as Data from "effect/Data"

/** Manifests cannot be read, changed or put together as wished. */
export class ManifestsRefused extends Data.TaggedError("ManifestsRefused")<{
  /** What failed, with the name of the list, the manifest or the image. */
  readonly what: string
  readonly why?: string
  readonly hint: string
}> {
  override get message() {
    return this.what
  }
}
