import { closeSync, constants, mkdirSync, mkdtempSync, openSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { loadSyscallsSync } from "@gantry/linux/load"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { containedRoot, type FileRoot } from "../../src/copy/FileRoot.ts"
import { openSource } from "../../src/copy/open-source.ts"

/** A tree in a few names, so that links meet what is there. */
type Node =
  | { readonly type: "file" }
  | { readonly type: "link"; readonly target: string }
  | { readonly type: "directory"; readonly children: { readonly [name: string]: Node } }

const name = fc.constantFrom("a", "b", "c")
const path = fc
  .tuple(fc.constantFrom("", "/"), fc.array(fc.oneof(name, fc.constant("..")), { minLength: 1, maxLength: 4 }))
  .map(([start, parts]) => start + parts.join("/"))
const { node } = fc.letrec<{ node: Node }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3 },
    fc.constant<Node>({ type: "file" }),
    path.map((target): Node => ({ type: "link", target })),
    fc.dictionary(name, tie("node"), { maxKeys: 3 }).map((children): Node => ({ type: "directory", children }))
  )
}))
const tree = fc
  .dictionary(name, node, { minKeys: 1, maxKeys: 3 })
  .map((children): Node => ({ type: "directory", children }))

const write = (at: string, { children }: Extract<Node, { type: "directory" }>): void => {
  for (const [each, child] of Object.entries(children)) {
    const place = join(at, each)
    if (child.type === "file") writeFileSync(place, "inside")
    else if (child.type === "link") symlinkSync(child.target, place)
    else {
      mkdirSync(place)
      write(place, child)
    }
  }
}

/** What a path means in a tree whose root nothing leads out of, links followed but for the last: the model. */
const meant = (root: Node, text: string): Node | undefined => {
  let left = 40
  const walk = (
    from: ReadonlyArray<Node>,
    parts: ReadonlyArray<string>,
    follow: boolean
  ): ReadonlyArray<Node> | undefined => {
    let at = from
    for (const [index, part] of parts.entries()) {
      const here = at.at(-1)
      if (part === "") continue
      if (here?.type !== "directory") return undefined
      if (part === "..") {
        at = at.length > 1 ? at.slice(0, -1) : at
        continue
      }
      const child = Object.hasOwn(here.children, part) ? here.children[part] : undefined
      if (child === undefined) return undefined
      const last = index === parts.length - 1
      if (child.type !== "link" || (last && !follow)) {
        at = [...at, child]
        continue
      }
      if (left-- === 0) return undefined
      const next = walk(child.target.startsWith("/") ? [root] : at, child.target.split("/"), true)
      if (next === undefined) return undefined
      at = next
    }
    return at
  }
  return walk([root], text.split("/"), false)?.at(-1)
}

const withTree = (root: Node, use: (files: FileRoot) => void): void => {
  const directory = mkdtempSync(join(tmpdir(), "gantry-root-"))
  const fd = openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    if (root.type === "directory") write(directory, root)
    use(containedRoot(loadSyscallsSync(), fd))
  } finally {
    closeSync(fd)
    rmSync(directory, { recursive: true })
  }
}

describe("paths in a container", () => {
  it("mean what they mean to a process whose root that is", () => {
    fc.assert(
      fc.property(tree, fc.array(path, { minLength: 3, maxLength: 8 }), (root, paths) => {
        withTree(root, (files) => {
          for (const each of paths) {
            const absolute = each.startsWith("/") ? each : `/${each}`
            const expected = meant(root, absolute)
            const kind = expected?.type === "link" ? "symlink" : expected?.type
            expect({ root, absolute, kind: files.look(absolute)?.kind }).toEqual({ root, absolute, kind })
          }
        })
      }),
      { numRuns: 150 }
    )
  })

  it("are copied with all that lies below, links as links", () => {
    fc.assert(
      fc.property(tree, (root) => {
        withTree(root, (files) => {
          const entries = Effect.runSync(
            Effect.scoped(
              Effect.map(openSource(loadSyscallsSync(), files, "/.", { follow: false }), (source) =>
                source.entries("t")
              )
            )
          )
          const list = (at: string, each: Node): ReadonlyArray<string> => [
            `${at} ${each.type === "link" ? "symlink" : each.type}`,
            ...(each.type === "directory"
              ? Object.entries(each.children).flatMap(([child, below]) => list(`${at}/${child}`, below))
              : [])
          ]
          expect(entries.map((entry) => `${entry.path} ${entry.type}`).toSorted()).toEqual(list("t", root).toSorted())
        })
      }),
      { numRuns: 60 }
    )
  })
})
