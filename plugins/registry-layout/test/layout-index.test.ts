import { ofBytes } from "@gantry/core/image/Digest"
import { inPlace } from "@gantry/core/image/ImageSource"
import { Either } from "effect"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  emptyIndex,
  entriesOf,
  type LayoutIndex,
  onlyOf,
  readIndex,
  shownName,
  withImage,
  writeIndex
} from "../src/layout-index.ts"

const descriptor = (text: string) => ({ mediaType: "m/t", digest: ofBytes(text), size: text.length })

/** Few names and few images, so that they meet. */
const refs = fc.oneof(
  fc.record({ repository: fc.constant(""), tag: fc.constantFrom("1", "app", "latest") }),
  fc.record({
    repository: fc.constantFrom("docker.io/library/app", "example.com/app"),
    tag: fc.constantFrom("1", "app")
  })
)
const puts = fc.array(fc.tuple(fc.constantFrom("x", "y", "z"), refs), { minLength: 1, maxLength: 8 })

const filled = (list: ReadonlyArray<readonly [string, { readonly repository: string; readonly tag: string }]>) =>
  list.reduce<LayoutIndex>((index, [text, ref]) => withImage(index, descriptor(text), ref), emptyIndex)

describe("the index of a layout", () => {
  it("finds an image under the name it was last put under, and no other name moves", () => {
    fc.assert(
      fc.property(puts, (list) => {
        const index = filled(list)
        const last = new Map(list.map(([text, ref]) => [`${ref.repository}:${ref.tag}`, { text, ref }]))
        for (const { ref, text } of last.values()) {
          const only = onlyOf(entriesOf(index, ref))
          expect(only).toMatchObject({ type: "image", entry: { digest: ofBytes(text) } })
        }
        expect(index.entries).toHaveLength(last.size)
      })
    )
  })

  it("lists what can be written to mean each of its images", () => {
    fc.assert(
      fc.property(puts, (list) => {
        const index = filled(list)
        for (const entry of index.entries) {
          const ref = Either.getOrThrow(inPlace("oci:/some:where", shownName(entry)))
          expect(ref.registry).toBe("oci:/some:where")
          expect(entriesOf(index, ref).map(({ digest }) => digest)).toEqual([entry.digest])
        }
      })
    )
  })

  it("is read as it was written, with fields nobody knows", () => {
    fc.assert(
      fc.property(puts, fc.dictionary(fc.constantFrom("artifactType", "data"), fc.string()), (list, extra) => {
        const { entries } = filled(list)
        const index = { entries: entries.map((entry) => ({ ...extra, ...entry })) }
        expect(readIndex(writeIndex(index))).toEqual(index)
      })
    )
  })

  it("takes manifests of one name for several platforms as one image, and otherwise asks", () => {
    const on = (text: string, architecture: string, name = "1") => ({
      ...descriptor(text),
      platform: { os: "linux", architecture },
      annotations: { "org.opencontainers.image.ref.name": name }
    })
    expect(onlyOf([on("a", "amd64"), on("b", "arm64")]).type).toBe("platforms")
    expect(onlyOf([on("a", "amd64"), on("b", "amd64")]).type).toBe("several")
    expect(onlyOf([on("a", "amd64"), on("b", "arm64", "2")]).type).toBe("several")
    expect(onlyOf([descriptor("a"), descriptor("b")]).type).toBe("several")
    expect(onlyOf([on("a", "amd64"), on("a", "amd64", "2")]).type).toBe("image")
    expect(onlyOf([]).type).toBe("none")
  })

  it("forgets that an image had no name when it gets one", () => {
    const nameless = withImage(emptyIndex, descriptor("x"), { repository: "" })
    expect(withImage(nameless, descriptor("x"), { repository: "", tag: "1" }).entries).toHaveLength(1)
    expect(withImage(nameless, descriptor("y"), { repository: "" }).entries).toHaveLength(2)
  })

  it.each([
    ["a path in place of a digest", { manifests: [{ mediaType: "x", size: 1, digest: "sha256:../../../etc/passwd" }] }],
    ["another algorithm", { manifests: [{ mediaType: "x", size: 1, digest: `sha512:${"a".repeat(128)}` }] }],
    ["a negative size", { manifests: [{ ...descriptor("x"), size: -1 }] }],
    ["no media type", { manifests: [{ ...descriptor("x"), mediaType: null }] }],
    ["an annotation that is no text", { manifests: [{ ...descriptor("x"), annotations: { a: 1 } }] }],
    ["no list", { manifests: {} }],
    ["a list of nothing", { manifests: [null] }]
  ])("is refused with %s", (_, index) => {
    expect(() => readIndex(Buffer.from(JSON.stringify(index)))).toThrow(/^index\.json /)
  })
})
