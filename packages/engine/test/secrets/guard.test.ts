import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { TreeChange } from "@gantry/core/tree/TreeEntry"
import { atOnce } from "@gantry/core/turns"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { describeLeaks, guardOf } from "../../src/secrets/guard.ts"
import { tooShort } from "../../src/secrets/needles.ts"
import { secrets } from "./secrets.ts"

const meta = { mode: 0o644, uid: 0, gid: 0, mtimeNs: 0n }
const file = (path: string, text: string | Uint8Array): TreeChange => {
  const bytes = Buffer.from(text)
  return { ...meta, type: "file", path, size: bytes.length, content: { from: "bytes", bytes } }
}
const token = "ghp_s3cr3t/+ value"
const guard = guardOf(secrets({ token: `${token}\n` }))
const found = (...changes: ReadonlyArray<TreeChange>) =>
  guard === undefined ? undefined : atOnce(guard.inChanges(changes)).map(({ where }) => where)

describe("the guard of secrets", () => {
  it("finds a value in a file, whatever stands around it", () => {
    expect(found(file("app/.npmrc", `//r/:_authToken=${token};`), file("app/other", "nothing"))).toEqual([
      "/app/.npmrc"
    ])
  })

  it("finds a value wherever in a longer text it was encoded in base64, in both alphabets", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 7 }),
        fc.uint8Array({ maxLength: 7 }),
        fc.boolean(),
        (before, after, url) => {
          const text = Buffer.concat([before, Buffer.from(token), after]).toString(url ? "base64url" : "base64")
          expect(guard?.inText(text, "config")).toHaveLength(1)
        }
      )
    )
  })

  it("finds a long value in base64 that is broken into lines", () => {
    const long = Buffer.from("0123456789abcdef".repeat(40))
    const text = long.toString("base64").replace(/.{76}/g, "$&\n")
    expect(guardOf(secrets({ long }))?.inText(text, "x")).toHaveLength(1)
  })

  it.each([encodeURIComponent(token), encodeURIComponent(token).toLowerCase().replace("ghp_s3cr3t", "ghp_s3cr3t")])(
    "finds %s, a value encoded for URLs",
    (text) => {
      expect(guard?.inText(`https://u:${text}@host/`, "history")).toEqual([
        { id: "token", where: "history", form: "url-encoded" }
      ])
    }
  )

  it("finds a value in the name of a file and in the target of a link", () => {
    const link: TreeChange = { ...meta, type: "symlink", path: "l", target: `/x/${token}` }
    expect(found({ ...meta, type: "directory", path: `d/${token}` }, link)).toEqual([`the name of /d/${token}`, "/l"])
  })

  it("finds a value on both sides of the border of what is read at once", () => {
    const directory = mkdtempSync(join(tmpdir(), "gantry-guard-"))
    try {
      const path = join(directory, "big")
      for (const before of [1024 * 1024 - 5, 1024 * 1024, 2 * 1024 * 1024 - 1]) {
        writeFileSync(path, Buffer.concat([Buffer.alloc(before, "x"), Buffer.from(token), Buffer.alloc(10)]))
        expect(found({ ...meta, type: "file", path: "big", size: before, content: { from: "file", path } })).toEqual([
          "/big"
        ])
      }
    } finally {
      rmSync(directory, { recursive: true })
    }
  })

  it("finds nothing where a value is not, also when all but one letter are there", () => {
    fc.assert(
      fc.property(fc.nat(token.length - 1), (at) => {
        const near = `${token.slice(0, at)}\u0001${token.slice(at + 1)}`
        expect(found(file("a", near))).toEqual([])
      })
    )
  })

  it("does not look for values that are too short to mean anything, and says which", () => {
    const short = secrets({ a: "1\n", b: "", c: "long enough" })
    expect(tooShort(short)).toEqual(["a", "b"])
    expect(guardOf(secrets({ a: "yes" }))).toBeUndefined()
  })

  it("tells the first three leaks in one sentence", () => {
    const leaks = [1, 2, 3, 4].map((at) => ({ id: "t", where: `/f${at}`, form: "base64" as const }))
    expect(describeLeaks(leaks)).toBe(
      "secret t is in /f1 (base64); secret t is in /f2 (base64); secret t is in /f3 (base64); and 1 more"
    )
  })
})
