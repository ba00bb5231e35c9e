import { Context, Effect, Layer } from "effect"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { forAll, law } from "../src/Law.ts"
import { letPass, type Saboteur, untested } from "../src/Saboteur.ts"

class Adder extends Context.Tag("Adder")<Adder, (a: number, b: number) => number>() {}

const laws = [
  forAll("ADD-1", "order does not matter", fc.tuple(fc.nat(), fc.nat()), ([a, b]) =>
    Effect.map(Adder, (add) => add(a, b) === add(b, a))
  ),
  law(
    "ADD-2",
    "nothing changes nothing",
    Effect.map(Adder, (add) => add(5, 0) === 5)
  )
]

const saboteur = (breaks: ReadonlyArray<string>, add: (a: number, b: number) => number): Saboteur<Adder> => ({
  sin: "adds in its own way",
  breaks,
  layer: Layer.succeed(Adder, add)
})

const passed = (breaks: ReadonlyArray<string>, add: (a: number, b: number) => number) =>
  Effect.runPromise(letPass(laws, saboteur(breaks, add)))

describe("a trial", () => {
  it("names the laws that let a saboteur pass", async () => {
    expect(await passed(["ADD-1", "ADD-2"], (a, b) => a - b)).toEqual(["ADD-2"])
    expect(await passed(["ADD-1", "ADD-2"], (a, b) => a - b + 1)).toEqual([])
    expect(await passed(["ADD-1", "ADD-2"], (a, b) => a + b)).toEqual(["ADD-1", "ADD-2"])
  })

  it("does not take a law that is not there for one that noticed", async () => {
    expect(await passed(["ADD-9"], (a, b) => a - b)).toEqual(["ADD-9"])
  })

  it("names the laws that nobody breaks", () => {
    const saboteurs = [saboteur(["ADD-1"], (a, b) => a - b)]
    expect(untested({ name: "", laws, saboteurs })).toEqual(["ADD-2"])
  })
})
