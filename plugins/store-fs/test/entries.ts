import type { TreeEntry } from "@gantry/core/tree/TreeEntry"

/** What entries of tests have in common, where nothing else is said. */
export const plain = { mode: 0o644, uid: 0, gid: 0, mtimeNs: 1_700_000_000_000_000_000n }

/** A file with a text. */
export const file = (path: string, text: string, more: Partial<TreeEntry> = {}): TreeEntry =>
  ({
    ...plain,
    path,
    type: "file",
    size: text.length,
    content: { from: "bytes", bytes: Buffer.from(text) },
    ...more
  }) as TreeEntry

/** A directory that everybody may look into. */
export const directory = (path: string, more: Partial<TreeEntry> = {}): TreeEntry =>
  ({ ...plain, mode: 0o755, path, type: "directory", ...more }) as TreeEntry
