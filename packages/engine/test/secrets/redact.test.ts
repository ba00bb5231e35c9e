import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { redactorOf } from "../../src/secrets/redact.ts"
import type { Secrets } from "../../src/secrets/Secrets.ts"
import { secrets } from "./secrets.ts"

const all = secrets({ token: "hunter2hunter2\n", key: "-----BEGIN-----\nabcdefgh\nijk\n" })

/** A text in one piece. */
const redactText = (values: Secrets, text: string): string => {
  const { end, push } = redactorOf(values)!()
  return Buffer.concat([push(Buffer.from(text)), end()]).toString()
}

const cut = (text: string, sizes: ReadonlyArray<number>): ReadonlyArray<Buffer> => {
  const bytes = Buffer.from(text)
  const pieces: Array<Buffer> = []
  let at = 0
  for (const size of sizes) {
    pieces.push(bytes.subarray(at, at + size))
    at += size
  }
  return [...pieces, bytes.subarray(at)]
}

describe("output with secrets covered", () => {
  it("shows what is no secret as it is", () => {
    expect(redactText(all, "hunter2 hunted\n")).toBe("hunter2 hunted\n")
    expect(redactorOf(secrets({}))).toBeUndefined()
  })

  it("covers a value, its encoded forms, and each longer line of one with several", () => {
    expect(redactText(all, "a hunter2hunter2 b")).toBe("a *** b")
    expect(redactText(all, Buffer.from("u:hunter2hunter2").toString("base64"))).not.toContain("aHVudGVy")
    expect(redactText(all, "x abcdefgh y\nijk\n")).toBe("x *** y\nijk\n")
  })

  it("covers logins of addresses, and nothing that only looks like a part of one", () => {
    const { end, push } = redactorOf(secrets({}), ["postgres:postgres@", "token@"])!()
    const text = "postgres to pg://postgres:postgres@db/x and https://token@host, token\n"
    const shown = Buffer.concat([...cut(text, [17, 9, 40, 1]).map((piece) => push(piece)), end()]).toString()
    expect(shown).toBe("postgres to pg://***@db/x and https://***@host, token\n")
  })

  it("is the same however the output was cut", () => {
    const texts = fc.array(fc.constantFrom("hunter2", "hunter2hunter2", "h", "hunter", " ", "abcdefgh", "é", "\n"), {
      maxLength: 12
    })
    fc.assert(
      fc.property(texts, fc.array(fc.nat(5), { maxLength: 12 }), (parts, sizes) => {
        const text = parts.join("")
        const make = redactorOf(all)
        if (make === undefined) throw new Error("there is something to cover")
        const { end, push } = make()
        const shown = Buffer.concat([...cut(text, sizes).map((piece) => push(piece)), end()]).toString()
        expect(shown).toBe(redactText(all, text))
        expect(shown).not.toMatch(/hunter2hunter2|abcdefgh/)
      })
    )
  })

  it("keeps nothing back that cannot become a secret", () => {
    const make = redactorOf(all)
    expect(Buffer.from(make?.().push(Buffer.from("progress 10%\r")) ?? []).toString()).toBe("progress 10%\r")
  })
})
