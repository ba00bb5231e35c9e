import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { byCodeUnit, isBelow, joinPath, nameOf, parentOf, safePath } from "../../src/tree/safe-path.ts"

/** Near misses of a climb: parts that are one, and parts that look like one. */
const parts = fc.constantFrom("..", ".", "", "a", "...", "..a", "a..", ".a", "%2e%2e", "\\..", "é", "a b")
const names = fc.array(parts, { minLength: 1, maxLength: 6 }).map((each) => each.join("/"))

describe("safePath", () => {
  it("refuses exactly the names that are empty or hold a climb", () => {
    fc.assert(
      fc.property(names, (name) => {
        expect(typeof safePath(name) === "string").toBe(name !== "" && !name.split("/").includes(".."))
      })
    )
  })

  it("gives a path in its plain form, which it leaves as it is", () => {
    fc.assert(
      fc.property(names, (name) => {
        const path = safePath(name)
        fc.pre(typeof path === "string" && path !== "")
        expect(safePath(path as string)).toBe(path)
        expect((path as string).split("/").some((part) => part === "" || part === "." || part === "..")).toBe(false)
      })
    )
  })

  it("takes an absolute name as one below the root, and the root by any of its names", () => {
    expect(safePath("/etc/passwd")).toBe("etc/passwd")
    expect(["/", ".", "./", "//"].map(safePath)).toEqual(["", "", "", ""])
  })

  it("refuses zero bytes, names that are not UTF-8 and names the kernel would not take", () => {
    for (const name of ["a\0b", "a\ud800", "a\u{fffd}", "x".repeat(256), "a/".repeat(2049), "é".repeat(128)]) {
      expect(safePath(name)).toMatchObject({ path: name })
    }
    expect(safePath("x".repeat(255))).toBe("x".repeat(255))
  })
})

describe("paths", () => {
  it("are their parent and their name joined", () => {
    for (const path of ["a", "a/b", "a/b/c"]) expect(joinPath(parentOf(path), nameOf(path))).toBe(path)
  })

  it("lie below a directory only behind a slash", () => {
    expect([isBelow("a/b", "a"), isBelow("ab", "a"), isBelow("a", "a"), isBelow("a", ""), isBelow("", "")]).toEqual([
      true,
      false,
      false,
      true,
      false
    ])
  })

  it("are sorted with parents first", () => {
    expect(["a/b", "a-b", "a", "é", "B"].toSorted(byCodeUnit)).toEqual(["B", "a", "a-b", "a/b", "é"])
  })
})
