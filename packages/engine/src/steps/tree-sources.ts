import { posix } from "node:path"
import { hasGlob } from "@gantry/build/context/glob"
import { describeProblem } from "@gantry/build/context/ContextProblem"
import { select } from "@gantry/build/context/select"
import { type CopyFrom, StepFailed } from "@gantry/build/solve/StepExecutor"
import { LayerStore } from "@gantry/core/store/LayerStore"
import type { LayerMissing, StorageFailure } from "@gantry/core/store/StoreError"
import type { TreeEntry } from "@gantry/core/tree/TreeEntry"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { shapeOf, type Source } from "./copy-source.ts"
import { viewOf } from "./stack-view.ts"

type FromTree = Extract<CopyFrom, { readonly of: "tree" }>
type Problem = StepFailed | LayerMissing | StorageFailure

/** What the sources of a copy stand for in another tree. Owners stay as they are there. */
export const treeSources = (from: FromTree): Effect.Effect<ReadonlyArray<Source>, Problem, LayerStore> =>
  from.exclude.length > 0 || from.parents || from.sources.some(hasGlob) ? searched(from) : named(from)

const isMissing = (source: string) => new StepFailed({ why: `${source} is not in the tree it is copied from` })

/** Plain paths: nothing but what is copied is read. */
const named = ({ optional, sources, stack }: FromTree): Effect.Effect<ReadonlyArray<Source>, Problem, LayerStore> =>
  Effect.gen(function* () {
    const layers = yield* LayerStore
    const found: Array<Source> = []
    for (const source of sources) {
      // As in a context, `..` cannot leave the root.
      const path = posix.normalize(`/${source}`)
      const entry = yield* layers.lookup(stack, path.replace(/^\/|\/$/g, ""), true)
      if (Option.isNone(entry)) {
        if (optional) continue
        return yield* isMissing(source)
      }
      const name = posix.basename(path)
      if (entry.value.type !== "directory") {
        const [file] = yield* withoutLinksOut([{ as: "", entry: entry.value }], (target) =>
          layers.lookup(stack, target, false)
        )
        found.push({ name, kind: "file", entries: file === undefined ? [] : [file], unpack: false })
        continue
      }
      const base = entry.value.path
      const skip = base === "" ? 0 : base.length + 1
      const below = (yield* layers.walk(stack, base)).map((each) => ({ as: each.path.slice(skip), entry: each }))
      const entries = yield* withoutLinksOut(below, (target) => layers.lookup(stack, target, false))
      found.push({ name, kind: "directory", entries, unpack: false })
    }
    return found
  })

/** Patterns, `--parents` and `--exclude`: the same search as in a context, in the whole tree. */
const searched = ({
  exclude,
  optional,
  parents,
  sources,
  stack
}: FromTree): Effect.Effect<ReadonlyArray<Source>, Problem, LayerStore> =>
  Effect.gen(function* () {
    const view = yield* viewOf(stack)
    const found: Array<Source> = []
    for (const source of sources) {
      const matches = yield* Either.match(select(view.tree, source, { parents, exclude, optional }), {
        onLeft: (problem) =>
          Effect.fail(
            problem._tag === "SourceMissing" ? isMissing(source) : new StepFailed({ why: describeProblem(problem) })
          ),
        onRight: (selected) => Effect.succeed(selected)
      })
      for (const match of matches) {
        const { kind, name } = shapeOf(match)
        const selected = match.selected.flatMap(({ as, entry }) => {
          const whole = view.entryAt(entry.path)
          return whole === undefined ? [] : [{ as: kind === "file" ? "" : as, entry: whole }]
        })
        const entries = yield* withoutLinksOut(selected, (target) =>
          Effect.succeed(Option.fromNullable(view.entryAt(target)))
        )
        found.push({ name, kind, entries, unpack: false })
      }
    }
    return found
  })

/**
 * Entries under their new paths. A hard link to something that is copied too links to the copy; one to something that
 * stays behind becomes a file of its own.
 */
const withoutLinksOut = <E, R>(
  selected: ReadonlyArray<{ readonly as: string; readonly entry: TreeEntry }>,
  lookup: (path: string) => Effect.Effect<Option.Option<TreeEntry>, E, R>
): Effect.Effect<ReadonlyArray<TreeEntry>, E, R> =>
  Effect.gen(function* () {
    const copies = new Map<string, string>()
    const entries: Array<TreeEntry> = []
    for (const { as, entry } of selected) {
      if (entry.type !== "hardlink") {
        if (entry.type === "file") copies.set(entry.path, as)
        entries.push({ ...entry, path: as })
        continue
      }
      const copy = copies.get(entry.target)
      if (copy !== undefined) {
        entries.push({ ...entry, path: as, target: copy })
        continue
      }
      const target = yield* lookup(entry.target)
      if (Option.isNone(target) || target.value.type !== "file") continue
      entries.push({ ...target.value, path: as })
      copies.set(entry.target, as)
    }
    return entries
  })
