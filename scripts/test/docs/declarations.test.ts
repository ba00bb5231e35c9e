import { describe, expect, it } from "vitest"
import { chapter, declarationsOf } from "../../docs/declarations.ts"

const file = `import type { Digest } from "./Digest.ts";
/** Two of a kind. See {@link make}. */
export interface Pair {
    /** The one. */
    readonly one: {
        readonly digest: Digest;
    };
}
declare const Tag_base: Context.TagClass<Tag, "Tag", Pair>;
/** The tag. */
export declare class Tag extends Tag_base {
}
declare const hidden: number;
/**
 * Makes a pair.
 *
 * @example
 * \`\`\`ts
 * make(1)
 * \`\`\`
 */
export declare const make: (one: number) => Pair;
export declare const bare = 1;
export {};
`

describe("declarations of a module", () => {
  it("are what it exports, whole, each with its own docstring and nobody else's", () => {
    expect(declarationsOf(file).map(({ doc, name }) => [name, doc])).toEqual([
      ["Pair", "Two of a kind. See {@link make}."],
      ["Tag", "The tag."],
      ["make", "Makes a pair.\n\n@example\n```ts\nmake(1)\n```"],
      ["bare", ""]
    ])
    expect(declarationsOf(file)[0]?.code).toMatch(/^interface Pair \{[\s\S]*\n\}$/)
    expect(declarationsOf(file)[1]?.code).toBe("class Tag extends Context.Tag {\n}")
  })

  it("are a chapter, in which links are names and examples stay programs", () => {
    const text = chapter("@gantry/core/Pair", declarationsOf(file))
    expect(text).toContain("## @gantry/core/Pair\n\n### Pair\n\nTwo of a kind. See `make`.")
    expect(text).toContain("Example:\n\n```ts\nmake(1)\n```")
    expect(text).not.toContain("hidden")
  })
})
