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

  it.each([
    ["?branch=dev", { ref: "refs/heads/dev", directory: "" }],
    ["?tag=v1&subdir=/a/b/", { ref: "refs/tags/v1", directory: "a/b" }],
    ["?tag=refs/tags/v1#refs/tags/v1", { ref: "refs/tags/v1", directory: "" }],
    ["?ref=pull%2F42%2Fhead#:sub", { ref: "pull/42/head", directory: "sub" }],
    ["?ref=main&checksum=abcdef0", { ref: "main", checksum: "abcdef0", directory: "" }],
    ["?commit=abcdef0", { ref: "abcdef0", checksum: "abcdef0", directory: "" }],
    ["?keep-git-dir&submodules=0", { keepGitDir: true, submodules: false, directory: "" }],
    ["?keep-git-dir=F#main", { ref: "main", keepGitDir: false, directory: "" }]
  ])("has %s read", (query, said) => {
    expect(read(`https://example.org/app.git${query}`)).toEqual({ remote: "https://example.org/app.git", ...said })
  })

  it.each([
    ["?branch=a&tag=b", "its branch conflicts with its tag"],
    ["?ref=a#b", 'it says ref twice: "b" and "a"'],
    ["?branch=a#a", 'it says ref twice: "a" and "refs/heads/a"'],
    ["?subdir=a#:b", 'it says subdir twice: "b" and "a"'],
    ["?commit=abcd&checksum=abce", 'it says checksum twice: "abce" and "abcd"'],
    ["?checksum=v1", 'its checksum "v1" is no commit'],
    ["?ref=", "ref in its query has no value"],
    ["?ref=a&ref=a", "its query has ref twice"],
    ["?submodules=perhaps", 'submodules in its query is true or false, and not "perhaps"'],
    ["?subdir=..%2Fetc", 'the directory "../etc" leads out of the repository'],
    ["?tag=-x:y", '"refs/tags/-x:y" is no branch, tag or commit'],
    ["?depth=1", 'its query has "depth", and there are only ref, tag,']
  ])("has %s refused", (query, why) => {
    expect(read(`https://example.org/app.git${query}`)).toContain(why)
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
