import { isDeepStrictEqual } from "node:util"
import { ofBytes } from "@gantry/core/image/Digest"
import { ofMachine } from "@gantry/core/image/Platform"
import { parse } from "@gantry/build/dockerfile/parse"
import { lower } from "@gantry/build/graph/lower"
import { spell, unspell } from "@gantry/build/key/canonical"
import type { Parent, StepFacts } from "@gantry/build/key/StepFacts"
import { stepKey } from "@gantry/build/key/step-key"
import { factsOf } from "@gantry/build/solve/facts-of-action"
import { nextState } from "@gantry/build/solve/next-state"
import { wantedTrees } from "@gantry/build/solve/stand-on"
import { onImage, onStage, type StageState } from "@gantry/build/solve/stage-state"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as fc from "fast-check"
import { forAll, type Law } from "./Law.ts"
import { dockerfile, type Scenario, scenarios } from "./samples/dockerfiles.ts"
import { memoryContext } from "./samples/memory-context.ts"
import { atOnce } from "@gantry/core/turns"
import { canonicals, nearFacts, neighbours, runFacts, stepFacts } from "./samples/step-facts.ts"

/** Functions that make keys, held to the laws below. */
export interface KeysShape {
  readonly spell: typeof spell
  readonly unspell: typeof unspell
  readonly stepKey: (facts: StepFacts) => string
  /** Keys of all steps of a Dockerfile with the context of a scenario, in the order of the file. */
  readonly keysOf: (text: string, scenario: Scenario) => ReadonlyArray<string>
}

/** The service tag of {@link KeysShape}. */
export class Keys extends Context.Tag("@gantry/laws/Keys")<Keys, KeysShape>() {}

const platform = ofMachine("x64")

/** From text to keys by the pure functions alone, without a solver. `seen` may spoil the facts. */
export const keysOf =
  (
    spoil: (facts: StepFacts, place: { readonly stage: string; readonly line: number }) => StepFacts = (facts) => facts
  ) =>
  (text: string, { files }: Scenario): ReadonlyArray<string> => {
    const graph = Either.getOrThrowWith(
      Either.flatMap(parse(text), (file) => lower(file, { text, platform })),
      (problems) => new Error(problems[0].message)
    )
    const ends: Array<{ readonly state: StageState; readonly parent: Parent }> = []
    const keys: Array<string> = []
    for (const { base, name = "", steps } of graph.stages) {
      const below = base.of === "stage" ? ends[base.index] : undefined
      let state = below === undefined ? onImage(undefined, platform) : onStage(below.state)
      let parent: Parent = below?.parent ?? { image: ofBytes("base"), platform: "linux/amd64" }
      for (const node of steps) {
        const step = Either.getOrThrow(nextState(state, node, graph))
        state = step.state
        if (step.action.kind === "declare") continue
        const trees = wantedTrees({ action: step.action, node }).map((source) =>
          source?.of === "stage" ? ends[source.index]?.parent : undefined
        )
        const around = {
          parent,
          epoch: "",
          options: {},
          secretOptions: {},
          contexts: trees.map(() => memoryContext(files)),
          trees
        }
        const { facts } = Either.getOrThrow(atOnce(factsOf(step.action, around)))
        const key = stepKey(spoil(facts, { stage: name, line: node.instruction.range.start.line }))
        keys.push(key)
        parent = { step: key }
      }
      ends.push({ state, parent })
    }
    return keys
  }

/** The functions of the builder. */
export const honestKeys: KeysShape = { spell, unspell, stepKey, keysOf: keysOf() }

/** The functions of the builder, as a service. */
export const keys: Layer.Layer<Keys> = Layer.succeed(Keys, honestKeys)

/** What keys must make true. */
export const keyLaws: ReadonlyArray<Law<Keys>> = [
  forAll(
    "KEY-1",
    "a spelled value can be read back",
    canonicals,
    (value) =>
      Effect.map(Keys, (make) => {
        const text = make.spell(value)
        const read = make.unspell(text)
        const distinct = neighbours(value).every(
          (other) => isDeepStrictEqual(plain(other), plain(value)) || make.spell(other) !== text
        )
        return Either.isRight(read) && isDeepStrictEqual(plain(read.right), plain(value)) && distinct
      }),
    { runs: 300 }
  ),

  forAll(
    "KEY-2",
    "the order in which variables were declared does not change the key",
    runFacts,
    (facts) =>
      Effect.map(Keys, (make) => {
        const turned = (record: { readonly [name: string]: string }) =>
          Object.fromEntries(Object.entries(record).toReversed())
        const other = { ...facts, env: turned(facts.env), args: turned(facts.args), options: turned(facts.options) }
        return make.stepKey(other) === make.stepKey(facts)
      }),
    { runs: 300 }
  ),

  forAll(
    "KEY-3",
    "facts that differ in one place have different keys",
    stepFacts,
    (facts) =>
      Effect.map(Keys, (make) => {
        const key = make.stepKey(facts)
        return nearFacts(facts).every(
          (other) => isDeepStrictEqual(plain(other), plain(facts)) || make.stepKey(other) !== key
        )
      }),
    { runs: 300 }
  ),

  forAll(
    "KEY-4",
    "renaming a stage, adding a comment or moving a blank line changes no key",
    fc.tuple(scenarios, fc.nat(30), fc.constantFrom("\n", "# a remark\n", "\n# FROM other\n\n")),
    ([scenario, at, added]) =>
      Effect.map(Keys, (make) => {
        // Between instructions: a heredoc's lines are its own.
        const apart = "\0"
        const text = dockerfile(scenario, (index) => (index === 0 ? "builder" : `renamed-${index}`), apart)
        const lines = text.split(apart)
        const place = at % (lines.length + 1)
        const other = [...lines.slice(0, place), `${added}${lines[place] ?? ""}`, ...lines.slice(place + 1)].join("\n")
        return isDeepStrictEqual(make.keysOf(other, scenario), make.keysOf(dockerfile(scenario), scenario))
      }),
    { runs: 200 }
  )
]

/** Zero is zero, and a record is its fields: neither sign nor prototype is part of a value. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
