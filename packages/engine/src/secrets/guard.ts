import type { TreeChange } from "@gantry/core/tree/TreeEntry"
import { atOnce, type Turns } from "@gantry/core/turns"
import { contentPieces } from "../content-pieces.ts"
import { type Needle, needlesOf } from "./needles.ts"
import type { Secrets } from "./Secrets.ts"

/** Where a secret's value was found. */
export interface Leak {
  readonly id: string
  /** A path in the image, or what else has the value. */
  readonly where: string
  readonly form: Needle["form"]
}

/** Looks for the values of secrets in what a build has made. */
export interface Guard {
  /**
   * Everything that was found in the new files of a layer, one leak for a secret and a file. Reads the files, and throws what
   * reading throws.
   */
  readonly inChanges: (changes: Iterable<TreeChange>) => Turns<ReadonlyArray<Leak>>
  /** In a text that becomes part of the image. */
  readonly inText: (text: string, where: string) => ReadonlyArray<Leak>
}

/** What to do about a secret that was found. */
export const leakAdvice = "remove it in the same instruction, or pass --allow-secret-leak if it may be seen"

/** Bytes to look through in one turn: it takes eight times as long as to read them. */
const turn = 8 * 1024 * 1024

/** A guard for these secrets; undefined when there is nothing to look for. */
export const guardOf = (secrets: Secrets): Guard | undefined => {
  const needles = needlesOf(secrets)
  if (needles.length === 0) return undefined
  let since = 0
  const longest = Math.max(...needles.map(({ bytes }) => bytes.length))
  /** Which secrets are in pieces that follow each other. */
  function* search(pieces: Iterable<Uint8Array>): Turns<ReadonlyMap<string, Needle["form"]>> {
    const found = new Map<string, Needle["form"]>()
    let before: Buffer = Buffer.alloc(0)
    for (const piece of pieces) {
      const all = before.length === 0 ? asBuffer(piece) : Buffer.concat([before, piece])
      // Programs break what they encode in base64 into lines.
      const unbroken = withoutBreaks(all)
      for (const { bytes, form, id } of needles) {
        if (!found.has(id) && (form === "base64" ? unbroken : all).includes(bytes)) found.set(id, form)
      }
      before = Buffer.from(all.subarray(Math.max(0, all.length - 2 * longest)))
      since += piece.length
      if (since < turn) continue
      since = 0
      yield
    }
    return found
  }
  const leaks = (found: ReadonlyMap<string, Needle["form"]>, where: string): ReadonlyArray<Leak> =>
    [...found].map(([id, form]) => ({ id, where, form }))
  const inText: Guard["inText"] = (text, where) => leaks(atOnce(search([Buffer.from(text)])), where)
  return {
    inText,
    *inChanges(changes) {
      const all: Array<Leak> = []
      for (const change of changes) {
        const where = `/${change.path}`
        all.push(...inText(change.path, `the name of ${where}`))
        if (change.type === "symlink") all.push(...inText(change.target, where))
        if (change.type !== "file") continue
        all.push(...leaks(yield* search(contentPieces(change.content)), where))
      }
      return all
    }
  }
}

const withoutBreaks = (bytes: Buffer): Buffer =>
  bytes.includes(0x0a) ? Buffer.from(bytes.filter((byte) => byte !== 0x0a && byte !== 0x0d)) : bytes

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** One sentence about leaks, without a full stop: the first three. */
export const describeLeaks = (leaks: ReadonlyArray<Leak>): string => {
  const parts = leaks
    .slice(0, 3)
    .map(({ form, id, where }) => `secret ${id} is in ${where}${form === "raw" ? "" : ` (${form})`}`)
  return parts.join("; ") + (leaks.length > 3 ? `; and ${leaks.length - 3} more` : "")
}
