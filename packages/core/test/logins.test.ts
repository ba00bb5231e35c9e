import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { coverLogins, loginsIn, markLogins } from "../src/logins.ts"

describe("logins in addresses", () => {
  it.each([
    ["https://user:pw@host/x", "https://***@host/x"],
    ["https://TOKEN@host/x", "https://***@host/x"],
    ["a https://u:p@b.org,git+ssh://g:q@c.org d", "a https://***@b.org,git+ssh://***@c.org d"],
    ["https://user:p@ss@host", "https://***@host"],
    [`curl "HTTPS://u:p@host" 'ftp://x:y@h'`, `curl "HTTPS://***@host" 'ftp://***@h'`],
    ["--mirror=https://a.org,https://u:p@b.org", "--mirror=https://a.org,https://***@b.org"]
  ])("are covered: %s", (text, covered) => {
    expect(coverLogins(text)).toBe(covered)
    expect(coverLogins(covered)).toBe(covered)
  })

  it.each([
    "https://host/a@b",
    "https://host:80/x?mail=a@b",
    "ssh://git@host/x",
    "git@host:x.git",
    "https://user:${TOKEN}@host/x",
    "https://$TOKEN@host/x",
    "https://host is what a@b says",
    "https://@host"
  ])("are not seen where there are none: %s", (text) => {
    expect([coverLogins(text), markLogins(text), loginsIn(text).size]).toEqual([text, text, 0])
  })

  it("are told apart by their marks, which are not covered again", () => {
    const [one, other] = ["https://u:p@host", "https://u:q@host"].map(markLogins)
    expect(one).toMatch(/^https:\/\/\*{3}[0-9a-f]{16}@host$/)
    expect(one).not.toBe(other)
    expect(coverLogins(one ?? "")).toBe(one)
    expect(markLogins(one ?? "")).not.toBe(one)
  })

  it("leave nothing behind, whatever they are", () => {
    const word = fc.stringMatching(/^[A-Za-z0-9!$&()*+,;=:%@._~-]{6,20}$/).filter((text) => !/\$/.test(text))
    fc.assert(
      fc.property(word, word, fc.constantFrom("RUN curl ", "ADD ", 'ENV A="'), (user, password, before) => {
        const text = `${before}https://${user}:${password}@host.org/x`
        expect(coverLogins(text)).toBe(`${before}https://***@host.org/x`)
        expect(markLogins(text)).not.toContain(password)
        expect([...loginsIn(text)]).toContain(`${user}:${password}@`)
      })
    )
  })

  it("are looked for in long texts as fast as these are read", () => {
    const long = "a0".repeat(1_000_000)
    for (const text of [long, `${long}@${long}`, `${"://".repeat(300_000)}${long}`, "x://".repeat(200_000)]) {
      expect(coverLogins(`https://u:p@host ${text}`)).toBe(`https://***@host ${text}`)
    }
    expect(coverLogins(`https://${long}:p@host`)).toBe("https://***@host")
  })

  it("are found as programs decode them, too", () => {
    expect([...loginsIn("https://u:p%40ss@host")]).toEqual(["u:p%40ss@", "u:p@ss@"])
    expect([...loginsIn("https://u:100%@host")]).toEqual(["u:100%@"])
  })
})
