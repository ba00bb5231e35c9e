import { type DownloadFailed, Downloads } from "@gantry/core/download/Downloads"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { OpenedArchive } from "./open-archive.ts"
import { Usage } from "./Usage.ts"

/** An archive of a web server, which is read as it comes. */
interface FetchedArchive extends OpenedArchive {
  /** Fails for the reason that the archive did not come, if it did not: whoever reads an archive knows none. */
  readonly explained: <A, E, R>(reading: Effect.Effect<A, E, R>) => Effect.Effect<A, E | Usage, R>
}

/** Asks for an archive at an address. The connection is given up when the scope closes. */
export const fetchArchive = (url: URL): Effect.Effect<FetchedArchive, Usage, Downloads | Scope.Scope> =>
  Effect.gen(function* () {
    const called = `${url.origin}${url.pathname}`
    const downloads = yield* Downloads
    const answer = yield* Effect.mapError(downloads.get(url), refusal)
    if (Option.isNone(answer)) return yield* refusal({ address: called, why: "the server sent nothing" })
    let failure: Usage | undefined
    const body = Stream.tapError(answer.value.body, (error) => Effect.sync(() => (failure = refusal(error))))
    return {
      archive: yield* Stream.toAsyncIterableEffect(body),
      called,
      explained: <A, E, R>(reading: Effect.Effect<A, E, R>): Effect.Effect<A, E | Usage, R> =>
        Effect.catchAllCause(reading, (cause): Effect.Effect<never, E | Usage> => failure ?? Effect.failCause(cause))
    }
  })

const refusal = ({ address, why }: Pick<DownloadFailed, "address" | "why">): Usage =>
  new Usage({
    message: `${address} cannot be fetched: ${why}`,
    hint: "look at the address, or try again later",
    status: 1
  })
