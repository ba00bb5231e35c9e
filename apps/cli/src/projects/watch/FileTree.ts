import { type BigIntStats, type FSWatcher, lstatSync, readdirSync, watch } from "node:fs"
import { basename, dirname, join } from "node:path"

/** What has changed since it was looked at last. Absolute paths; one may be in both, when something else is there now. */
export interface Changes {
  /** New, or with another content or mode: files, links, and directories that are new. */
  readonly changed: ReadonlyArray<string>
  /** With all that was below a directory. */
  readonly gone: ReadonlyArray<string>
}

interface Entry {
  readonly isDirectory: boolean
  /** Another one says that it has changed. */
  readonly mark: string
}

interface Directory {
  /** None where this user may not look, and where it is gone already. */
  readonly watcher: FSWatcher | undefined
  readonly entries: Map<string, Entry>
}

/** A file or a directory of the host with all that is below it, and what is known of it. */
export interface FileTree {
  /** Looks again where something has happened. Throws when the system watches no more directories. */
  readonly look: () => Changes
  readonly close: () => void
}

/**
 * Opens a tree. `onChange` rings when something may have happened: what it was shows {@link FileTree.look}, because what
 * the system tells differs between runtimes, and some of it is lost when much happens at once.
 *
 * Directories that `skips` are not looked at. Throws what the system says.
 */
export const openTree = (root: string, skips: (directory: string) => boolean, onChange: () => void): FileTree => {
  const directories = new Map<string, Directory>()
  const rung = new Set<string>()
  const top = dirname(root)

  const ring = (path: string) => () => {
    rung.add(path)
    onChange()
  }

  const enter = (path: string): void => {
    const watcher = orNothing(() => watch(path, ring(path)))
    // It is gone, which its parent tells, too.
    watcher?.on("error", ring(path))
    directories.set(path, { watcher, entries: new Map() })
  }

  const leave = (path: string, gone: Array<string> = []): void => {
    const start = `${path}/`
    for (const [each, { entries, watcher }] of directories) {
      if (each !== path && !each.startsWith(start)) continue
      gone.push(...Array.from(entries.keys(), (name) => join(each, name)))
      watcher?.close()
      directories.delete(each)
      rung.delete(each)
    }
  }

  const namesIn = (path: string): ReadonlyArray<string> => (path === top ? [basename(root)] : namesOf(path))

  const lookAt = (path: string, changed: Array<string>, gone: Array<string>): void => {
    const directory = directories.get(path)
    if (directory === undefined) return
    const { entries } = directory
    const names = new Set(namesIn(path))
    for (const [name, { isDirectory }] of entries) {
      const here = names.has(name) ? entryAt(join(path, name)) : undefined
      if (here !== undefined && here.isDirectory === isDirectory) continue
      entries.delete(name)
      gone.push(join(path, name))
      if (isDirectory) leave(join(path, name), gone)
    }
    for (const name of names) {
      const each = join(path, name)
      const here = entryAt(each)
      if (here === undefined) continue
      const before = entries.get(name)
      if (before?.mark === here.mark) continue
      entries.set(name, here)
      changed.push(each)
      if (!here.isDirectory || skips(each)) continue
      // Another directory of this name: what the earlier one had is gone.
      if (before !== undefined) {
        gone.push(each)
        leave(each, gone)
      }
      enter(each)
      lookAt(each, changed, gone)
    }
  }

  const look = (): Changes => {
    const changed: Array<string> = []
    const gone: Array<string> = []
    const paths = [...rung]
    rung.clear()
    for (const path of paths) lookAt(path, changed, gone)
    return { changed, gone }
  }

  const close = () => leave(top)
  try {
    enter(top)
    rung.add(top)
    look()
  } catch (cause) {
    close()
    throw cause
  }
  return { look, close }
}

/** None where nothing lies that can be copied. */
const entryAt = (path: string): Entry | undefined => {
  const stat = statOf(path)
  if (stat === undefined) return undefined
  if (stat.isDirectory()) return { isDirectory: true, mark: `directory ${stat.ino}` }
  if (!stat.isFile() && !stat.isSymbolicLink()) return undefined
  return { isDirectory: false, mark: `${stat.mode} ${stat.ino} ${stat.size} ${stat.mtimeNs}` }
}

const statOf = (path: string): BigIntStats | undefined =>
  orNothing(() => lstatSync(path, { bigint: true, throwIfNoEntry: false }))

const namesOf = (path: string): ReadonlyArray<string> => orNothing(() => readdirSync(path)) ?? []

const nowhere: ReadonlySet<unknown> = new Set(["EACCES", "ENOENT", "ENOTDIR"])

/** What is not there any more, or not for us, is as good as gone. */
const orNothing = <A>(look: () => A): A | undefined => {
  try {
    return look()
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && nowhere.has(cause.code)) return undefined
    throw cause
  }
}
