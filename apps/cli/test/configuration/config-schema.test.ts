import * as JSONSchema from "effect/JSONSchema"
import { describe, expect, it } from "vitest"
import { ConfigFile } from "../../src/configuration/ConfigFile.ts"

/** Every key in a JSON Schema, with what stands beside its type. */
const keysIn = (schema: unknown): ReadonlyArray<readonly [key: string, description: unknown]> => {
  if (typeof schema !== "object" || schema === null) return []
  const { properties = {} } = schema as { readonly properties?: { readonly [key: string]: object } }
  const own = Object.entries(properties).map(([key, each]) => [key, "description" in each && each.description] as const)
  return [...own, ...Object.values(schema).flatMap(keysIn)]
}

describe("the schema of configuration files", () => {
  it("says of every key what it is for", () => {
    const keys = keysIn(JSON.parse(JSON.stringify(JSONSchema.make(ConfigFile))))
    expect(keys.map(([key]) => key)).toEqual(expect.arrayContaining(["layer-store", "mirrors", "location", "options"]))
    expect(keys.filter(([, description]) => typeof description !== "string")).toEqual([])
  })
})
