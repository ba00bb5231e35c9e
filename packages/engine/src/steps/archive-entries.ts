import { spawn } from "node:child_process"
import { closeSync, createReadStream, createWriteStream, mkdirSync, openSync, readSync, rmSync } from "node:fs"
import { join } from "node:path"
import { pipeline } from "node:stream/promises"
import { createGunzip } from "node:zlib"
import { randomBytes } from "node:crypto"
import { StepFailed } from "@gantry/build/solve/StepExecutor"
import { Settings } from "@gantry/core/Settings"
import { entryOfTar } from "@gantry/core/tree/entry-of-tar"
import { isTar } from "@gantry/core/tree/is-tar"
import { type PathProblem, safePath } from "@gantry/core/tree/safe-path"
import { makeTarReader, type TarEntry } from "@gantry/core/tree/tar-read"
import type { FileContent, TreeEntry } from "@gantry/core/tree/TreeEntry"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { ownedName } from "../containers/owned-name.ts"
import { archiveKind } from "../root-names.ts"

type Packing = "none" | "gzip" | "bzip2" | "xz"

const begins = (head: Uint8Array, bytes: ReadonlyArray<number>): boolean => bytes.every((byte, at) => head[at] === byte)

/** How a file is packed, by its first bytes and not by its name; undefined when it is no archive. */
const packingOf = (head: Uint8Array): Packing | undefined => {
  if (begins(head, [0x1f, 0x8b])) return "gzip"
  if (begins(head, [0x42, 0x5a, 0x68])) return "bzip2"
  if (begins(head, [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00])) return "xz"
  return isTar(head) ? "none" : undefined
}

const headOf = (path: string): Uint8Array => {
  const fd = openSync(path, "r")
  try {
    const head = new Uint8Array(512)
    return head.subarray(0, readSync(fd, head, 0, head.length, 0))
  } finally {
    closeSync(fd)
  }
}

/**
 * What is in a local archive, as ADD unpacks it; undefined for a file that is no archive: plain, gzip, bzip2 or xz tar.
 * Contents stay on disk; a packed archive lies unpacked beside the store while the scope is open.
 */
export const archiveEntries = (
  file: TreeEntry & { readonly type: "file" }
): Effect.Effect<ReadonlyArray<TreeEntry> | undefined, StepFailed, Settings | Scope.Scope> =>
  Effect.gen(function* () {
    if (file.content.from !== "file") return undefined
    const { path } = file.content
    const packing = yield* Effect.try({ try: () => packingOf(headOf(path)), catch: cannotRead(path) })
    if (packing === undefined) return undefined
    const plain = packing === "none" ? path : yield* unpacked(path, packing)
    if (packing !== "none" && !isTar(yield* Effect.try({ try: () => headOf(plain), catch: cannotRead(path) })))
      return undefined
    return yield* Effect.try({ try: () => entriesOf(plain), catch: cannotRead(path) })
  })

const cannotRead =
  (path: string) =>
  (cause: unknown): StepFailed =>
    cause instanceof StepFailed
      ? cause
      : new StepFailed({
          why: `${path} cannot be unpacked: ${cause instanceof Error ? cause.message : String(cause)}`,
          cause
        })

const unpacked = (
  path: string,
  packing: Exclude<Packing, "none">
): Effect.Effect<string, StepFailed, Settings | Scope.Scope> =>
  Effect.gen(function* () {
    const { root } = yield* Settings
    const plain = join(root, ownedName(archiveKind, randomBytes(8).toString("hex")))
    yield* Effect.addFinalizer(() => Effect.sync(() => rmSync(plain, { force: true })))
    yield* Effect.tryPromise({
      try: async () => {
        mkdirSync(root, { recursive: true })
        const out = createWriteStream(plain, { flags: "wx", mode: 0o600 })
        if (packing === "gzip") return pipeline(createReadStream(path), createGunzip(), out)
        // Neither format is in any of the three runtimes; both programs are part of every Debian.
        const program = spawn(packing, ["-dc", path], { stdio: ["ignore", "pipe", "ignore"] })
        const ended = new Promise<void>((resolve, reject) => {
          program.once("error", (cause) => reject(new Error(`the program ${packing} is needed: ${cause.message}`)))
          program.once("exit", (code) => (code === 0 ? resolve() : reject(new Error(`${packing} ended with ${code}`))))
        })
        await Promise.all([pipeline(program.stdout, out), ended])
      },
      catch: cannotRead(path)
    })
    return plain
  })

/** A piece of a file's content: bytes of the archive, or zeros. */
type Part = { readonly at: number; readonly length: number } | { readonly zeros: number }

const chunk = 1 << 20

/** Reads an archive for its entries; contents are places in it. */
const entriesOf = (archive: string): ReadonlyArray<TreeEntry> => {
  const entries: Array<TreeEntry> = []
  let current: TarEntry | undefined
  let parts: Array<Part> = []
  const buffer = Buffer.allocUnsafe(chunk)
  let base = 0
  const reader = makeTarReader({
    entry: (entry) => {
      current = entry
      parts = []
    },
    data: (piece) => {
      const at = base + piece.byteOffset - buffer.byteOffset
      const last = parts.at(-1)
      if (last !== undefined && "at" in last && last.at + last.length === at) {
        parts[parts.length - 1] = { at: last.at, length: last.length + piece.length }
      } else parts.push({ at, length: piece.length })
    },
    hole: (bytes) => void parts.push({ zeros: bytes }),
    end: () => {
      if (current === undefined) return
      const entry = entryOf(current, contentOf(archive, parts))
      if (entry !== undefined) entries.push(entry)
    }
  })
  const fd = openSync(archive, "r")
  try {
    for (;;) {
      const size = readSync(fd, buffer, 0, chunk, base)
      const problem = size === 0 ? reader.finish() : reader.push(buffer.subarray(0, size))
      if (problem !== undefined)
        throw new StepFailed({ why: `the archive is broken at byte ${problem.offset}: ${problem.why}` })
      if (size === 0) return entries
      base += size
    }
  } finally {
    closeSync(fd)
  }
}

const contentOf = (archive: string, parts: ReadonlyArray<Part>): FileContent => ({
  from: "pieces",
  pieces: function* () {
    const fd = openSync(archive, "r")
    try {
      for (const part of parts) {
        if ("zeros" in part) {
          for (let left = part.zeros; left > 0; left -= chunk) yield new Uint8Array(Math.min(left, chunk))
          continue
        }
        for (let done = 0; done < part.length;) {
          const piece = new Uint8Array(Math.min(chunk, part.length - done))
          const size = readSync(fd, piece, 0, piece.length, part.at + done)
          if (size === 0) throw new Error("the archive became shorter while it was read")
          yield piece.subarray(0, size)
          done += size
        }
      }
    } finally {
      closeSync(fd)
    }
  }
})

/** An entry of a plain archive; whiteouts mean nothing here. Undefined for the root itself. */
const entryOf = (entry: TarEntry, content: FileContent): TreeEntry | undefined => {
  const path = safely(safePath(entry.name))
  return path === "" ? undefined : safely(entryOfTar(entry, path, content))
}

const safely = <A extends string | TreeEntry>(found: A | PathProblem): A => {
  if (typeof found === "object" && "why" in found) {
    throw new StepFailed({ why: `the archive names ${JSON.stringify(found.path)}: ${found.why}` })
  }
  return found
}
