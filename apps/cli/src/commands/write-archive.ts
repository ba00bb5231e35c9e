import { randomBytes } from "node:crypto"
import { closeSync, openSync, renameSync, rmSync, statSync, writeSync } from "node:fs"
import { basename, dirname, join, resolve } from "node:path"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"
import type { Terminal } from "../terminal.ts"
import { reasonOf } from "@gantry/engine/file-problem"
import { Usage } from "./Usage.ts"

/**
 * Writes an archive to a file, or to standard output unless that is a terminal. A file appears when all of it is there;
 * what is no plain file, such as a pipe, is written to as it is.
 */
export const writeArchive = <E, R>(
  archive: Stream.Stream<Uint8Array, E, R>,
  output: string | undefined,
  terminal: Terminal
): Effect.Effect<void, E | Usage, R> => {
  if (output === undefined || output === "" || output === "-") {
    if (terminal.stdoutIsTerminal) {
      return new Usage({
        message: "an archive is not written to a terminal",
        hint: "use -o FILE, or redirect standard output",
        status: 1
      })
    }
    return Stream.runForEach(archive, (piece) => Effect.sync(() => terminal.out(piece)))
  }
  const path = resolve(terminal.cwd, output)
  const attempt = <A>(what: () => A) => writing(output, what)
  return Effect.acquireUseRelease(
    attempt(() => {
      const stat = statSync(path, { throwIfNoEntry: false })
      if (stat?.isDirectory() === true) throw new Error("it is a directory")
      const isPlain = stat === undefined || stat.isFile()
      const draft = isPlain ? join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}`) : path
      return { draft, isPlain, fd: openSync(draft, isPlain ? "wx" : "w") }
    }),
    ({ draft, fd, isPlain }) =>
      Effect.gen(function* () {
        yield* Stream.runForEach(archive, (piece) => attempt(() => writeAll(fd, piece)))
        if (isPlain) yield* attempt(() => renameSync(draft, path))
      }),
    ({ draft, fd, isPlain }, exit) =>
      Effect.sync(() => {
        closeSync(fd)
        if (isPlain && Exit.isFailure(exit)) rmSync(draft, { force: true })
      })
  )
}

const writing = <A>(place: string, what: () => A): Effect.Effect<A, Usage> =>
  Effect.try({
    try: what,
    catch: (cause) =>
      new Usage({
        message: `${place} cannot be written: ${noFolder(cause) ? "there is no such directory" : reasonOf(cause)}`,
        status: 1
      })
  })

const noFolder = (cause: unknown): boolean => cause instanceof Error && "code" in cause && cause.code === "ENOENT"

const writeAll = (fd: number, piece: Uint8Array): void => {
  for (let at = 0; at < piece.length;) at += writeSync(fd, piece, at)
}
