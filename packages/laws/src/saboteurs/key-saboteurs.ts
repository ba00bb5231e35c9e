import { ofBytes } from "@gantry/core/image/Digest"
import { type Canonical, spell } from "@gantry/build/key/canonical"
import type { RunFacts, StepFacts } from "@gantry/build/key/StepFacts"
import { stepKey } from "@gantry/build/key/step-key"
import * as Layer from "effect/Layer"
import { honestKeys, Keys, type KeysShape, keysOf } from "../key-laws.ts"
import type { Saboteur } from "../Saboteur.ts"

const keys = (sin: Partial<KeysShape>) => Layer.succeed(Keys, { ...honestKeys, ...sin })

/** Spoils the facts of commands before their key is made. */
const spoiled = (sin: (facts: RunFacts) => RunFacts) =>
  keys({ stepKey: (facts) => stepKey(facts.format === "gantry.run.1" ? sin(facts) : facts) })

const spelledBy = (text: (value: string) => string) => {
  const write = (value: Canonical): string => {
    if (typeof value === "string") return text(value)
    if (typeof value === "number") return `i${value}e`
    if (isList(value)) return `l${value.map(write).join("")}e`
    const names = Object.keys(value).toSorted((a, b) => (a < b ? -1 : 1))
    return `d${names.map((name) => write(name) + write(value[name] ?? "")).join("")}e`
  }
  return write
}

const isList = (value: Canonical): value is ReadonlyArray<Canonical> => Array.isArray(value)

/** Makers of keys with one sin each. */
export const keySaboteurs: ReadonlyArray<Saboteur<Keys>> = [
  {
    sin: "counts characters where bytes are meant",
    breaks: ["KEY-1"],
    layer: keys({ spell: spelledBy((text) => `${text.length}:${text}`) })
  },
  { sin: "writes text without its length", breaks: ["KEY-1"], layer: keys({ spell: spelledBy((text) => `${text},`) }) },
  {
    sin: "does not say where lists end",
    breaks: ["KEY-1"],
    layer: keys({ spell: (value) => spell(value).replaceAll("e", "") })
  },
  {
    sin: "reads empty text as nothing at all",
    breaks: ["KEY-1"],
    layer: keys({ unspell: (text) => honestKeys.unspell(text.replaceAll("0:", "")) })
  },
  {
    sin: "keeps variables in the order of their declaration",
    breaks: ["KEY-2"],
    layer: spoiled((facts) => ({ ...facts, cwd: facts.cwd + JSON.stringify([facts.env, facts.args]) }))
  },
  {
    sin: "joins the words of a command",
    breaks: ["KEY-3"],
    layer: spoiled((facts) => ({ ...facts, argv: [facts.argv.join(" ")] }))
  },
  {
    sin: "sorts the words of a command",
    breaks: ["KEY-3"],
    layer: spoiled((facts) => ({ ...facts, argv: facts.argv.toSorted() }))
  },
  {
    sin: "takes arguments and variables for one",
    breaks: ["KEY-3"],
    layer: spoiled((facts) => ({ ...facts, env: { ...facts.args, ...facts.env }, args: {} }))
  },
  { sin: "forgets variables", breaks: ["KEY-3"], layer: spoiled((facts) => ({ ...facts, env: {} })) },
  { sin: "forgets the user", breaks: ["KEY-3"], layer: spoiled((facts) => ({ ...facts, user: "" })) },
  {
    sin: "forgets what the step stands on",
    breaks: ["KEY-3"],
    layer: keys({ stepKey: (facts) => stepKey({ ...facts, parent: { scratch: "" } }) })
  },
  {
    sin: "forgets the slash at the end of a destination",
    breaks: ["KEY-3"],
    layer: keys({
      stepKey: (facts) =>
        stepKey(facts.format === "gantry.copy.1" ? { ...facts, dest: facts.dest.replace(/.$/u, "") } : facts)
    })
  },
  {
    sin: "takes the place in the file for a part of the step",
    breaks: ["KEY-4"],
    layer: keys({ keysOf: keysOf((facts, { line }) => standingOn(facts, String(line))) })
  },
  {
    sin: "takes the name of the stage for a part of the step",
    breaks: ["KEY-4"],
    layer: keys({ keysOf: keysOf((facts, { stage }) => standingOn(facts, stage)) })
  }
]

const standingOn = (facts: StepFacts, what: string): StepFacts => ({
  ...facts,
  parent: { scratch: ofBytes(JSON.stringify([facts.parent, what])) }
})
