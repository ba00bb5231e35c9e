import * as Either from "effect/Either"
import { describe, expect, it } from "vitest"
import { ofBytes } from "../../src/image/Digest.ts"
import { familiar, familiarName, format, parse } from "../../src/image/ImageRef.ts"

const some = ofBytes("some")

const complete = (text: string) => Either.getOrThrowWith(Either.map(parse(text), format), ({ why }) => new Error(why))
const short = (text: string) => Either.getOrThrowWith(Either.map(parse(text), familiar), ({ why }) => new Error(why))

describe("an image name", () => {
  it.each([
    ["alpine", "docker.io/library/alpine:latest"],
    ["alpine:3.20", "docker.io/library/alpine:3.20"],
    ["library/alpine", "docker.io/library/alpine:latest"],
    ["docker.io/alpine", "docker.io/library/alpine:latest"],
    ["index.docker.io/alpine", "docker.io/library/alpine:latest"],
    ["user/app", "docker.io/user/app:latest"],
    ["user/app:1.0-rc.1", "docker.io/user/app:1.0-rc.1"],
    ["a/b/c/d", "docker.io/a/b/c/d:latest"],
    ["localhost/app", "localhost/app:latest"],
    ["localhost:5000/app", "localhost:5000/app:latest"],
    ["localhost:5000/app:tag", "localhost:5000/app:tag"],
    ["r.example/a/b", "r.example/a/b:latest"],
    ["r.example:443/a:b", "r.example:443/a:b"],
    ["R.example/a", "R.example/a:latest"],
    ["Host/a", "Host/a:latest"],
    ["127.0.0.1:5000/a", "127.0.0.1:5000/a:latest"],
    ["[::1]:5000/a", "[::1]:5000/a:latest"],
    ["a__b/c---d/e.f_g", "docker.io/a__b/c---d/e.f_g:latest"],
    ["alpine:_", "docker.io/library/alpine:_"],
    ["alpine:5000", "docker.io/library/alpine:5000"],
    [`alpine@${some}`, `docker.io/library/alpine@${some}`],
    [`alpine:3@${some}`, `docker.io/library/alpine:3@${some}`],
    [`localhost:5000/a@${some}`, `localhost:5000/a@${some}`],
    [`alpine:${"t".repeat(128)}`, `docker.io/library/alpine:${"t".repeat(128)}`]
  ])("%s is in full %s", (text, spelled) => {
    expect(complete(text)).toBe(spelled)
    expect(complete(spelled)).toBe(spelled)
  })

  it.each([
    ["docker.io/library/alpine:latest", "alpine:latest"],
    ["docker.io/user/app:1", "user/app:1"],
    ["r.example/library/alpine:1", "r.example/library/alpine:1"],
    [`alpine@${some}`, `alpine@${some}`]
  ])("%s is called %s", (text, spelled) => {
    expect(short(text)).toBe(spelled)
    expect(complete(spelled)).toBe(complete(text))
  })

  it("has a column without tag and digest", () => {
    const ref = Either.getOrThrow(parse(`localhost:5000/a/b:c@${some}`))
    expect(familiarName(ref)).toBe("localhost:5000/a/b")
    expect(familiarName(Either.getOrThrow(parse("alpine:3")))).toBe("alpine")
  })

  it.each([
    ["", "empty"],
    [ofBytes("an ID").slice(7), "image ID"],
    ["Alpine", "lowercase"],
    ["user/App", "lowercase"],
    ["alpine:", "tag"],
    ["alpine:-x", "tag"],
    ["alpine:.x", "tag"],
    ["alpine:a b", "tag"],
    [`alpine:${"t".repeat(129)}`, "tag"],
    ["alpine@", "digest"],
    ["alpine@sha256:abc", "digest"],
    ["alpine@md5:d41d8cd98f00b204e9800998ecf8427e", "digest"],
    [`@${some}`, "no repository"],
    [":tag", "no repository"],
    ["localhost:5000/", "no repository"],
    ["r.example/", "no repository"],
    ["a//b", "not a repository"],
    ["/a", "not a repository"],
    ["a/", "not a repository"],
    ["a/../b", "not a repository"],
    [".a", "not a repository"],
    ["-a", "not a repository"],
    ["a.", "not a repository"],
    ["a..b", "not a repository"],
    ["a___b", "not a repository"],
    ["a b", "not a repository"],
    ["al\npine", "not a repository"],
    ["é", "not a repository"],
    ["r_x.example/a", "not a host"],
    ["-r.example/a", "not a host"],
    ["r.example:port/a", "not a host"],
    ["https://r.example/a", ""],
    ["a".repeat(256), "longer than 255"]
  ])("cannot be %j", (text, why) => {
    const read = parse(text)
    expect(Either.isLeft(read) && read.left).toMatchObject({ text, why: expect.stringContaining(why) })
  })

  it("may be 255 characters long", () => {
    expect(complete("a".repeat(255))).toBe(`docker.io/library/${"a".repeat(255)}:latest`)
  })
})
