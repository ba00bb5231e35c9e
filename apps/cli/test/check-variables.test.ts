import { describe, expect, it } from "vitest"
import { variableProblem } from "../src/check-variables.ts"

describe("variables of the environment", () => {
  it.each([
    [{}],
    [{ GANTRY_JOBS: "", GANTRY_REGISTRY_TIMEOUT: "", OTHER: "x" }],
    [{ GANTRY_JOBS: "4", GANTRY_REGISTRY_TIMEOUT: "60", GANTRY_LAYER_LIMIT: "10000" }],
    [{ GANTRY_REGISTRY_TIMEOUT: "60s", GANTRY_CACHE_MAX_USED_SPACE: "15%", GANTRY_CACHE_MIN_FREE_SPACE: "none" }],
    [{ GANTRY_CACHE_RESERVED_SPACE: "20GB" }]
  ])("are fine: %j", (env) => expect(variableProblem(env)).toBeUndefined())

  it.each([
    ["GANTRY_REGISTRY_TIMEOUT", "60sec"],
    ["GANTRY_REGISTRY_TIMEOUT", "0"],
    ["GANTRY_JOBS", "many"],
    ["GANTRY_JOBS", "1.5"],
    ["GANTRY_LAYER_LIMIT", "-1"],
    ["GANTRY_CACHE_MAX_USED_SPACE", "101%"],
    ["GANTRY_CACHE_MIN_FREE_SPACE", "20 potatoes"],
    ["GANTRY_CACHE_RESERVED_SPACE", "-1"]
  ])("%s=%s is an error that names it", (name, value) => {
    expect(variableProblem({ [name]: value })).toMatch(
      new RegExp(
        `^gantry: invalid value "${value}" of ${name}\\n  why: it is .*\\n  try: ${name}=\\w+, or unset it\\n$`
      )
    )
  })
})
