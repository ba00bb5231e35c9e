import type { TreeChange, TreeEntry } from "@gantry/core/tree/TreeEntry"

/** A file, directory or other thing that a layer added, changed or took away. */
export interface LayerFile {
  readonly path: string
  readonly type: TreeEntry["type"]
  /** Bytes of content; 0 for everything but files. */
  readonly size: number
}

/** What one layer does to those below it. Lists are sorted by path. */
export interface LayerChanges {
  readonly added: ReadonlyArray<LayerFile>
  readonly changed: ReadonlyArray<LayerFile>
  readonly removed: ReadonlyArray<LayerFile>
  /** Bytes of content in this layer. */
  readonly bytes: number
  /** Bytes of content in this layer that a higher one overwrites or removes, under all their names. */
  readonly wasted: number
}

/** Content that lies in one layer, under so many names that can still be seen. */
interface Content {
  readonly size: number
  readonly layer: number
  names: number
}

interface Node {
  entry: TreeEntry | undefined
  content: Content | undefined
  readonly children: Map<string, Node>
}

const emptyNode = (): Node => ({ entry: undefined, content: undefined, children: new Map() })

const fileOf = (entry: TreeEntry, content: Content | undefined): LayerFile => ({
  path: entry.path,
  type: entry.type,
  size: content?.size ?? 0
})

/** A directory is listed in a layer when something in it changed: that alone is no change of its own. */
const sameDirectory = (a: TreeEntry, b: TreeEntry): boolean =>
  a.type === "directory" && b.type === "directory" && a.mode === b.mode && a.uid === b.uid && a.gid === b.gid

/**
 * Follows the changes of layers, base first, and tells what each does to the tree that those below it make.
 *
 * A removed directory counts with all that was in it. A directory that is in a layer only because something in it
 * changed counts as nothing.
 */
export const compareLayers = (stack: Iterable<ReadonlyArray<TreeChange>>): ReadonlyArray<LayerChanges> => {
  const root = emptyNode()
  const wasted: Array<number> = []
  const layers: Array<Omit<LayerChanges, "wasted">> = []
  for (const changes of stack) {
    wasted.push(0)
    layers.push(addLayer(root, changes, layers.length, wasted))
  }
  return layers.map((layer, index) => ({ ...layer, wasted: wasted[index] ?? 0 }))
}

const addLayer = (
  root: Node,
  changes: ReadonlyArray<TreeChange>,
  layer: number,
  wasted: Array<number>
): Omit<LayerChanges, "wasted"> => {
  const gone = new Map<string, LayerFile>()
  const added: Array<LayerFile> = []
  const changed: Array<LayerFile> = []
  let bytes = 0

  const forget = (node: Node): void => {
    if (node.entry !== undefined) gone.set(node.entry.path, fileOf(node.entry, node.content))
    release(node)
    clear(node)
  }
  const clear = (node: Node): void => {
    for (const child of node.children.values()) forget(child)
    node.children.clear()
  }
  const release = (node: Node): void => {
    const { content } = node
    node.entry = undefined
    node.content = undefined
    if (content === undefined || --content.names > 0) return
    // What a layer replaces of its own was never stored twice.
    if (content.layer !== layer) wasted[content.layer] = (wasted[content.layer] ?? 0) + content.size
  }

  // Whiteouts speak of the layers below, wherever they stand.
  for (const { path, type } of changes) {
    if (type !== "removed" && type !== "opaque") continue
    const node = find(root, path)
    if (node === undefined) continue
    if (type === "removed") forget(node)
    else clear(node)
  }
  for (const change of changes) {
    if (change.type === "removed" || change.type === "opaque") continue
    const linked = change.type === "hardlink" ? find(root, change.target)?.content : undefined
    const content = change.type === "file" ? { size: change.size, layer, names: 0 } : linked
    if (change.type === "file") bytes += change.size
    if (content !== undefined) content.names += 1
    const node = make(root, change.path)
    const old = node.entry ?? (gone.has(change.path) ? change : undefined)
    const touched = node.entry !== undefined && sameDirectory(node.entry, change)
    release(node)
    if (change.type !== "directory") clear(node)
    node.entry = change
    node.content = content
    gone.delete(change.path)
    if (touched || change.path === "") continue
    ;(old === undefined ? added : changed).push(fileOf(change, content))
  }
  return { added, changed, removed: [...gone.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1)), bytes }
}

const partsOf = (path: string): ReadonlyArray<string> => (path === "" ? [] : path.split("/"))

const find = (root: Node, path: string): Node | undefined => {
  let node: Node | undefined = root
  for (const part of partsOf(path)) node = node?.children.get(part)
  return node
}

const make = (root: Node, path: string): Node => {
  let node = root
  for (const part of partsOf(path)) {
    let next = node.children.get(part)
    if (next === undefined) {
      next = emptyNode()
      node.children.set(part, next)
    }
    node = next
  }
  return node
}
