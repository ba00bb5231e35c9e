import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import type { BuildBench, Outcome } from "./BuildBench.ts"
import { alike, alone, changes, same } from "./compared-builds.ts"
import { cutoffLaws } from "./early-cutoff.ts"
import type { Damage } from "./faults.ts"
import { forAll, type Law } from "./Law.ts"
import { dockerfile, type Scenario, scenarioOf, scenarios } from "./samples/dockerfiles.ts"
import { type Edited, edits, fileEdit, following, lineEdit } from "./samples/dockerfile-edits.ts"

const ways = fc.constantFrom<"text" | "mode" | "added" | "removed">("text", "mode", "added", "removed")

/** Anywhere, and at records in particular: what is killed there has left the most behind. */
const kills = fc.oneof(
  fc.record({ of: fc.constant("any" as const), write: fc.nat(30), done: fc.boolean() }),
  fc.record({ of: fc.constant("records" as const), write: fc.nat(6), done: fc.boolean() })
)

/** Which record, the newest being the first: the sample's own before those of all others. */
const places = fc.oneof({ weight: 3, arbitrary: fc.nat(9) }, { weight: 1, arbitrary: fc.nat(400) })

const damages = fc.constantFrom<Damage>("cut", "other facts", "no layer")

/** What may happen to a project and its cache. */
const deeds = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ type: "build" } as const) },
  { weight: 3, arbitrary: edits.map((edit) => ({ type: "edit", edit }) as const) },
  {
    weight: 2,
    arbitrary: kills.map((kill) => ({ type: "kill", kill }) as const)
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("evict" as const), at: places }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("damage" as const), at: places, how: damages }) }
)

/** An argument that commands see. */
const argumentSeen = scenarioOf(
  { kind: "arg", name: "X", value: "a" },
  { kind: "run", command: "true" },
  { kind: "run", command: "make a" }
)

/** Its last stage copies the whole context, and does something after it. */
const copyingAll = (scenario: Scenario): Scenario => ({
  ...scenario,
  stages: scenario.stages.map((stage, index) =>
    index < scenario.stages.length - 1
      ? stage
      : {
          ...stage,
          lines: [
            ...stage.lines,
            { kind: "copy", source: ".", to: "/all/", flag: "" },
            { kind: "run", command: "make a" }
          ]
        }
  )
})

/** A script in a heredoc is another one, and the first line of its instruction the same. */
const scriptEdited: [Scenario, (scenario: Scenario) => Edited] = [
  scenarioOf({ kind: "run", command: "make a" }, { kind: "script", body: "make a" }),
  (scenario) => lineEdit(scenario, 1) ?? fileEdit(scenario, 0, "text")
]

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
    // Most files of a scenario are read by nobody; where all are copied, each of them is.
    fc.tuple(fc.oneof(scenarios, scenarios.map(copyingAll)), fc.nat(40), ways),
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
    // Of the few lines whose change is not seen where it is made, more than their share.
    fc.tuple(scenarios, fc.nat(40), fc.constantFrom(undefined, undefined, "arg" as const)),
    ([scenario, at, kind]) =>
      Effect.gen(function* () {
        const { bench, own } = yield* alone(scenario)
        const edited = lineEdit(own, at, kind)
        if (edited === undefined) return true
        yield* bench.warm(own)
        return same((yield* bench.warm(edited.scenario)).ran, edited.again)
      }),
    { runs: 50, examples: [[argumentSeen, 0, undefined]] }
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
    { runs: 50, examples: [scriptEdited] }
  ),

  forAll(
    "BUILD-5",
    "builds of the same at the same time do each step once",
    fc.tuple(scenarios, fc.integer({ min: 2, max: 4 })),
    ([scenario, builds]) =>
      Effect.gen(function* () {
        const { bench, own } = yield* alone(scenario)
        const cost = (work: Effect.Effect<unknown, unknown>) =>
          Effect.gen(function* () {
            const before = yield* bench.executed
            yield* work
            return (yield* bench.executed) - before
          })
        const once = yield* cost(bench.warm(own))
        const other = { ...own, base: yield* bench.fresh }
        const outcomes: Array<Outcome> = []
        const one = Effect.map(bench.warm(other), (outcome) => void outcomes.push(outcome))
        const all = yield* cost(
          Effect.all(
            Array.from({ length: builds }, () => one),
            { concurrency: "unbounded" }
          )
        )
        const cold = yield* bench.cold(other)
        return all === once && outcomes.length === builds && outcomes.every((each) => alike(each, cold))
      }),
    { runs: 20 }
  ),

  forAll(
    "BUILD-6",
    "after a build that was killed at any of its writes the next one gives the image of a cold one",
    fc.tuple(scenarios, fc.option(edits, { freq: 1 }), kills),
    ([scenario, edit, kill]) =>
      Effect.gen(function* () {
        const { bench, own } = yield* alone(scenario)
        // What is killed stands on an empty cache, or on one that a neighbour has filled.
        if (edit !== null) yield* bench.warm(edit(own).scenario)
        yield* Effect.exit(bench.warm(own, { kill }))
        const next = yield* bench.warm(own)
        return alike(next, yield* bench.cold(own)) && (yield* bench.warm(own)).ran.size === 0
      }),
    { runs: 40 }
  ),

  forAll(
    "BUILD-7",
    "a record that is cut, of another step or without its layer is a miss, never a failure and never another image",
    fc.tuple(scenarios, fc.array(fc.tuple(places, damages), { minLength: 1, maxLength: 6 })),
    ([scenario, blows]) =>
      Effect.gen(function* () {
        const { bench, own } = yield* alone(scenario)
        yield* bench.warm(own)
        for (const [at, how] of blows) yield* bench.damage(at, how)
        return alike(yield* bench.warm(own), yield* bench.cold(own))
      }),
    { runs: 40 }
  ),

  forAll(
    "BUILD-8",
    "after any edits, builds, kills, evictions and damages a build is what a cold one is, and a second one runs nothing",
    fc.tuple(scenarios, fc.array(deeds, { minLength: 1, maxLength: 8 })),
    ([scenario, story]) =>
      Effect.gen(function* () {
        const { bench, own } = yield* alone(scenario)
        let now = own
        for (const deed of story) {
          switch (deed.type) {
            case "edit":
              now = deed.edit(now).scenario
              break
            case "kill":
              yield* Effect.exit(bench.warm(now, { kill: deed.kill }))
              break
            case "evict":
              yield* bench.evict(deed.at)
              break
            case "damage":
              yield* bench.damage(deed.at, deed.how)
              break
            case "build": {
              const warm = yield* bench.warm(now)
              if (!alike(warm, yield* bench.cold(now))) return false
              if ((yield* bench.warm(now)).ran.size !== 0) return false
            }
          }
        }
        return alike(yield* bench.warm(now), yield* bench.cold(now))
      }),
    { runs: 60 }
  ),

  ...cutoffLaws
]
