import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { BuildBench, type Outcome } from "./BuildBench.ts"
import { forAll, type Law } from "./Law.ts"
import { dockerfile, type Scenario, scenarios } from "./samples/dockerfiles.ts"
import { edits, fileEdit, following, lineEdit } from "./samples/dockerfile-edits.ts"

const same = (a: ReadonlySet<string>, b: ReadonlySet<string>) =>
  a.size === b.size && [...a].every((each) => b.has(each))

const alike = (a: Outcome, b: Outcome) => a.image === b.image && a.tree === b.tree

/** A scenario on a base that no other sample has. */
const alone = (scenario: Scenario) =>
  Effect.gen(function* () {
    const bench = yield* BuildBench
    return { bench, own: { ...scenario, base: yield* bench.fresh } }
  })

const ways = fc.constantFrom<"text" | "mode" | "added" | "removed">("text", "mode", "added", "removed")

const changes = fc.tuple(scenarios, fc.array(edits, { minLength: 1, maxLength: 3 }))

/** What building with a cache must make true. */
export const buildLaws: ReadonlyArray<Law<BuildBench>> = [
  forAll(
    "CACHE-3",
    "a build with a full cache and a build with an empty cache give the same image",
    changes,
    ([scenario, edit]) =>
      Effect.gen(function* () {
        const { bench, own } = yield* alone(scenario)
        // The cache is full of neighbours: each a small change away from what is built last.
        const first = yield* bench.warm(own)
        let last = own
        for (const each of edit) {
          last = each(last).scenario
          const warm = yield* bench.warm(last)
          if (!alike(warm, yield* bench.cold(last))) return false
        }
        const again = yield* bench.warm(own)
        if (!alike(again, yield* bench.cold(own))) return false
        // And wholly cached it is the first image, byte for byte.
        return again.exact === first.exact
      }),
    { runs: 50 }
  ),

  forAll(
    "CACHE-4",
    "changing one file that no step reads re-runs nothing",
    fc.tuple(scenarios, fc.nat(), fc.constantFrom("text", "mode", "removed")),
    ([scenario, at, how]) =>
      Effect.gen(function* () {
        const { bench, own } = yield* alone(scenario)
        const files = new Map(own.files).set("unread/a", { text: "", mode: 0o644 })
        const withoutAll = own.stages.map((stage) => ({
          ...stage,
          lines: stage.lines.map((line) =>
            line.kind === "copy" && line.source === "." ? { ...line, source: "d" } : line
          )
        }))
        const before = { ...own, files, stages: withoutAll }
        const first = yield* bench.warm(before)
        const other = new Map(files)
        if (how === "removed") other.delete("unread/a")
        else other.set("unread/a", how === "text" ? { text: String(at), mode: 0o644 } : { text: "", mode: 0o755 })
        const second = yield* bench.warm({ ...before, files: other })
        return second.ran.size === 0 && second.exact === first.exact && second.tree === first.tree
      }),
    { runs: 30 }
  ),

  forAll(
    "CACHE-5",
    "changing one file that a step reads re-runs that step and what follows it, and nothing else",
    fc.tuple(scenarios, fc.nat(40), ways),
    ([scenario, at, how]) =>
      Effect.gen(function* () {
        const { bench, own } = yield* alone(scenario)
        yield* bench.warm(own)
        const { again, scenario: edited } = fileEdit(own, at, how)
        return same((yield* bench.warm(edited)).ran, again)
      }),
    { runs: 50 }
  ),

  forAll(
    "BUILD-1",
    "changing one instruction re-runs it and what follows it, and nothing else; an ARG from the first RUN that sees it",
    fc.tuple(scenarios, fc.nat(40)),
    ([scenario, at]) =>
      Effect.gen(function* () {
        const { bench, own } = yield* alone(scenario)
        const edited = lineEdit(own, at)
        if (edited === undefined) return true
        yield* bench.warm(own)
        return same((yield* bench.warm(edited.scenario)).ran, edited.again)
      }),
    { runs: 50 }
  ),

  forAll(
    "BUILD-2",
    "another base image or another platform re-runs everything",
    fc.tuple(scenarios, fc.boolean()),
    ([scenario, isPlatform]) =>
      Effect.gen(function* () {
        const { bench, own } = yield* alone(scenario)
        const other: Scenario = isPlatform ? { ...own, platform: "linux/arm64" } : { ...own, base: yield* bench.fresh }
        yield* bench.warm(own)
        return same(
          (yield* bench.warm(other)).ran,
          following(other, () => true)
        )
      }),
    { runs: 30 }
  ),

  forAll(
    "BUILD-3",
    "keys do not depend on names of stages, on the number of jobs, or on times, owners and order of files",
    fc.tuple(scenarios, fc.integer({ min: 1, max: 4 }), fc.bigInt(1n, 10n ** 18n)),
    ([scenario, jobs, mtimeNs]) =>
      Effect.gen(function* () {
        const { bench, own } = yield* alone(scenario)
        const first = yield* bench.warm(own)
        const renamed = dockerfile(own, (index) => `other-${index}`, "\n\n  # another\n")
        const text = `# a remark\n\n${renamed}\n`
        const files = new Map([...own.files].toReversed())
        const second = yield* bench.warm({ ...own, files }, { text, jobs, checkout: { mtimeNs, uid: 1000 } })
        return second.ran.size === 0 && JSON.stringify([...second.keys]) === JSON.stringify([...first.keys])
      }),
    { runs: 30 }
  ),

  forAll(
    "BUILD-4",
    "the reason given for the first step that runs is the change that was made",
    fc.tuple(scenarios, edits),
    ([scenario, edit]) =>
      Effect.gen(function* () {
        const { bench, own } = yield* alone(scenario)
        yield* bench.warm(own)
        const { again, cause, scenario: edited } = edit(own)
        const { causes } = yield* bench.warm(edited)
        const [first] = again
        if (first === undefined || cause === undefined) return true
        return (causes.get(first) ?? "").includes(cause)
      }),
    { runs: 50 }
  )
]
