import { isOrphaned } from "./containers/owned-name.ts"

/** Archives that a running ADD keeps unpacked in the root directory. */
export const archiveKind = "archive"

/** Directories with files to build from, fetched or unpacked, that a running build keeps in the root directory. */
export const contextKind = "context"

/** Directories with the socket that leads a running build step to an ssh agent. */
export const sshKind = "ssh"

/** Files with the complaints of a supervisor that waits for its job. */
export const supervisorKind = "supervisor"

/** Kinds of things in the root directory that belong to the process whose number is in their name. */
export const workKinds: ReadonlyArray<string> = [archiveKind, contextKind, sshKind, supervisorKind]

/** Directories below the root in which every entry belongs to one container, volume or cache mount. */
export const dividedNames: ReadonlyArray<string> = ["containers", "volumes", "cache-mounts"]

/** Directory below the root that has the cache mounts of builds. */
export const cacheMountsName = "cache-mounts"

/** Directory below the root that has what builds have said. */
export const buildsName = "builds"

/** Directory below the root that has the journal of events. */
export const eventsName = "events"

/** Directory below the root that has what is kept of containers that failed. */
export const autopsiesName = "autopsies"

/** How the directory of a volume or a cache mount is called while it is being removed. */
export const removedVolume = ".removed-"

const recordNames: ReadonlySet<string> = new Set([buildsName, eventsName, autopsiesName])

/** Whether the engine keeps its notes under a name in the root directory. */
const isOfRecords = (top: string): boolean =>
  dividedNames.includes(top) ||
  recordNames.has(top) ||
  /^(?:index\.json|state\.db(?:-wal|-shm|-journal|-reserve)?)$/.test(top)

/** Whether a name in the root directory is the engine's own. The places of the store are the store's. */
export const isEngines = (top: string): boolean => isOfRecords(top) || kindOf(top) !== undefined

/** To whom something below the root belongs that is in no place of the store's. */
export type RootPart =
  | { readonly of: "container" | "volume" | "cache-mount"; readonly id: string }
  /** The engine's own notes. */
  | { readonly of: "records" }
  /** A living process works with it. */
  | { readonly of: "work" }
  /** A process that has ended left it. */
  | { readonly of: "leftover" }
  /** Not gantry's. */
  | { readonly of: "nobody" }

/** Says whose a path is, relative to the root with slashes. */
export const rootPart = (path: string): RootPart => {
  const [top = "", inner] = path.split("/", 2)
  if (inner === undefined) {
    if (isOfRecords(top)) return { of: "records" }
    // What a file system makes in its topmost directory.
    if (top === "lost+found") return { of: "records" }
    if (/^\.index\.[0-9a-f]+\.json$/.test(top)) return { of: "leftover" }
    return ofProcess(top) ?? { of: "nobody" }
  }
  if (recordNames.has(top)) return { of: "records" }
  if (top === "containers") return { of: "container", id: inner }
  if (top === cacheMountsName)
    return inner.startsWith(removedVolume) ? { of: "leftover" } : { of: "cache-mount", id: inner }
  if (top === "volumes") return inner.startsWith(removedVolume) ? { of: "leftover" } : { of: "volume", id: inner }
  return ofProcess(top) ?? { of: "nobody" }
}

const kindOf = (top: string): string | undefined => workKinds.find((each) => top.startsWith(`${each}-`))

const ofProcess = (top: string): RootPart | undefined => {
  const kind = kindOf(top)
  return kind === undefined ? undefined : { of: isOrphaned(kind, top) ? "leftover" : "work" }
}
