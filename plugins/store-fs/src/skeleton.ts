import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { ownName } from "./owner.ts"
import type { Places } from "./places.ts"

/** Name of the directory below `layers`. It is no layer: it has no row, and no diffID begins like this. */
export const skeletonName = "skeleton"

const directories = ["dev", "etc", "proc", "sys"]
const files = ["etc/hostname", "etc/hosts", "etc/resolv.conf"]

/** By which programs know that they are in a container: many look for nothing else. Empty, as everywhere. */
const mark = ".dockerenv"

/**
 * Makes the lowest directory of every overlay: empty mount points for what a runtime always mounts, and the mark of a
 * container, so that they never appear among the changes of a tree, and so that an image without layers has a lower
 * directory at all.
 *
 * It is complete as soon as it can be seen; a second call finds it. That of a store from before there was a mark gets one,
 * and so does that of one from before all of it was for everybody to read, whatever the umask of who made it.
 */
export const ensureSkeleton = (places: Places): void => {
  const home = join(places.layers, skeletonName)
  if (isMarked(join(home, "diff"))) return
  if (existsSync(home)) return finish(join(home, "diff"))
  const draft = join(places.ingest, `${ownName()}-skeleton`)
  const diff = join(draft, "diff")
  mkdirSync(diff, { recursive: true })
  for (const name of directories) mkdirSync(join(diff, name))
  for (const name of files) writeFileSync(join(diff, name), "")
  finish(diff)
  try {
    renameSync(draft, home)
  } catch (cause) {
    rmSync(draft, { recursive: true, force: true })
    // Another process was first.
    if (!existsSync(home)) throw cause
  }
}

/** Whether it has the mark, which is the last to get its mode. */
const isMarked = (diff: string): boolean => {
  const stat = statSync(join(diff, mark), { throwIfNoEntry: false })
  return stat !== undefined && (stat.mode & 0o777) === open
}

const open = 0o755

const finish = (diff: string): void => {
  writeFileSync(join(diff, mark), "")
  for (const name of files) chmodSync(join(diff, name), 0o644)
  for (const name of [...directories, "", mark]) chmodSync(join(diff, name), open)
  for (const name of [mark, ...files, ...directories, ""]) utimesSync(join(diff, name), 0, 0)
}
