import * as Data from "effect/Data"

/** A configuration file cannot be used. */
export class ConfigInvalid extends Data.TaggedError("ConfigInvalid")<{
  readonly file: string
  /** What is wrong, one line each, each beginning with the key if there is one. */
  readonly problems: ReadonlyArray<string>
}> {
  override get message() {
    return `${this.file} cannot be used`
  }
}
