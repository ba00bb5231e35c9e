import { describe, expect, it } from "vitest"
import { parseImageSource } from "../../../src/argv/values/image-source.ts"

const digest = `sha256:${"a".repeat(64)}`

describe("a source of a combined image", () => {
  it.each<readonly [string, unknown]>([
    ["team/app:1", { type: "name", text: "team/app:1" }],
    [`${digest}\n`, { type: "digest", digest }],
    [
      JSON.stringify({
        mediaType: "x/y",
        digest,
        size: 3,
        annotations: { a: "b", c: 1 },
        platform: { architecture: "arm", variant: "v7", os: "", "os.version": "1", "os.features": ["f"] }
      }),
      {
        type: "digest",
        digest,
        said: {
          mediaType: "x/y",
          size: 3,
          annotations: { a: "b" },
          platform: { architecture: "arm", variant: "v7", "os.version": "1", "os.features": ["f"] }
        }
      }
    ]
  ])("is read from %j", (text, source) => {
    expect(parseImageSource(text)).toEqual({ ok: true, value: source })
  })

  it.each([
    ["sha256:abc", "not a sha256 digest"],
    ["{", "not JSON"],
    ["{}", "no sha256 digest"],
    [`{"digest":"${digest}","size":-1}`, "its size is no number"]
  ])("is no source as %j", (text, why) => {
    const result = parseImageSource(text)
    expect(result.ok ? "read" : result.problem).toContain(why)
  })
})
