import type { TreeChange } from "@gantry/core/tree/TreeEntry"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Changesets } from "../changeset-laws.ts"
import type { Saboteur } from "../Saboteur.ts"

type Shape = Context.Tag.Service<Changesets>

const removal = (path: string): TreeChange => ({ type: "removed", path })

const sins: ReadonlyArray<
  readonly [sin: string, breaks: ReadonlyArray<string>, how: (changesets: Shape) => Partial<Shape>]
> = [
  [
    "compares sizes and times instead of contents",
    ["CHG-1"],
    ({ diff }) => ({
      diff: (from, to) =>
        diff(
          from,
          Array.from(to, (entry) => {
            const before = from.find(({ path }) => path === entry.path)
            if (entry.type !== "file" || before?.type !== "file") return entry
            const alike = entry.size === before.size && entry.mtimeNs === before.mtimeNs
            return alike ? { ...entry, content: before.content } : entry
          })
        )
    })
  ],
  [
    "does not see that a mode has changed",
    ["CHG-1"],
    ({ diff }) => ({
      diff: (from, to) =>
        diff(
          from,
          Array.from(to, (entry) => ({
            ...entry,
            mode: from.find(({ path }) => path === entry.path)?.mode ?? entry.mode
          }))
        )
    })
  ],
  [
    "forgets what is gone",
    ["CHG-1"],
    ({ diff }) => ({ diff: (from, to) => diff(from, to).filter(({ type }) => type !== "removed" && type !== "opaque") })
  ],
  [
    "lets the inside of a removed directory shine through",
    ["CHG-1"],
    ({ apply }) => ({
      apply: (tree, changes) => {
        const after = apply(tree, changes)
        const here = new Set(after.map(({ path }) => path))
        const gone = new Set(changes.flatMap((each) => (each.type === "removed" ? [each.path] : [])))
        return [...after, ...tree.filter(({ path }) => path.includes("/") && !here.has(path) && !gone.has(path))]
      }
    })
  ],
  [
    "removes each path of a directory by itself",
    ["CHG-4"],
    ({ diff }) => ({
      diff: (from, to) =>
        diff(from, to).flatMap((change: TreeChange): Array<TreeChange> => {
          if (change.type !== "removed") return [change]
          const inside = from.filter(({ path }) => path.startsWith(`${change.path}/`))
          return Array.of<TreeChange>(change).concat(inside.map(({ path }) => removal(path)))
        })
    })
  ],
  [
    "mentions what has not changed",
    ["CHG-2"],
    ({ diff }) => ({ diff: (from, to) => [...diff(from, to), ...to.slice(0, 1)] })
  ],
  [
    "loses an entry whenever it applies",
    ["CHG-1", "CHG-2"],
    ({ apply }) => ({ apply: (...asked) => apply(...asked).slice(0, -1) })
  ],
  ["takes the later changes for the sum", ["CHG-3"], () => ({ sum: (_, second) => second })],
  ["adds in the wrong order", ["CHG-3"], ({ sum }) => ({ sum: (first, second) => sum(second, first) })],
  [
    "takes things away after all else",
    ["CHG-3"],
    ({ apply, sum }) => ({
      sum: (first, second) => [...sum(first, second), ...first.filter(({ type }) => type === "removed")],
      apply: (tree, changes) => changes.reduce((now, change) => apply(now, [change]), tree)
    })
  ],
  [
    "sorts changes and takes that for their one form",
    ["CHG-5"],
    () => ({ canonical: (changes) => changes.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)) })
  ],
  [
    "keeps what was said of a directory before it was emptied",
    ["CHG-5"],
    ({ canonical }) => ({
      canonical: (changes) => {
        const inside = (path: string) =>
          changes.some(({ path: at, type }) => type === "opaque" && path.startsWith(`${at}/`))
        return canonical([...changes, ...changes.filter(({ path, type }) => type === "file" && inside(path))])
      }
    })
  ]
]

/** Functions between trees and changes with one sin each, made from honest ones. */
export const changesetSaboteurs = (honest: Layer.Layer<Changesets>): ReadonlyArray<Saboteur<Changesets>> =>
  sins.map(([sin, breaks, how]) => ({
    sin,
    breaks,
    layer: Layer.provide(
      Layer.effect(
        Changesets,
        Effect.map(Changesets, (changesets) => ({ ...changesets, ...how(changesets) }))
      ),
      honest
    )
  }))
