import * as Either from "effect/Either"
import { describe, expect, it } from "vitest"
import { open } from "../../src/context/ContextTree.ts"
import { compilePatterns } from "../../src/context/ignore-file.ts"
import type { StepNode } from "../../src/graph/BuildGraph.ts"
import { ofTree } from "../../src/solve/BuildContext.ts"
import { ignoredSources } from "../../src/solve/ignored-sources.ts"
import type { StepAction } from "../../src/solve/stage-state.ts"
import { withTree } from "../context/temporary-tree.ts"

const copy = { kind: "copy", unpack: false, inline: [], dest: "/", exclude: [], parents: false, link: false } as const
const range = { start: { line: 2, column: 1 }, end: { line: 2, column: 9 } }
const node = { instruction: { range } } as unknown as StepNode

/** Messages about an action, where `*.log` is left out of `a.log` and `b`. */
const saidOf = (action: object) =>
  withTree({ "a.log": "", b: "" }, (root) => {
    const tree = open(root, Either.getOrThrow(compilePatterns(["*.log"])))
    const whole = { ...copy, optional: false, ...action } as unknown as StepAction
    return ignoredSources(whole, node, ofTree(tree), ["FROM scratch", "COPY a.log /"])
  })

describe("a copy of what the ignore file leaves out", () => {
  it("is warned of where it stands, each source by itself", () => {
    expect(saidOf({ sources: ["b", "a.log", "./a.log"] })).toMatchObject([
      { severity: "warning", code: "copies-ignored", range, source: "COPY a.log /" },
      { code: "copies-ignored" }
    ])
    expect(saidOf({ sources: ["a.log"] })[0]?.message).toContain("a.log is left out of the build context by line 1")
  })

  it("is none from another stage, an address, what is missing, or where nothing has to be there", () => {
    expect(saidOf({ sources: ["a.log"], from: { of: "stage", index: 0 } })).toEqual([])
    expect(saidOf({ sources: ["http://localhost/a.log", "none", "b", "*"] })).toEqual([])
    expect(saidOf({ sources: ["a.log"], optional: true })).toEqual([])
    expect(saidOf({ kind: "config" })).toEqual([])
  })
})
