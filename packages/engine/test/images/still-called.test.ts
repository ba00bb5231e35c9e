import { describe, expect, it } from "vitest"
import { migrations } from "../../src/images/image-rows.ts"
import { imageTables, isStillCalled } from "../../src/images/still-called.ts"

const image = "sha256:d6bc2a0860ac2f4c38a8e3b60b7185435230d72cf1977392106ba4a2df07ab55"

describe("what was typed for an image", () => {
  it.each([
    ["box", ["docker.io/library/box:latest"], true],
    ["box:latest", ["docker.io/library/box:latest"], true],
    ["box", ["docker.io/library/box:1"], false],
    ["box", [], false],
    ["team/box:1", ["docker.io/team/box:1"], true],
    ["index.docker.io/library/box", ["docker.io/library/box:latest"], true],
    ["host:5000/box", ["host:5000/box:latest"], true],
    ["host:5000/box", ["docker.io/library/box:latest"], false],
    ["d6bc2a", [], true],
    [image, [], true],
    ["d6bc2b", ["docker.io/library/box:latest"], false],
    [`box@${image}`, [], true]
  ])("is %s, and means an image that is called %j: %s", (typed, names, expected) => {
    expect(isStillCalled(typed, image, names)).toBe(expected)
  })

  it("is looked for in the tables as they are", () => {
    expect(migrations).toMatchObject({ owner: imageTables.owner })
    expect(migrations.steps).toHaveLength(imageTables.version)
  })
})
