import type { BindMount } from "@gantry/build/dockerfile/RunMount"
import type { ContextPart } from "@gantry/build/solve/BuildContext"
import { type MountRequest, StepFailed } from "@gantry/build/solve/StepExecutor"
import { LayerStore } from "@gantry/core/store/LayerStore"
import type { LayerMissing, StorageFailure, UnsafePath } from "@gantry/core/store/StoreError"
import type { TreeChange } from "@gantry/core/tree/TreeEntry"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { isAtOrBelow, mountPoints, type PlacedMount, type WantedPoint } from "./mount-points.ts"
import { contextSource } from "./copy-source.ts"

/** A bind mount and what it shows. */
export interface BindRequest {
  readonly mount: BindMount
  readonly contents: NonNullable<MountRequest["contents"]>
}

type Failure = StepFailed | LayerMissing | UnsafePath | StorageFailure

/**
 * Makes a tree of its own for a bind mount, on the layers that it shows or with the files of the context that it shows:
 * what is written there goes with the scope. `inner`: other mounts, some of which may be inside of this one.
 */
export const bindTree = (
  { contents, mount }: BindRequest,
  inner: ReadonlyArray<WantedPoint>
): Effect.Effect<PlacedMount, Failure, LayerStore | Scope.Scope> =>
  Effect.gen(function* () {
    const layers = yield* LayerStore
    const stack = contents.of === "tree" ? contents.stack : []
    const files = contents.of === "context" ? yield* contextFiles(contents.part) : undefined
    const found = files === undefined ? yield* layers.lookup(stack, relative(mount.source), true) : Option.none()
    if (files === undefined && Option.isNone(found)) {
      return yield* new StepFailed({ why: `${mount.source} is not in what is mounted on ${mount.target}` })
    }
    const isFile = files === undefined ? Option.getOrThrow(found).type !== "directory" : files.isFile
    const inside = inner.flatMap(({ kind, target }): ReadonlyArray<WantedPoint> =>
      target !== mount.target && isAtOrBelow(target, mount.target) && !isFile
        ? [{ kind, target: `${files === undefined ? mount.source : ""}${target.slice(mount.target.length)}` }]
        : []
    )
    const tree = yield* Effect.acquireRelease(
      layers.prepare({ parents: stack, keep: false, bare: true, points: yield* mountPoints(stack, inside) }),
      (draft) => Effect.ignore(layers.discard(draft))
    )
    if (files !== undefined) yield* layers.write(tree, files.entries)
    const source = files === undefined ? mount.source : files.isFile ? `/${files.name}` : "/"
    return {
      kind: isFile ? "file" : "directory",
      spec: { type: "tree", root: tree.root, source, target: mount.target, readonly: mount.readOnly }
    }
  })

const relative = (path: string): string =>
  path
    .split("/")
    .filter((name) => name !== "" && name !== ".")
    .join("/")

/** What a mount shows of a context: one directory's contents, or one file under its name. */
const contextFiles = (
  part: ContextPart
): Effect.Effect<
  { readonly entries: ReadonlyArray<TreeChange>; readonly isFile: boolean; readonly name: string },
  StepFailed
> =>
  Effect.gen(function* () {
    const [match] = part.matches
    if (match === undefined) return { entries: [], isFile: false, name: "" }
    const { entries, kind, name } = yield* contextSource(match, part)
    const isFile = kind === "file"
    return { isFile, name, entries: isFile ? entries.map((entry) => ({ ...entry, path: name })) : entries }
  })
