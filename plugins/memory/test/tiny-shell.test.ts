import type { ProcessSpec } from "@gantry/core/runtime/ContainerSpec"
import type { TreeEntry } from "@gantry/core/tree/TreeEntry"
import { describe, expect, it } from "vitest"
import { tinyShell } from "../src/tiny-shell.ts"

const directory = (path: string): TreeEntry => ({ type: "directory", path, mode: 0o755, uid: 0, gid: 0, mtimeNs: 0n })
const file = (path: string, text: string): TreeEntry => {
  const bytes = new TextEncoder().encode(text)
  return { ...directory(path), type: "file", mode: 0o644, size: bytes.length, content: { from: "bytes", bytes } }
}

const tree = new Map(
  [directory("etc"), file("etc/motd", "hello\n"), directory("work")].map((each) => [each.path, each])
)

const ran = (argv: ReadonlyArray<string>) => {
  const process: ProcessSpec = {
    argv,
    env: ["NAME=the name", "PATH=/bin"],
    cwd: "/work",
    user: "",
    groups: [],
    tty: false,
    capabilities: [],
    noNewPrivileges: false,
    seccomp: { type: "default" },
    rlimits: []
  }
  const reply = tinyShell(process, tree, [1])
  if (reply === undefined) return undefined
  const said = (stream: string) =>
    reply.output.flatMap((piece) => (piece.stream === stream ? [new TextDecoder().decode(piece.bytes)] : [])).join("")
  const changes = reply.changes.map((change) =>
    change.type === "file" && change.content.from === "bytes"
      ? `${change.path}=${new TextDecoder().decode(change.content.bytes)}`
      : `${change.type} ${change.path}`
  )
  return { code: reply.code, out: said("stdout"), err: said("stderr"), changes, ends: reply.ends }
}

const script = (text: string) => ran(["/bin/sh", "-c", text])

describe("the tiny shell", () => {
  it.each([
    ["echo a  'b  c' \"d $NAME\" \\$NAME", "a b  c d the name $NAME\n"],
    ["echo -n ${NAME}", "the name"],
    ["true && echo yes || echo no", "yes\n"],
    ["false && echo yes || echo no", "no\n"],
    ["true || echo no; echo yes", "yes\n"],
    ["pwd\necho next", "/work\nnext\n"],
    ["cat /etc/motd ../etc/motd", "hello\nhello\n"],
    ["exit 0; echo no", ""],
    ["echo 1 > a && echo 2 >> a && cat a", "1\n2\n"],
    ["test -e /etc/motd && echo there", "there\n"],
    ["rm -rf /etc && test -e /etc/motd || echo gone", "gone\n"]
  ])("does what %s means", (text, out) => {
    expect(script(text)).toMatchObject({ code: 0, out, err: "" })
  })

  it("changes the tree", () => {
    expect(script("mkdir -p a/b && echo x > a/b/c && touch /etc/motd d && rm /etc/motd")?.changes).toEqual([
      "directory work/a",
      "directory work/a/b",
      "work/a/b/c=x\n",
      "work/d=",
      "removed etc/motd"
    ])
  })

  it.each([
    ["exit 7", 7, ""],
    ["false", 1, ""],
    ["nonsense", 127, "sh: nonsense: not found\n"],
    ["cat missing", 1, "cat: missing: no such file\n"],
    ["rm missing", 1, "rm: missing: no such file\n"],
    ["echo x > nowhere/file", 1, "sh: /work/nowhere/file: no such directory\n"],
    ["echo a | cat", 2, "sh: this shell is too small for that\n"],
    ["echo $(date)", 2, "sh: this shell is too small for that\n"],
    ["echo only this >&2", 0, "only this\n"]
  ])("ends %s with %d", (text, code, err) => {
    expect(script(text)).toMatchObject({ code, out: "", err, changes: [] })
  })

  it("runs a program by its path, and knows which there are", () => {
    expect(ran(["/bin/echo", "a  b"])).toMatchObject({ code: 0, out: "a  b\n" })
    expect(ran(["/bin/apt-get", "install"])).toBeUndefined()
  })

  it("waits where a real program would", () => {
    expect(script("echo begun; cat; echo never")).toMatchObject({ out: "begun\n", ends: "with input" })
    expect(script("sleep 1; echo never")).toMatchObject({ out: "", ends: "never" })
    expect(script("cat /etc/motd")).toMatchObject({ ends: "at once" })
  })
})
