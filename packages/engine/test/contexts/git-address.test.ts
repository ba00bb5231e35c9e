import { Either } from "effect"
import { describe, expect, it } from "vitest"
import { isCommit, parseGitAddress, protocolOf } from "../../src/contexts/git-address.ts"

const read = (text: string) => Either.getOrElse(parseGitAddress(text), (why) => why)

describe("the address of a repository", () => {
  it.each([
    ["https://example.org/app.git", { remote: "https://example.org/app.git", directory: "" }],
    ["https://example.org/app.git#v1", { remote: "https://example.org/app.git", ref: "v1", directory: "" }],
    ["https://example.org/app.git#:a//b/", { remote: "https://example.org/app.git", directory: "a/b" }],
    [
      "git@example.org:team/app.git#main:sub",
      { remote: "git@example.org:team/app.git", ref: "main", directory: "sub" }
    ],
    ["github.com/team/app", { remote: "https://github.com/team/app", directory: "" }],
    ["ssh://git@example.org:22/app", { remote: "ssh://git@example.org:22/app", directory: "" }],
    ["git+https://example.org/app", { remote: "https://example.org/app", directory: "" }],
    ["file:///srv/app.git#refs/heads/x", { remote: "file:///srv/app.git", ref: "refs/heads/x", directory: "" }]
  ])("%s is read", (text, address) => {
    expect(read(text)).toEqual(address)
  })

  it.each([
    "https://example.org/app.git#--upload-pack=touch x",
    "https://example.org/app.git#--exec=x",
    "https://example.org/app.git#-x",
    "https://example.org/app.git#a..b",
    "https://example.org/app.git#a@{1}",
    "https://example.org/app.git#a b",
    "https://example.org/app.git#a\nb",
    "https://example.org/app.git#main:../../etc",
    "ext::sh -c id",
    "ext::sh://x",
    "fd::17://x",
    "-oProxyCommand=id@example.org:x",
    "--upload-pack=id@example.org:x",
    "-x@example.org:x",
    "/srv/app.git",
    "https://exa mple.org/app.git"
  ])("%j is refused", (text) => {
    expect(read(text)).toBeTypeOf("string")
  })

  it("says how git would reach it", () => {
    expect(["HTTPS://a/b", "git@a:b", "ssh://a/b", "file:///a"].map((remote) => protocolOf({ remote }))).toEqual([
      "https",
      "ssh",
      "ssh",
      "file"
    ])
  })

  it("knows whole commits", () => {
    expect(["a".repeat(40), "0".repeat(64), "abc", "a".repeat(41), "A".repeat(40)].map(isCommit)).toEqual([
      true,
      true,
      false,
      false,
      false
    ])
  })
})
