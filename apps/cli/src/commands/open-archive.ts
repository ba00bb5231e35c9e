import { createReadStream, fstatSync, openSync } from "node:fs"
import { resolve } from "node:path"
import * as Effect from "effect/Effect"
import type { Terminal } from "../terminal.ts"
import { reasonOf } from "@gantry/engine/file-problem"
import { Usage } from "./Usage.ts"

/** An archive to read, and what messages call it. */
export interface OpenedArchive {
  readonly archive: AsyncIterable<Uint8Array>
  readonly called: string
}

/** Opens a file, or standard input for `-`. `example`: how an archive is given on standard input. */
export const openArchive = (file: string, example: string, terminal: Terminal): Effect.Effect<OpenedArchive, Usage> => {
  if (file === "-") {
    return terminal.stdinIsTerminal
      ? new Usage({ message: "no archive on standard input", hint: example, status: 1 })
      : Effect.succeed({ archive: process.stdin, called: "standard input" })
  }
  return Effect.try({
    try: () => {
      const fd = openSync(resolve(terminal.cwd, file), "r")
      if (fstatSync(fd).isDirectory()) throw new Error("it is a directory")
      return { archive: createReadStream("", { fd }), called: file }
    },
    catch: (cause) => new Usage({ message: `${file} cannot be read: ${reasonOf(cause)}`, status: 1 })
  })
}
