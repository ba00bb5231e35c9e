import * as Redacted from "effect/Redacted"
import type { Secrets } from "./Secrets.ts"

/** One way in which a secret's value may be written. */
export interface Needle {
  readonly id: string
  readonly form: "raw" | "base64" | "url-encoded"
  readonly bytes: Buffer
}

/** Shorter values are found in places that have nothing to do with them: `1`, `yes`, `root`. Bytes. */
export const shortest = 5

/** What stands around a value in a file that an editor wrote is no part of it. */
const trimmed = (value: Uint8Array): Buffer => {
  const isSpace = (byte: number | undefined) => byte === 0x0a || byte === 0x0d || byte === 0x20 || byte === 0x09
  let start = 0
  let end = value.length
  while (start < end && isSpace(value[start])) start += 1
  while (end > start && isSpace(value[end - 1])) end -= 1
  return Buffer.from(value.buffer, value.byteOffset + start, end - start)
}

/** Secrets whose values are too short to be looked for. */
export const tooShort = ({ all }: Secrets): ReadonlyArray<string> =>
  all.filter(({ value }) => trimmed(Redacted.value(value)).length < shortest).map(({ id }) => id)

/**
 * The texts to look for: each value as it is, in base64 wherever in a longer text it was encoded (`user:TOKEN`), in both
 * alphabets, and encoded for URLs. Longest first.
 */
export const needlesOf = ({ all }: Secrets): ReadonlyArray<Needle> =>
  all
    .flatMap(({ id, value }): ReadonlyArray<Needle> => {
      const bytes = trimmed(Redacted.value(value))
      if (bytes.length < shortest) return []
      const encoded = urlEncoded(bytes)
      return [
        { id, form: "raw", bytes },
        ...base64Forms(bytes).map((text) => ({ id, form: "base64", bytes: Buffer.from(text) }) as const),
        ...encoded.map((text) => ({ id, form: "url-encoded", bytes: Buffer.from(text) }) as const)
      ]
    })
    .toSorted((a, b) => b.bytes.length - a.bytes.length)

/**
 * Three bytes become four letters, so a value inside of something longer is written in one of three ways. The letters
 * at its ends also depend on its neighbours, and are left out.
 */
const base64Forms = (bytes: Buffer): ReadonlyArray<string> => {
  const forms = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString("base64")
      .replace(/=+$/, "")
    const first = Math.ceil((before * 8) / 6)
    const last = Math.floor(((before + bytes.length) * 8) / 6)
    return text.slice(first, last)
  })
  const both = forms.flatMap((text) => [text, text.replaceAll("+", "-").replaceAll("/", "_")])
  return [...new Set(both)].filter((text) => text.length >= shortest)
}

/** With what must be encoded in a URL's parts, in both cases of hexadecimal digits; none when that changes nothing. */
const urlEncoded = (bytes: Buffer): ReadonlyArray<string> => {
  const plain = bytes.toString("latin1")
  const encode = (form: RegExp): string => {
    let text = ""
    for (const byte of bytes) {
      const letter = String.fromCharCode(byte)
      text += form.test(letter) ? letter : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`
    }
    return text
  }
  // As encodeURIComponent does, and as RFC 3986 does.
  const forms = [encode(/[A-Za-z0-9\-_.!~*'()]/), encode(/[A-Za-z0-9\-_.~]/)]
  const lower = forms.map((text) => text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()))
  return [...new Set([...forms, ...lower])].filter((text) => text !== plain)
}
