import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"

/** Nothing came from an address, or not all of it. */
export class DownloadFailed extends Data.TaggedError("DownloadFailed")<{
  /** Without user name and password. */
  readonly address: string
  /** One sentence without a full stop. */
  readonly why: string
  /** What the server answered, if it did. */
  readonly status?: number
}> {
  override get message() {
    return `${this.address}: ${this.why}`
  }
}

/** What a server said about a file, to be asked about it again. Both are sent back as they came. */
export interface Validators {
  readonly etag?: string
  /** Time of the last change, as HTTP spells it. */
  readonly lastModified?: string
}

/** A file whose bytes are still to come. */
export interface Download extends Validators {
  /** Bytes, if the server said how many. */
  readonly size?: number
  /** Fails when fewer bytes come than were announced. May be run once. */
  readonly body: Stream.Stream<Uint8Array, DownloadFailed>
}

/** Fetches files from http and https addresses: what ADD names, and contexts. */
export interface DownloadsShape {
  /**
   * Asks for a file, through proxies and along redirects; passing failures are tried again. None when the server says
   * that it is still what `known` describes (DOWN-2). The connection is given up when the scope closes. Fails with
   * `DownloadFailed` for whatever is not a whole file (DOWN-1, DOWN-3).
   */
  readonly get: (url: URL, known?: Validators) => Effect.Effect<Option.Option<Download>, DownloadFailed, Scope.Scope>
}

/** The service tag of {@link DownloadsShape}. */
export class Downloads extends Context.Tag("@gantry/core/Downloads")<Downloads, DownloadsShape>() {}
