import { type PathProblem, safePath } from "./safe-path.ts"
import type { TarEntry } from "./tar-read.ts"
import type { EntryMeta, FileContent, TreeEntry } from "./TreeEntry.ts"

/** The entry of a tree at `path` that an entry of an archive makes, or why the file its hard link names is none. */
export const entryOfTar = (entry: TarEntry, path: string, content: FileContent): TreeEntry | PathProblem => {
  const meta: EntryMeta = {
    path,
    mode: entry.mode,
    uid: entry.uid,
    gid: entry.gid,
    mtimeNs: entry.mtimeNs,
    ...(entry.xattrs.size === 0 ? {} : { xattrs: entry.xattrs })
  }
  switch (entry.type) {
    case "file":
      return { ...meta, type: "file", size: entry.size, content }
    case "symlink":
      return { ...meta, type: "symlink", target: entry.link }
    case "hardlink": {
      const target = safePath(entry.link)
      return typeof target === "string" ? { ...meta, type: "hardlink", target } : target
    }
    case "char":
    case "block":
      return { ...meta, type: entry.type, major: entry.major, minor: entry.minor }
    case "directory":
    case "fifo":
      return { ...meta, type: entry.type }
  }
}
