import { dirname, join } from "node:path"
import { isSameState, isSettled, stateOf as fileState } from "@gantry/build/context/content-digest"
import type { ContextEntry, ContextTree } from "@gantry/build/context/ContextTree"
import { isIgnoring, matchOf } from "@gantry/build/context/ignore-file"
import * as Either from "effect/Either"
import { type Look, stateOf, statOf } from "./looks.ts"

/** More things than that are looked at anew by every build. */
const mostLooks = 2_000

/** A context that is watched being looked at. */
export interface NotedLooks {
  readonly tree: ContextTree
  /**
   * All that was looked at and what was seen, where that can be relied on: undefined when there is too much of it, when
   * something changed just now (`nowNs`: the present) or since.
   */
  readonly looks: (nowNs: bigint) => ReadonlyArray<Look> | undefined
}

/** Watches what is looked at in a context. */
export const noteLooks = (tree: ContextTree): NotedLooks => {
  /** Directories whose names were read, and what was seen of them before that. */
  const listed = new Map<string, string | undefined>()
  const entries = new Map<string, ContextEntry | undefined>()
  let count = 0
  const note = (path: string, entry: ContextEntry | undefined): void => {
    if (count > mostLooks || entries.has(path)) return
    count++
    entries.set(path, entry)
  }
  return {
    tree: {
      ...tree,
      list: (directory) => {
        if (!listed.has(directory)) {
          const stat = statOf(join(tree.root, directory), directory === "")
          listed.set(directory, stat === undefined ? undefined : stateOf("listed", stat))
        }
        return Either.map(tree.list(directory), (found) => {
          for (const entry of found) note(entry.path, entry)
          return found
        })
      },
      stat: (path) =>
        Either.map(tree.stat(path), (entry) => {
          note(path, entry)
          return entry
        })
    },
    looks: (nowNs) => {
      if (count > mostLooks) return undefined
      const looks = new Map<string, Look>()
      const isNew = (changed: bigint) => !isSettled(changed, nowNs)
      const passed = (path: string): boolean => {
        if (looks.has(path) || listed.has(path)) return true
        const stat = statOf(join(tree.root, path), path === "")
        if (stat?.isDirectory() !== true) return false
        looks.set(path, { path, saw: "passed", state: stateOf("passed", stat) })
        return path === "" || passed(parentOf(path))
      }
      for (const [path, before] of listed) {
        const stat = statOf(join(tree.root, path), path === "")
        if (stat?.isDirectory() !== true || stateOf("listed", stat) !== before || isNew(stat.ctimeNs)) return undefined
        looks.set(path, { path, saw: "listed", state: before })
      }
      for (const [path, entry] of entries) {
        // What the ignore file leaves out was seen where names were read, and is nothing to the build.
        if (entry !== undefined && isIgnoring(tree.ignore, matchOf(tree.ignore, path))) continue
        if (path !== "" && !passed(parentOf(path))) return undefined
        if (entry?.type === "dir") {
          if (!passed(path)) return undefined
          continue
        }
        if (entry === undefined) {
          looks.set(path, { path, saw: "none", state: "" })
          continue
        }
        const stat = statOf(join(tree.root, path), false)
        const isSame = stat?.isDirectory() === false && isSameState(entry, fileState(stat))
        if (stat === undefined || !isSame || isNew(stat.ctimeNs)) return undefined
        looks.set(path, { path, saw: "file", state: stateOf("file", stat) })
      }
      return [...looks.values()]
    }
  }
}

const parentOf = (path: string): string => {
  const parent = dirname(path)
  return parent === "." ? "" : parent
}
