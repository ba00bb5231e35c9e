import { describe, expect, it } from "vitest"
import { chainId } from "../../src/image/ChainId.ts"
import { digest, ofBytes } from "../../src/image/Digest.ts"

// The expected values were computed with sha256sum(1) from the text that the specification asks for.
const [a, b, c] = [ofBytes("a"), ofBytes("b"), ofBytes("c")] as const

describe("the name of a stack", () => {
  it("is the layer's own digest for one layer", () => {
    expect(chainId([a])).toBe(digest("sha256:ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"))
  })

  it("is the digest of the name below, a space, and the layer", () => {
    expect(chainId([a, b])).toBe(digest("sha256:51c0c8ace48498d6f5fee6b0592cc06f2da0f3cbe09c5a34a97dce85c3889676"))
    expect(chainId([a, b, c])).toBe(digest("sha256:2fce7f8ce91bcf0a1428b36e1024639fdbd9469eea762dba98aa749631885106"))
  })

  it("depends on the order", () => {
    expect(chainId([b, a])).not.toBe(chainId([a, b]))
  })

  it("exists for no layers, and is no layer's", () => {
    expect(chainId([])).toBe(digest("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"))
  })
})
