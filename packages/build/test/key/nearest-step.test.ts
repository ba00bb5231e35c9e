import { describe, expect, it } from "vitest"
import { ofBytes } from "@gantry/core/image/Digest"
import type { NearStep, StepKey } from "@gantry/core/store/BuildCache"
import { type Nearest, nearestStep } from "../../src/key/nearest-step.ts"

const base = ofBytes("base")
const keyOf = (number: number) => ofBytes(`step ${number}`) as StepKey

/** What a build of these instructions on the base has left. */
const built = (texts: ReadonlyArray<string>, stage: string | null = "web"): ReadonlyArray<NearStep> =>
  texts.map((instruction, index) => ({
    key: keyOf(index + 2),
    instruction,
    parent: index === 0 ? base : keyOf(index + 1),
    createdAt: index,
    ...(stage === null ? {} : { place: { stage, number: index + 2 } })
  }))

/** Builds `texts` after `before`; the first `hits` instructions are unchanged. */
const after = (before: ReadonlyArray<NearStep>, texts: ReadonlyArray<string>, hits: number, parent?: string): Nearest =>
  nearestStep(
    {
      stage: "web",
      number: hits + 2,
      instruction: texts[hits] ?? "",
      parent: parent ?? (hits === 0 ? base : keyOf(hits + 1)),
      isOnStep: hits > 0,
      texts
    },
    before
  )

const told = (nearest: Nearest): string => {
  switch (nearest.is) {
    case "changed":
      return `changed from ${nearest.from.instruction}`
    case "added":
      return `added above ${nearest.above ?? "nothing"}`
    case "following":
      return `following ${nearest.removed}`
    case "unknown":
      return "unknown"
  }
}

describe("the step that a missed one is compared with", () => {
  it.each<[string, ReadonlyArray<string>, ReadonlyArray<string>, number, string]>([
    ["is the one that stood there", ["a", "b", "c"], ["a", "B", "c"], 1, "changed from b"],
    ["is the one of the same text", ["a", "b", "c"], ["a", "b", "c"], 1, "changed from b"],
    ["is none for an added one", ["a", "b", "c"], ["a", "new", "b", "c"], 1, "added above b"],
    ["is none for one added first", ["a", "b"], ["new", "a", "b"], 0, "added above a"],
    ["is none for one added last", ["a", "b"], ["a", "b", "new"], 2, "added above nothing"],
    ["names what was taken away", ["a", "b", "c"], ["a", "c"], 1, "following b"],
    ["is the one that was exchanged", ["a", "b", "c"], ["a", "c", "b"], 1, "changed from b"],
    ["is the one that stood there, when others say the same", ["b", "b"], ["B", "b"], 0, "changed from b"],
    ["is none for one more of the same", ["a", "b"], ["a", "a", "b"], 1, "added above b"],
    ["is unknown without an earlier build", [], ["a"], 0, "unknown"]
  ])("%s", (_, before, now, hits, expected) => {
    expect(told(after(built(before), now, hits))).toBe(expected)
  })

  it("is the one of the same text when the base is another", () => {
    expect(told(after(built(["a", "b"]), ["a", "b"], 0, ofBytes("other")))).toBe("changed from a")
    expect(told(after(built(["a", "b"]), ["b", "a"], 0, ofBytes("other")))).toBe("changed from b")
    expect(told(after(built(["a", "b"]), ["c", "a"], 0, ofBytes("other")))).toBe("changed from a")
  })

  it("is found when the stage was renamed", () => {
    expect(told(after(built(["a", "b"], "old"), ["a", "B"], 1))).toBe("changed from b")
  })

  it("is not one of another Dockerfile on the same image, but one after the same steps", () => {
    const foreign = built(["a", "b"], null)
    expect(told(after(foreign, ["a"], 0))).toBe("unknown")
    expect(told(after(foreign, ["a", "b"], 1))).toBe("changed from b")
    expect(told(after(foreign, ["a", "x"], 1))).toBe("unknown")
  })
})
