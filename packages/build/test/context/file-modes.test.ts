import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs"
import * as Either from "effect/Either"
import { describe, expect, it } from "vitest"
import { open } from "../../src/context/ContextTree.ts"
import { workTreeModes } from "../../src/context/file-modes.ts"
import { nothingIgnored } from "../../src/context/ignore-file.ts"
import { listFiles } from "../../src/key/file-list.ts"
import { ofTree } from "../../src/solve/BuildContext.ts"
import { atOnce } from "@gantry/core/turns"
import { withTree } from "./temporary-tree.ts"

const digestOf = (root: string) => {
  const context = ofTree(open(root, nothingIgnored, { modes: workTreeModes(root) }))
  const matches = Either.getOrThrow(context.select(".", {}))
  return Either.getOrThrow(atOnce(listFiles(matches, "", context.fileDigest))).digest
}

/** A checkout as git makes it under a umask: it keeps nothing of modes but the executable bit. */
const checkout = (umask: number, top: string) =>
  withTree({}, (root) => {
    mkdirSync(`${root}/app`)
    if (top === "directory") mkdirSync(`${root}/.git`)
    if (top === "file") writeFileSync(`${root}/.git`, "gitdir: /elsewhere\n")
    writeFileSync(`${root}/app/text`, "text")
    writeFileSync(`${root}/app/program`, "program")
    mkdirSync(`${root}/app/d`)
    chmodSync(`${root}/app/text`, 0o666 & ~umask)
    chmodSync(`${root}/app/program`, 0o777 & ~umask)
    chmodSync(`${root}/app/d`, 0o777 & ~umask)
    return digestOf(`${root}/app`)
  })

describe("modes in the work tree of a repository", () => {
  it.each(["directory", "file"])("are the same for umask 002 and 022, where .git is a %s", (kind) => {
    expect(checkout(0o002, kind)).toBe(checkout(0o022, kind))
  })

  it("count fully where there is no repository", () => {
    expect(checkout(0o002, "none")).not.toBe(checkout(0o022, "none"))
  })

  it("still count where they make a file more or less open, or a program", () => {
    const digests = [0o644, 0o600, 0o755, 0o666, 0o4755].map((mode) =>
      withTree({ "a/f": "x", ".git/": "" }, (root) => {
        chmodSync(`${root}/a/f`, mode)
        return digestOf(`${root}/a`)
      })
    )
    expect(new Set(digests).size).toBe(digests.length)
  })

  it("are those that the copy gets", () => {
    withTree({ f: "x", ".git/": "" }, (root) => {
      chmodSync(`${root}/f`, 0o664)
      const [match] = Either.getOrThrow(
        ofTree(open(root, nothingIgnored, { modes: workTreeModes(root) })).select("f", {})
      )
      expect(match?.entry.mode).toBe(0o644)
      rmSync(`${root}/.git`, { recursive: true })
    })
  })
})
