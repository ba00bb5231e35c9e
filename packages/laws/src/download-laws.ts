import { Downloads, type Validators } from "@gantry/core/download/Downloads"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as fc from "fast-check"
import { forAll, type Law } from "./Law.ts"
import { joined, pieces } from "./samples/bytes.ts"

/** A file of a server that is set up for the laws. */
export interface ServedFile extends Validators {
  readonly bytes: Uint8Array
}

/** A server whose files the laws choose. */
export interface FileServerShape {
  /** Address of a directory, with a slash at the end. */
  readonly base: URL
  /** From now on the file is there, under a name without slashes; undefined takes it away. */
  readonly put: (name: string, file: ServedFile | undefined) => Effect.Effect<void>
}

/** The service tag of {@link FileServerShape}. */
export class FileServer extends Context.Tag("@gantry/laws/FileServer")<FileServer, FileServerShape>() {}

const contents = fc.oneof(pieces.map(joined), fc.constant(new Uint8Array()))
const validators: fc.Arbitrary<Validators> = fc.constantFrom<Validators>(
  { etag: '"1"' },
  { etag: 'W/"weak, and a comma"' },
  { lastModified: "Thu, 01 Jan 2015 00:00:00 GMT" },
  { etag: '"1"', lastModified: "Thu, 01 Jan 2015 00:00:00 GMT" }
)
const other: Validators = { etag: '"other"', lastModified: "Fri, 02 Jan 2015 00:00:00 GMT" }

/** Gets a file whole; none when it is not sent because it has not changed. */
const fetched = (name: string, known?: Validators) =>
  Effect.gen(function* () {
    const { base } = yield* FileServer
    const answer = yield* (yield* Downloads).get(new URL(name, base), known)
    if (Option.isNone(answer)) return Option.none()
    const bytes = joined(yield* Stream.runCollect(answer.value.body))
    return Option.some({ ...answer.value, bytes })
  }).pipe(Effect.scoped)

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.from(a).equals(b)

/** What whoever fetches files must make true. */
export const downloadLaws: ReadonlyArray<Law<Downloads | FileServer>> = [
  forAll(
    "DOWN-1",
    "what is served is what is fetched, with what the server says of it",
    fc.tuple(contents, fc.option(validators)),
    ([bytes, said]) =>
      Effect.gen(function* () {
        yield* (yield* FileServer).put("one", { bytes, ...said })
        const file = Option.getOrUndefined(yield* fetched("one"))
        return (
          file !== undefined &&
          same(file.bytes, bytes) &&
          (file.size === undefined || file.size === bytes.length) &&
          file.etag === said?.etag &&
          file.lastModified === said?.lastModified
        )
      })
  ),
  forAll(
    "DOWN-2",
    "a file is not sent again while the server says that it is the same, and is sent when it is another",
    fc.tuple(contents, contents, validators),
    ([bytes, later, said]) =>
      Effect.gen(function* () {
        const server = yield* FileServer
        yield* server.put("two", { bytes, ...said })
        const again = yield* fetched("two", said)
        yield* server.put("two", { bytes: later, ...other })
        const changed = Option.getOrUndefined(yield* fetched("two", said))
        const unasked = Option.getOrUndefined(yield* fetched("two"))
        return (
          Option.isNone(again) &&
          changed !== undefined &&
          same(changed.bytes, later) &&
          unasked !== undefined &&
          same(unasked.bytes, later)
        )
      })
  ),
  forAll(
    "DOWN-3",
    "a file that is not there is a failure that names its address, and never an empty file",
    fc.tuple(contents, fc.option(validators)),
    ([bytes, known]) =>
      Effect.gen(function* () {
        const server = yield* FileServer
        yield* server.put("three", { bytes })
        yield* server.put("three", undefined)
        const failure = yield* Effect.exit(Effect.flip(fetched("three", known ?? undefined)))
        return Exit.isSuccess(failure) && failure.value.address === new URL("three", server.base).href
      })
  )
]
