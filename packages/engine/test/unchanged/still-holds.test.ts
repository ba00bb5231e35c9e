import { execFileSync } from "node:child_process"
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileDigest } from "@gantry/build/context/content-digest"
import { type ContextTree, open } from "@gantry/build/context/ContextTree"
import { compilePatterns } from "@gantry/build/context/ignore-file"
import { select } from "@gantry/build/context/select"
import { listFiles } from "@gantry/build/key/file-list"
import { atOnce } from "@gantry/core/turns"
import { Either, FastCheck as fc } from "effect"
import { describe, expect, it } from "vitest"
import { textAt } from "../../src/unchanged/ground-texts.ts"
import { noteLooks } from "../../src/unchanged/note-looks.ts"
import { filesHold } from "../../src/unchanged/still-holds.ts"
import { textPaths } from "../../src/unchanged/text-paths.ts"
import { nextTime } from "./next-time.ts"

const someday = BigInt(Date.now() + 3_600_000) * 1_000_000n

/** What a COPY of these sources takes, in one text. */
const taken = (tree: ContextTree, sources: ReadonlyArray<string>): string =>
  sources
    .map((source) => {
      const digest = Either.flatMap(select(tree, source), (matches) =>
        Either.map(atOnce(listFiles(matches, "", (entry) => fileDigest(tree, entry))), (list) => list.digest as string)
      )
      return Either.getOrElse(digest, (problem) => JSON.stringify(problem))
    })
    .join(" ")

const ignored = Either.getOrThrow(compilePatterns(["ignored", "**/*.log"]))

const withContext = (files: { readonly [path: string]: string }, use: (root: string) => void): void => {
  const folder = mkdtempSync(join(tmpdir(), "gantry-unchanged-"))
  try {
    const root = join(folder, "context")
    mkdirSync(root, { mode: 0o755 })
    for (const [path, text] of Object.entries(files)) put(join(root, path), text)
    nextTime(root)
    use(root)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const put = (path: string, text: string): void => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  // A time that can be set again exactly.
  utimesSync(path, 1, 1)
}

/** What a build looked at that copies these sources. */
const groundsOf = (root: string, sources: ReadonlyArray<string>) => {
  const { looks, tree } = noteLooks(open(root, ignored))
  const content = taken(tree, sources)
  const seen = looks(someday)
  if (seen === undefined) throw new Error("nothing was kept")
  return { content, grounds: { root, inWorkTree: false, texts: [], looks: seen } }
}

const files = { "a/x": "1", "a/y": "2", "a/c/z": "3", "b/x": "1", "b/run.log": "l", top: "4", "ignored/i": "5" }
const places = [...Object.keys(files), "a", "a/c", "b", "ignored", "a/new", "b/new.log", "new"]
const place = fc.constantFrom(...places)
const edit = fc.oneof(
  fc.record({ do: fc.constant("write" as const), at: place, text: fc.constantFrom("1", "2", "9", "") }),
  fc.record({ do: fc.constant("mode" as const), at: place, mode: fc.constantFrom(0o644, 0o755, 0o600, 0o700) }),
  fc.record({ do: fc.constant("remove" as const), at: place }),
  fc.record({ do: fc.constant("make" as const), at: place }),
  fc.record({ do: fc.constant("move" as const), at: place, to: place }),
  fc.record({ do: fc.constant("link" as const), at: place, to: fc.constantFrom("x", "../b", "top", "b") }),
  fc.record({ do: fc.constant("name" as const), at: place, to: place }),
  fc.record({ do: fc.constant("date" as const), at: place })
)

/** Does it, as far as it can be done. */
const apply = (root: string, step: typeof edit extends fc.Arbitrary<infer A> ? A : never): void => {
  const path = join(root, step.at)
  try {
    switch (step.do) {
      case "write": {
        // A change that hides: of the same size, with the times that were there before.
        writeFileSync(path, step.text)
        return utimesSync(path, 1, 1)
      }
      case "mode":
        return chmodSync(path, step.mode)
      case "remove":
        return rmSync(path, { recursive: true })
      case "make":
        return mkdirSync(path)
      case "move":
        return renameSync(path, join(root, step.to))
      case "link":
        rmSync(path, { recursive: true, force: true })
        return symlinkSync(step.to, path)
      case "name":
        return linkSync(path, join(root, step.to))
      case "date":
        return utimesSync(path, 1, 1)
    }
  } catch {
    // There is no such thing any more.
  }
}

const sources = fc.uniqueArray(fc.constantFrom("a", "a/c", "b", "top", "*", "a/x", "a/n*", "."), {
  minLength: 1,
  maxLength: 3
})

describe("files that a build was made of", () => {
  it("hold, whatever is edited, only when the copies of the build take the same from them", () => {
    const seen = { held: 0, not: 0 }
    fc.assert(
      fc.property(sources, fc.array(edit, { minLength: 1, maxLength: 4 }), (from, edits) =>
        withContext(files, (root) => {
          const { content, grounds } = groundsOf(root, from)
          nextTime(root)
          for (const step of edits) {
            apply(root, step)
            const holds = filesHold(grounds)
            seen[holds ? "held" : "not"]++
            expect(holds ? taken(open(root, ignored), from) : content).toBe(content)
          }
        })
      ),
      { numRuns: 100 }
    )
    expect(Math.min(seen.held, seen.not)).toBeGreaterThan(10)
  })

  it("hold while nothing changes, and when what is ignored or nobody looked at does", () => {
    withContext(files, (root) => {
      const { grounds } = groundsOf(root, ["a", "b"])
      expect(filesHold(grounds)).toBe(true)
      nextTime(root)
      writeFileSync(join(root, "b/run.log"), "more")
      writeFileSync(join(root, "ignored/j"), "more")
      writeFileSync(join(root, "top"), "more")
      writeFileSync(join(root, "new"), "more")
      expect(filesHold(grounds)).toBe(true)
    })
  })

  it("hold no longer once there is something where nothing was, or a link where a directory was", () => {
    withContext(files, (root) => {
      const { looks, tree } = noteLooks(open(root))
      tree.stat("a/later")
      const grounds = { root, inWorkTree: false, texts: [], looks: looks(someday) ?? [] }
      expect(filesHold(grounds)).toBe(true)
      writeFileSync(join(root, "a/later"), "")
      expect(filesHold(grounds)).toBe(false)
      rmSync(join(root, "a/later"))
      expect(filesHold(grounds)).toBe(true)
      // Whoever copies a file with its parents has their modes, too.
      chmodSync(join(root, "a"), 0o700)
      expect(filesHold(grounds)).toBe(false)
      chmodSync(join(root, "a"), 0o755)
      expect(filesHold(grounds)).toBe(true)
      renameSync(join(root, "a"), join(root, "old"))
      symlinkSync("old", join(root, "a"))
      expect(filesHold(grounds)).toBe(false)
    })
  })

  it("hold by their texts, whatever else happens to the files that have them, and by the repository around them", () => {
    withContext({ Dockerfile: "FROM scratch\n" }, (root) => {
      const path = join(root, "Dockerfile")
      const grounds = { root, inWorkTree: false, looks: [], texts: textPaths(root, undefined).map(textAt) }
      utimesSync(path, 1, 1)
      expect(filesHold(grounds)).toBe(true)
      writeFileSync(path, "FROM scratcH\n")
      expect(filesHold(grounds)).toBe(false)
      writeFileSync(path, "FROM scratch\n")
      for (const name of ["Dockerfile.dockerignore", ".dockerignore", ".containerignore", "Dockerfile.lock"]) {
        expect(filesHold(grounds)).toBe(true)
        writeFileSync(join(root, name), "")
        expect(filesHold(grounds)).toBe(false)
        rmSync(join(root, name))
      }
      mkdirSync(join(root, "../.git"))
      expect(filesHold(grounds)).toBe(false)
    })
  })

  it("are not read when they are pipes, which can be read once only", () => {
    withContext({}, (root) => {
      const path = join(root, "Dockerfile")
      execFileSync("mkfifo", [path])
      expect(() => textAt(path)).toThrow("no plain file")
    })
  })

  it("are not kept when they changed a moment ago, changed since, or are very many", () => {
    withContext(files, (root) => {
      const now = BigInt(Date.now()) * 1_000_000n
      const fresh = noteLooks(open(root))
      taken(fresh.tree, ["a"])
      expect(fresh.looks(now)).toBeUndefined()
      const changed = noteLooks(open(root))
      taken(changed.tree, ["a"])
      nextTime(root)
      writeFileSync(join(root, "a/x"), "7")
      expect(changed.looks(someday)).toBeUndefined()
      for (let at = 0; at < 2_001; at++) writeFileSync(join(root, `b/${at}`), "")
      const many = noteLooks(open(root))
      taken(many.tree, ["b"])
      expect(many.looks(someday)).toBeUndefined()
    })
  })
})
