import { format, parse as parseRef } from "@gantry/core/image/ImageRef"
import { parse as parseSource } from "@gantry/core/image/ImageSource"
import { Either } from "effect"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { localNames } from "../../src/images/local-name.ts"

const namesOf = (source: string, ...listed: ReadonlyArray<string>) =>
  localNames(Either.getOrThrow(parseSource(source, "/work")), listed).map(format)

describe("the name of an image out of a folder or an archive", () => {
  it.each([
    ["the complete name it was asked for by", "oci:d:example.com/app:1", ["example.com/app:1"], ["example.com/app:1"]],
    ["the complete name that its tag belongs to", "oci:d:1", ["app:1", "other:2"], ["docker.io/library/app:1"]],
    [
      "the complete name that a word is short for",
      "docker-archive:d:app",
      ["app:latest"],
      ["docker.io/library/app:latest"]
    ],
    [
      "all complete names of the only image",
      "oci-archive:d",
      ["a:1", "b:2"],
      ["docker.io/library/a:1", "docker.io/library/b:2"]
    ],
    ["the place and its tag", "oci:srv/app:1", ["1", "2"], ["localhost/app:1"]],
    ["the place and the tag of the only image", "oci:/srv/app", ["1"], ["localhost/app:1"]],
    ["the place alone", "oci-archive:/srv/app.tar.gz", [`@sha256:${"a".repeat(64)}`], ["localhost/app:latest"]]
  ] as const)("is %s", (_, source, listed, names) => {
    expect(namesOf(source, ...listed)).toEqual(names)
  })

  it("is none when it was asked for by digest", () => {
    expect(namesOf(`oci:d@sha256:${"a".repeat(64)}`, "1")).toEqual([])
  })

  it("is always one that can be written and read again, whatever the place is called", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (path) => {
        for (const ref of localNames({ registry: `oci:/${path}`, repository: "", tag: "1" }, ["1"])) {
          expect(Either.getOrThrow(parseRef(format(ref)))).toEqual(ref)
        }
      })
    )
  })
})
