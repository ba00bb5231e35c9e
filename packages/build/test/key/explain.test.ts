import { describe, expect, it } from "vitest"
import { ofBytes } from "@gantry/core/image/Digest"
import type { StepKey } from "@gantry/core/store/BuildCache"
import { describeCause as tell } from "../../src/key/describe-cause.ts"
import { explain, type Told } from "../../src/key/explain.ts"
import type { ListedFile } from "../../src/key/file-list.ts"
import { writeRecord } from "../../src/key/record-text.ts"
import { type CopyFacts, type RunFacts, spellFacts, type StepFacts } from "../../src/key/StepFacts.ts"

const on = ofBytes("on")
const step = ofBytes("step") as StepKey
const runFacts: RunFacts = {
  format: "gantry.run.1",
  parent: { image: ofBytes("base"), platform: "linux/amd64" },
  epoch: "",
  argv: ["/bin/sh", "-c", "make"],
  env: { PATH: "/bin" },
  args: { A: "1" },
  cwd: "/",
  user: "",
  network: "default",
  files: [],
  mounts: [],
  options: {}
}
const copyFacts: CopyFacts = {
  format: "gantry.copy.1",
  parent: { step },
  epoch: "",
  origin: { files: ofBytes("list") },
  inline: [],
  dest: "/",
  chown: "",
  chmod: "",
  archives: "keep"
}
const file = (path: string, content: string, mode = 0o644): ListedFile => ({
  path,
  type: "file",
  mode,
  content: ofBytes(content)
})
const instruction = "RUN make"
const recorded = (told: Told) => ({ facts: writeRecord(told), instruction: told.instruction })
const compare = (before: StepFacts, now: StepFacts, old: ReadonlyArray<ListedFile> = [], fresh = old) =>
  explain(recorded({ on, facts: spellFacts(before), instruction, files: old }), {
    on,
    facts: spellFacts(now),
    instruction,
    files: fresh
  })

describe("explain", () => {
  it("says when a record cannot be read", () => {
    const now = { on, facts: spellFacts(runFacts), instruction, files: [] }
    expect(explain({ facts: "rubbish", instruction }, now)).toEqual({ kind: "damaged" })
  })

  it.each<[string, Partial<RunFacts>, string]>([
    ["a command", { argv: ["/bin/sh", "-c", "make all"] }, 'argv: "/bin/sh -c make" → "/bin/sh -c make all"'],
    ["words that only look the same", { argv: ["/bin/sh", "-c make"] }, "argv changed"],
    ["a variable", { env: { PATH: "/usr/bin" } }, "ENV PATH: /bin → /usr/bin"],
    ["a new variable", { env: { PATH: "/bin", X: "1" } }, "ENV X: new, 1"],
    ["an argument that is gone", { args: {} }, "ARG A: gone, it was 1"],
    ["two arguments", { args: { A: "2", B: "" } }, 'ARG A: 1 → 2; ARG B: new, ""'],
    ["a user", { user: "bob" }, 'user: "" → bob'],
    ["an option", { options: { host: "a" } }, "option host: new, a"],
    [
      "the platform",
      { parent: { image: ofBytes("base"), platform: "linux/arm64" } },
      "platform: linux/amd64 → linux/arm64"
    ],
    ["the step before", { parent: { step } }, "the step before it changed"],
    ["the base", { parent: { scratch: "linux/amd64" } }, `base: ${ofBytes("base").slice(7, 19)} → scratch`]
  ])("names %s", (_, change, sentence) => {
    expect(tell(compare(runFacts, { ...runFacts, ...change }))).toBe(sentence)
  })

  it("shows where long texts that begin alike part", () => {
    const long = (end: string): RunFacts => ({
      ...runFacts,
      argv: ["/bin/sh", "-c", `${"cd src && ".repeat(10)}${end}`]
    })
    expect(tell(compare(long("make all"), long("make install")))).toBe(
      'argv: "…c && cd src && make all" → "…c && cd src && make install"'
    )
    const [short = "", longer = ""] = ["", "x".repeat(100)].map((rest) => "y".repeat(100) + rest)
    expect(tell(compare({ ...runFacts, cwd: short }, { ...runFacts, cwd: longer }))).toBe(
      `cwd: "…${"y".repeat(20)}" → "…${"y".repeat(20)}${"x".repeat(38)}…"`
    )
  })

  it("names the files, and how many more", () => {
    const old = [file("a", "1"), file("b", "2"), file("c", "3"), file("d", "4")]
    const fresh = [file("a", "one"), file("b", "2", 0o755), file("d", "4"), file("e", "5"), file("f", "6")]
    const origin = { files: ofBytes("other") }
    const cause = compare(copyFacts, { ...copyFacts, origin }, old, fresh)
    expect(cause).toMatchObject({
      kind: "file",
      path: "a",
      change: "content",
      others: [
        { path: "b", change: "mode", before: "0644", now: "0755" },
        { path: "c", change: "removed" },
        { path: "e", change: "added" },
        { path: "f", change: "added" }
      ]
    })
    expect(tell(cause)).toMatch(/^a: content \w{12} → \w{12}; b: mode 0644 → 0755; c: removed; and 2 more$/)
  })

  it("names another instruction, and a setting by its instruction", () => {
    const config = { format: "gantry.config.1", parent: { step }, instruction: "CMD", change: ["a"] } as const
    const another = { on, facts: spellFacts(config), instruction: 'CMD ["a"]', files: [] }
    expect(
      tell(explain(recorded({ ...another, facts: spellFacts(copyFacts), instruction: "COPY a /" }), another))
    ).toBe('instruction: "COPY a /" → "CMD [\\"a\\"]"')
    expect(tell(compare(config, { ...config, change: ["b"] }))).toBe("CMD: a → b")
    const env = {
      ...config,
      instruction: "ENV",
      change: [
        ["A", "1"],
        ["B", "2"]
      ]
    }
    expect(
      tell(
        compare(env, {
          ...env,
          change: [
            ["A", "1"],
            ["B", "3"]
          ]
        })
      )
    ).toBe("ENV B: 2 → 3")
    expect(
      tell(
        compare(env, {
          ...env,
          change: [
            ["B", "2"],
            ["A", "1"]
          ]
        })
      )
    ).toBe('ENV: "A 1 B 2" → "B 2 A 1"')
  })

  it("lets the instruction's text stand for what it says, and names a link's target", () => {
    const before = { on, facts: spellFacts(runFacts), instruction: "RUN make", files: [] }
    const facts = spellFacts({ ...runFacts, argv: ["/bin/sh", "-c", "make all"], user: "bob" })
    expect(explain(recorded(before), { ...before, facts, instruction: "RUN make all" })).toEqual({
      kind: "instruction",
      before: "RUN make",
      now: "RUN make all",
      others: [{ kind: "input", name: "user", before: "", now: "bob" }]
    })
    const link = (content: string): ListedFile => ({ path: "l", type: "symlink", mode: 0o777, content })
    const old = [link("a/long/way/to/the/target/1")]
    const fresh = [link("a/long/way/to/the/target/2")]
    expect(compare(copyFacts, { ...copyFacts, origin: { files: ofBytes("other") } }, old, fresh)).toMatchObject({
      kind: "file",
      path: "l",
      change: "target",
      now: "a/long/way/to/the/target/2"
    })
  })

  it("tells a result that is gone from one that was made again", () => {
    expect(tell(compare(runFacts, runFacts))).toBe("its earlier result is no longer in the store")
    const now = { on, facts: spellFacts(runFacts), instruction, files: [] }
    const again = explain(recorded({ ...now, on: ofBytes("before") }), now)
    expect(tell(again)).toBe("an earlier step was run again")
  })
})
