import { expect, it } from "vitest"
import { nearest } from "../../src/dockerfile/nearest.ts"

const names = ["RUN", "COPY", "ENTRYPOINT", "ENV", "HEALTHCHECK"]

it.each([
  ["RUM", "RUN"],
  ["URN", "RUN"],
  ["copi", "COPY"],
  ["ENTRYPIONT", "ENTRYPOINT"],
  ["HEATLHCHEK", "HEALTHCHECK"]
])("%s was meant to be %s", (word, name) => expect(nearest(word, names)).toBe(name))

it.each(["INCLUDE", "X", ""])("%j was meant to be none of them", (word) => expect(nearest(word, names)).toBeUndefined())
