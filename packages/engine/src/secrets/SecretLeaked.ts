import * as Data from "effect/Data"
import { describeLeaks, type Leak } from "./guard.ts"

/** A secret's value is in what would become part of the image or of the cache's keys. Nothing was given a name. */
export class SecretLeaked extends Data.TaggedError("SecretLeaked")<{ readonly leaks: ReadonlyArray<Leak> }> {
  override get message() {
    return describeLeaks(this.leaks)
  }
}
