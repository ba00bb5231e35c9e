import { describe, expect, it } from "vitest"
import { base } from "../dockerfiles/Case.ts"
import { cases } from "../dockerfiles/cases/all.ts"
import { built, gantryEngine, makeGround } from "../dockerfiles/engines.ts"
import { expectedOf } from "../dockerfiles/record.ts"
import { useGantry } from "./host/gantry.ts"

describe("a Dockerfile gives the image that docker and buildah make of it", () => {
  const gantry = useGantry()
  const engine = gantryEngine(gantry.command, gantry.env)
  let isReady = false

  for (const each of cases) {
    it(each.name, () => {
      if (!isReady) engine.take(makeGround(gantry.scratch), base)
      isReady = true
      const image = built(engine, each)
      const expected = expectedOf(each, image.config)
      expect(expected, "nobody has said what it must come to: record it with the others").toBeDefined()
      expect(image).toMatchObject(expected ?? {})
      expect(image.tree).toEqual(expected?.tree)
      expect(image.config).toEqual(expected?.config)
    })
  }
})
