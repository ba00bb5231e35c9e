import { beforeAll, describe, expect, it } from "vitest"
import { base } from "../dockerfiles/Case.ts"
import { cases } from "../dockerfiles/cases/all.ts"
import { built, gantryEngine, makeGround } from "../dockerfiles/engines.ts"
import { expectedOf } from "../dockerfiles/record.ts"
import { useGantry } from "./host/gantry.ts"

describe("a Dockerfile gives the image that docker and buildah make of it", () => {
  const gantry = useGantry()
  const engine = gantryEngine(gantry.command, gantry.env)

  beforeAll(async () => engine.take(await makeGround(gantry.scratch), base))

  it.each(cases)("$name", async (each) => {
    const image = await built(engine, each)
    const expected = expectedOf(each, image)
    expect(expected, "nobody has said what it must come to: record it with the others").toBeDefined()
    expect({ ...image, history: [] }).toEqual({ ...expected, history: [] })
  })
})
