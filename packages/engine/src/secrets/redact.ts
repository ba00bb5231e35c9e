import * as Redacted from "effect/Redacted"
import { needlesOf, shortest } from "./needles.ts"
import type { Secrets } from "./Secrets.ts"

/** What stands in the place of a secret. */
const cover = Buffer.from("***")

/** Takes secrets out of a stream of bytes. */
export interface Redactor {
  /** What can be shown now. A piece that may be the beginning of a secret is kept back. */
  readonly push: (bytes: Uint8Array) => Uint8Array
  /** What was kept back, once nothing more comes. */
  readonly end: () => Uint8Array
}

/**
 * Covers every value of a secret, in each of the forms that are looked for in files, and the single lines of those that
 * have several: a terminal shows them line by line. `logins`: of addresses, each with the `@` behind it. Undefined when
 * there is nothing to cover.
 */
export const redactorOf = (secrets: Secrets, logins: ReadonlyArray<string> = []): (() => Redactor) | undefined => {
  const others = [...new Set(logins)].map((text) => Buffer.from(text))
  const texts = [...needlesOf(secrets).map(({ bytes }) => bytes), ...linesOf(secrets), ...others]
  const needles = texts.toSorted((a, b) => b.length - a.length)
  return needles.length === 0 ? undefined : () => redactor(needles, others)
}

const linesOf = ({ all }: Secrets): ReadonlyArray<Buffer> =>
  all.flatMap(({ value }) => {
    const lines = Buffer.from(Redacted.value(value)).toString("latin1").split(/\r?\n/)
    return lines.length === 1
      ? []
      : lines.filter((line) => line.trim().length >= shortest).map((line) => Buffer.from(line.trim(), "latin1"))
  })

/** `needles`: longest first, none of them empty. */
const redactor = (needles: ReadonlyArray<Buffer>, logins: ReadonlyArray<Buffer>): Redactor => {
  let kept: Buffer = Buffer.alloc(0)
  const covered = (all: Buffer, isLast: boolean): Uint8Array => {
    const out: Array<Uint8Array> = []
    let at = 0
    for (;;) {
      const next = firstOf(needles, all, at)
      if (next === undefined) break
      // Something longer may begin before it and end beyond what is here.
      const open = isLast ? all.length : openFrom(needles, all, at)
      if (open < next.at) break
      out.push(all.subarray(at, next.at), cover)
      at = next.at + next.length
      // An address is still to be seen as one.
      if (logins.includes(next.needle)) at -= 1
    }
    const open = isLast ? all.length : openFrom(needles, all, at)
    out.push(all.subarray(at, open))
    kept = all.subarray(open)
    return Buffer.concat(out)
  }
  return {
    push: (bytes) => covered(Buffer.concat([kept, bytes]), false),
    end: () => covered(kept, true)
  }
}

/** The first place of any of them, the longest there. */
const firstOf = (needles: ReadonlyArray<Buffer>, all: Buffer, from: number) => {
  let found: { readonly at: number; readonly length: number; readonly needle: Buffer } | undefined
  for (const needle of needles) {
    const at = all.indexOf(needle, from)
    if (at >= 0 && (found === undefined || at < found.at)) found = { at, length: needle.length, needle }
  }
  return found
}

/** Where the part at the end begins that may go on as one of them; the end when there is none. */
const openFrom = (needles: ReadonlyArray<Buffer>, all: Buffer, from: number): number => {
  let open = all.length
  for (const needle of needles) {
    for (let at = Math.max(from, all.length - needle.length + 1); at < open; at++) {
      if (needle.subarray(0, all.length - at).equals(all.subarray(at))) open = at
    }
  }
  return open
}
