import { describe, expect, it } from "vitest"
import { usedVariables } from "@gantry/compose/variables/used-variables"

const one = (name: string, said: object = {}) => ({ name, required: false, usual: "", instead: "", ...said })

describe("usedVariables", () => {
  it("finds every way of referring to one, and what stands in its place", () => {
    expect(usedVariables({ a: "$A ${B} ${C:-c} ${D-d}", b: ["${E:?why}", "${F?}", { c: "${G:+g}${H+h}" }] })).toEqual([
      one("A"),
      one("B"),
      one("C", { usual: "c" }),
      one("D", { usual: "d" }),
      one("E", { required: true }),
      one("F", { required: true }),
      one("G", { instead: "g" }),
      one("H", { instead: "h" })
    ])
  })

  it("finds those in what stands in the place of another", () => {
    expect(usedVariables("${A:-${B:-b}}")).toEqual([one("A", { usual: "${B:-b}" }), one("B", { usual: "b" })])
  })

  it("has each once, with all that is said of it", () => {
    expect(usedVariables(["${A}", "${A:-a}", "${A:+x}", "${A:?}"])).toEqual([
      one("A", { required: true, usual: "a", instead: "x" })
    ])
  })

  it("finds none in dollar signs, in numbers and in what is malformed", () => {
    expect(usedVariables(["$$A", "$${B}", "$", "${", "${1}", "$1", 7, true, null])).toEqual([])
  })
})
