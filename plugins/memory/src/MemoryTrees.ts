import type { StorageFailure, UnsafePath } from "@gantry/core/store/StoreError"
import type { TreeChange, TreeEntry } from "@gantry/core/tree/TreeEntry"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"

/** Open trees by the name in their `opaque` root: how the memory runtime reaches what the memory layer store holds. */
export interface MemoryTreesShape {
  /** The merged tree, by path. */
  readonly view: (id: string) => Effect.Effect<ReadonlyMap<string, TreeEntry>, StorageFailure>
  readonly write: (id: string, changes: Iterable<TreeChange>) => Effect.Effect<void, UnsafePath | StorageFailure>
}

/** The service tag of {@link MemoryTreesShape}. */
export class MemoryTrees extends Context.Tag("@gantry/plugin-memory/MemoryTrees")<MemoryTrees, MemoryTreesShape>() {}
