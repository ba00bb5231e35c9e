import { realpathSync } from "node:fs"
import type { Kernel } from "@gantry/linux/container/Kernel"
import { StageFailure } from "@gantry/linux/container/StageFailure"
import { mountOf, readMountInfo } from "@gantry/linux/mounts"
import type { BindSource } from "../config/mounts.ts"

const locks = new Set(["ro", "nosuid", "nodev", "noexec"])

/** Looks at paths that are going to be bound, by absolute path. Throws `StageFailure` for one that is not there. */
export const sourcesOf = ({ files }: Kernel, paths: ReadonlyArray<string>): ReadonlyMap<string, BindSource> => {
  const mounts = paths.length === 0 ? [] : readMountInfo()
  return new Map(
    paths.map((path) => {
      const found = files.kind(path)
      if (found === undefined) throw new StageFailure(`bind ${path}`, `${path} does not exist`)
      const options = mountOf(mounts, realpathSync(path))?.options ?? []
      return [path, { directory: found.directory, locks: options.filter((option) => locks.has(option)) }]
    })
  )
}
