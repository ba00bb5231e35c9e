import { Either } from "effect"
import { describe, expect, it } from "vitest"
import { inPlace, localPlace, parse, shown } from "../../src/image/ImageSource.ts"

const digest = `sha256:${"a".repeat(64)}`
const read = (text: string) => Either.getOrThrow(parse(text, "/work"))

describe("a name of an image that may lie on this machine", () => {
  it.each([
    ["oci:dir", { registry: "oci:/work/dir", repository: "" }],
    ["oci:../dir:1", { registry: "oci:/dir", repository: "", tag: "1" }],
    ["oci-archive:/a.tar:x.y/app", { registry: "oci-archive:/a.tar", repository: "x.y/app", tag: "latest" }],
    [
      "docker-archive:/a.tar:app:1",
      { registry: "docker-archive:/a.tar", repository: "docker.io/library/app", tag: "1" }
    ],
    [`oci:dir@${digest}`, { registry: "oci:/work/dir", repository: "", digest }],
    [`oci:dir:1@${digest}`, { registry: "oci:/work/dir", repository: "", tag: "1", digest }],
    ["docker://app", { registry: "docker.io", repository: "library/app", tag: "latest" }],
    ["oci/app", { registry: "docker.io", repository: "oci/app", tag: "latest" }]
  ])("reads %s", (text, ref) => {
    expect(read(text)).toEqual(ref)
  })

  it.each(["oci:dir", "oci:/d:1", "oci:/d:x.y/app:1", `oci:/d@${digest}`, `oci:/d:1@${digest}`])(
    "is read as it is shown: %s",
    (text) => {
      expect(read(shown(read(text)))).toEqual(read(text))
    }
  )

  it("is made of a place and what is listed there, whatever the place is called", () => {
    const place = "oci:/odd:name@here"
    expect(Either.getOrThrow(inPlace(place, "1"))).toEqual({ registry: place, repository: "", tag: "1" })
    expect(Either.getOrThrow(inPlace(place, `@${digest}`))).toEqual({ registry: place, repository: "", digest })
    expect(Either.getOrThrow(inPlace(place, "app:1"))).toMatchObject({ registry: place, tag: "1" })
    expect(localPlace({ registry: place })).toEqual({ kind: "oci", path: "/odd:name@here" })
  })

  it.each(["oci:", "oci::1", "oci:d:x/UPPER:1"])("refuses %s", (text) => {
    expect(Either.isLeft(parse(text, "/work"))).toBe(true)
  })
})
