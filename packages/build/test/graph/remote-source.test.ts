import { describe, expect, it } from "vitest"
import { remoteKind, withoutPassword } from "../../src/graph/remote-source.ts"

describe("remoteKind", () => {
  it.each([
    ["https://example.org/a.tar.gz", "download"],
    ["HTTP://example.org", "download"],
    ["https://example.org/app.git", "repository"],
    ["https://example.org/app.git#v1:sub", "repository"],
    ["https://example.org/x?file=app.git", "download"],
    ["https://example.org/x#app.git", "download"],
    ["git://example.org/app", "repository"],
    ["ssh://git@example.org/app", "repository"],
    ["git@example.org:team/app.git#main", "repository"],
    ["github.com/team/app", "repository"],
    ["file:///etc/passwd", undefined],
    ["ftp://example.org/a", undefined],
    ["ext::sh -c id", undefined],
    ["a/b", undefined],
    ["a:b", undefined],
    ["./github.com/x", undefined]
  ])("takes %s for %s", (source, kind) => {
    expect(remoteKind(source)).toBe(kind)
  })

  it("shows no password", () => {
    expect(withoutPassword("https://me:secret@example.org/a@b")).toBe("https://example.org/a@b")
    expect(withoutPassword("git@example.org:a")).toBe("git@example.org:a")
  })
})
