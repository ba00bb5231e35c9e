/**
 * A file tree as data: what a layer adds, and what it takes away.
 *
 * Paths are relative to the root, with forward slashes, without `.`, `..`, leading or trailing slash; the root itself is "".
 * A name that is not UTF-8 has no path here: whoever meets one refuses it with `UnsafePath` rather than changing it.
 */
export interface EntryMeta {
  readonly path: string
  /** Permission bits with setuid, setgid and sticky: 0 to 0o7777. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Nanoseconds since 1970. */
  readonly mtimeNs: bigint
  /** Extended attributes by name, `security.capability` among them. */
  readonly xattrs?: ReadonlyMap<string, Uint8Array>
}

/** Where a file's bytes come from. */
export type FileContent =
  | { readonly from: "bytes"; readonly bytes: Uint8Array }
  /** A file of the host, absolute path. It is opened without following a link in the last place. */
  | { readonly from: "file"; readonly path: string }
  /** Pieces asked for one after the other; may be read once only. */
  | { readonly from: "pieces"; readonly pieces: () => Iterable<Uint8Array> }

/** An entry of a tree. */
export type TreeEntry =
  | (EntryMeta & { readonly type: "file"; readonly size: number; readonly content: FileContent })
  | (EntryMeta & { readonly type: "directory" })
  | (EntryMeta & { readonly type: "symlink"; readonly target: string })
  /** The same file as `target`, another path of the same tree that came before. */
  | (EntryMeta & { readonly type: "hardlink"; readonly target: string })
  | (EntryMeta & { readonly type: "char" | "block"; readonly major: number; readonly minor: number })
  | (EntryMeta & { readonly type: "fifo" })

/**
 * One change of a tree against the tree below it.
 *
 * Spec: OCI image-spec, layer.md, sections "Whiteouts" and "Opaque Whiteout".
 */
export type TreeChange =
  | TreeEntry
  /** The path of the tree below, and all under it, is gone. */
  | { readonly type: "removed"; readonly path: string }
  /** What the tree below has inside this directory is gone; the directory itself stays. */
  | { readonly type: "opaque"; readonly path: string }
