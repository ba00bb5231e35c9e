import { describe, expect, it } from "vitest"
import { checkDocs } from "../../house/docs.ts"
import { checkDoors, checkTiny } from "../../house/doors.ts"
import { checkSizes } from "../../house/sizes.ts"
import { makeSource } from "../../house/sources.ts"
import { checkWords } from "../../house/words.ts"

const doors = (path: string, text: string) => checkDoors([makeSource(path, text)]).map(({ what }) => what)
const words = (path: string, text: string) => checkWords([makeSource(path, text)]).map(({ rule }) => rule)
const docs = (path: string, text: string) => checkDocs([makeSource(path, text)]).map(({ what }) => what)

describe("doors", () => {
  it.each([
    ["packages/build/src/a.ts", 'import { x } from "@gantry/core/x"'],
    ["packages/engine/src/a.ts", 'import { x } from "@gantry/linux/x"'],
    ["packages/linux/src/a.ts", 'import type { X } from "@gantry/core/x"'],
    ["packages/linux/src/a.ts", 'import { type X, type Y } from "@gantry/core/x"'],
    ["plugins/memory/src/a.ts", 'import {\n  x\n} from "@gantry/core/x"'],
    ["plugins/store-fs/test/a.test.ts", 'import { x } from "@gantry/plugin-memory/x"'],
    ["apps/cli/src/compose.ts", 'import { x } from "@gantry/plugin-memory/x"'],
    ["apps/cli/src/bin.ts", 'await import("@gantry/plugin-store-fs/unpack/main")'],
    ["packages/core/test/a.test.ts", 'import { Effect } from "effect"']
  ])("are open in %s for %s", (path, text) => {
    expect(doors(path, text)).toEqual([])
  })
  it.each([
    ["packages/core/src/a.ts", 'import { x } from "@gantry/build/x"'],
    ["packages/build/src/a.ts", 'import type { X } from "@gantry/engine/x"'],
    ["packages/linux/src/a.ts", 'import { x } from "@gantry/core/x"'],
    ["packages/linux/src/a.ts", 'import { type X, y } from "@gantry/core/x"'],
    ["packages/engine/src/a.ts", 'import { x } from "@gantry/plugin-store-fs/x"'],
    ["packages/engine/src/a.ts", 'import { x } from "@gantry/laws/x"'],
    ["packages/engine/src/a.ts", 'export { x } from "@gantry/laws/x"'],
    ["plugins/store-fs/src/a.ts", 'import { x } from "@gantry/plugin-memory/x"'],
    ["plugins/store-fs/test/a.test.ts", 'import { x } from "@gantry/plugin-network-bridge/x"'],
    ["apps/cli/src/main.ts", 'const x = import("@gantry/plugin-memory/x")'],
    ["packages/build/src/a.ts", 'import { x } from "../../core/src/x.ts"'],
    ["packages/core/src/a.ts", 'import { Effect } from "effect"'],
    ["plugins/memory/src/a.ts", 'import * as fc from "fast-check"']
  ])("are closed in %s for %s", (path, text) => {
    expect(doors(path, text)).toHaveLength(1)
  })
  it("are not asked for what a comment says", () => {
    expect(doors("packages/core/src/a.ts", '// import { x } from "@gantry/build/x"')).toEqual([])
  })
})

describe("tiny processes", () => {
  const others = ["init/main", "init/sequences"].map((name) =>
    makeSource(`plugins/runtime-namespace/src/${name}.ts`, "")
  )
  const rest = [
    "apps/cli/src/bin.ts",
    "apps/cli/src/main.ts",
    "plugins/runtime-oci/src/run/main.ts",
    "plugins/runtime-oci/src/run/print.ts",
    "plugins/store-fs/src/pack/main.ts",
    "plugins/store-fs/src/unpack/main.ts"
  ].map((path) => makeSource(path, ""))
  const supervisor = (text: string) => makeSource("packages/engine/src/supervisor/main.ts", text)
  const heavy = makeSource("packages/core/src/words.ts", 'import * as Effect from "effect/Effect"')

  it("may use the types of Effect, and load it later", () => {
    const text = 'import type { X } from "@gantry/core/words"\nconst later = () => import("@gantry/core/words")'
    expect(checkTiny([...others, ...rest, heavy, supervisor(text)])).toEqual([])
  })
  it("do not load Effect, also not by way of another file", () => {
    const [finding] = checkTiny([...others, ...rest, heavy, supervisor('import { x } from "@gantry/core/words"')])
    expect(finding?.what).toContain("packages/engine/src/supervisor/main.ts → packages/core/src/words.ts")
  })
  it("are missed when they are not there", () => {
    expect(checkTiny([...others, ...rest])).toHaveLength(1)
  })
})

describe("words", () => {
  it.each([
    ["globals", "packages/core/src/a.ts", "const x = process.env['A']"],
    ["globals", "plugins/memory/src/a.ts", "Bun.sleep(1)"],
    ["globals", "packages/core/src/a.ts", "globalThis.process.exit()"],
    ["edges", "packages/engine/src/a.ts", "Effect.runPromise(x)"],
    ["any", "packages/core/src/a.ts", "const x = y as any"],
    ["any", "packages/core/src/a.ts", "const x: Array<any> = y"],
    ["tests", "packages/core/test/a.test.ts", "describe.only('x')"],
    ["tests", "packages/core/test/a.test.ts", "it.skip('x', f)"],
    ["barrels", "packages/core/src/a.ts", 'export * from "./b.ts"']
  ])("of the rule %s are found in %s: %s", (rule, path, text) => {
    expect(words(path, text)).toEqual([rule])
  })
  it.each([
    ["apps/cli/src/a.ts", "process.exit(1)"],
    ["packages/laws/src/a.ts", "Effect.runPromise(x)"],
    ["packages/core/src/a.ts", "spec.process.env"],
    ["packages/core/src/a.ts", "const { process } = spec\nprocess.cwd()"],
    ["packages/core/src/a.ts", "Schema.any; // as any"],
    ["packages/core/test/a.test.ts", "list.skip(1)"]
  ])("that only look alike are left alone in %s: %s", (path, text) => {
    expect(words(path, text)).toEqual([])
  })
})

describe("docstrings", () => {
  const law = makeSource("packages/laws/src/a-laws.ts", 'const x = law("BLOB-1", "…")')

  it("are missed", () => {
    expect(docs("packages/core/src/a.ts", "export const a = 1")).toEqual(["a has no docstring"])
  })
  it("are not missed where they stand, and one is enough for a value and a type", () => {
    expect(docs("packages/core/src/a.ts", "/** A. */\nexport const A = 1\nexport type A = 1")).toEqual([])
  })
  it("may cite a law that exists, and name a standard", () => {
    const cites = makeSource("packages/core/src/a.ts", "/** In UTF-8 (BLOB-1). */\nexport const a = 1")
    expect(checkDocs([law, cites])).toEqual([])
  })
  it("may not cite another", () => {
    const cites = makeSource("packages/core/src/a.ts", "/** See BLOB-2. */\nexport const a = 1")
    expect(checkDocs([law, cites]).map(({ what }) => what)).toEqual(["there is no law BLOB-2"])
  })
})

describe("sizes", () => {
  it("are warned about, not refused", () => {
    const [finding] = checkSizes([makeSource("packages/core/src/a.ts", "\n".repeat(400))])
    expect(finding?.warning).toBe(true)
  })
})
