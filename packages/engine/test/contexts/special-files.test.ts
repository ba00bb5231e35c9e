import { once } from "node:events"
import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describeProblem } from "@gantry/build/context/ContextProblem"
import { open } from "@gantry/build/context/ContextTree"
import { compileIgnoreFile, nothingIgnored } from "@gantry/build/context/ignore-file"
import { select } from "@gantry/build/context/select"
import { listFiles } from "@gantry/build/key/file-list"
import { S_IFCHR, S_IFIFO } from "@gantry/linux/constants"
import { loadSyscallsSync } from "@gantry/linux/load"
import * as Either from "effect/Either"
import { atOnce } from "@gantry/core/turns"
import { afterEach, beforeEach, describe, expect, it } from "vitest"

/** Here and not beside ContextTree, because making such files takes system calls. */
describe("a context with files that are none", () => {
  const { mknod } = loadSyscallsSync()
  let root = ""
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "gantry-context-"))
  })
  afterEach(() => rmSync(root, { recursive: true }))

  it("lists pipes, and passes over sockets that the ignore file leaves in, and says so", async () => {
    mknod(join(root, "pipe"), S_IFIFO | 0o640, 0, 0)
    mkdirSync(join(root, "run"))
    const listening = createServer().listen(join(root, "run/agent"))
    try {
      await once(listening, "listening")
      const seen: Array<string> = []
      const tree = open(root, nothingIgnored, { onSocket: (path) => seen.push(path) })
      expect(Either.getOrThrow(tree.list(""))).toMatchObject([
        { path: "pipe", type: "fifo", mode: 0o640 },
        { path: "run", type: "dir" }
      ])
      for (let again = 0; again < 2; again++) expect(Either.getOrThrow(tree.list("run"))).toEqual([])
      expect(seen).toEqual(["run/agent"])
      const problem = Either.getOrThrow(Either.flip(select(tree, "run/agent")))
      expect(describeProblem(problem)).toBe("run/agent is a socket, which no image can hold")
      expect(Either.getOrThrow(select(tree, "run/a*"))).toEqual([])
      const ignore = Either.getOrThrow(compileIgnoreFile("run"))
      open(root, ignore, { onSocket: (path) => seen.push(`ignored ${path}`) }).list("run")
      expect(seen).toEqual(["run/agent"])
    } finally {
      listening.close()
    }
  })

  it.runIf(process.getuid?.() === 0)("knows one device from another", () => {
    const listed = (name: string, minor: number) => {
      mknod(join(root, name), S_IFCHR | 0o600, 1, minor)
      const matches = Either.getOrThrow(select(open(root), name))
      return Either.getOrThrow(atOnce(listFiles(matches, "", () => Either.left({ _tag: "PathEscapes", path: name }))))
    }
    const [zero, full] = [listed("zero", 5), listed("full", 7)]
    expect(zero.paths).toEqual([{ path: "zero", type: "char", mode: 0o600, content: "1:5" }])
    expect(full.paths).toEqual([{ path: "full", type: "char", mode: 0o600, content: "1:7" }])
    expect(full.digest).not.toBe(zero.digest)
  })
})
