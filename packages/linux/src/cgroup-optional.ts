import { existsSync, readdirSync } from "node:fs"
import type { CgroupLayout, Hierarchy } from "./cgroup-layout.ts"

/** Limits that a kernel, or its version of control groups, may not have. */
export type OptionalLimit = "block weight" | "oom kill disable" | "swap" | "swappiness"

/** The files of each, below the tree of a v1 controller. BFQ, where it schedules, has a name of its own. */
const filesV1: { readonly [limit in OptionalLimit]: readonly [controller: string, ...files: ReadonlyArray<string>] } = {
  "block weight": ["blkio", "blkio.weight", "blkio.bfq.weight"],
  "oom kill disable": ["memory", "memory.oom_control"],
  swap: ["memory", "memory.memsw.limit_in_bytes"],
  swappiness: ["memory", "memory.swappiness"]
}

/** The files of v2. */
const filesV2: { readonly [limit in OptionalLimit]: ReadonlyArray<string> } = {
  "block weight": ["io.bfq.weight", "io.weight"],
  "oom kill disable": [],
  swap: ["memory.swap.max"],
  swappiness: []
}

/** What is looked at of the file system. */
export interface Look {
  readonly exists: (path: string) => boolean
  /** Names of the directories in a directory. */
  readonly directories: (path: string) => ReadonlyArray<string>
}

const host: Look = {
  exists: existsSync,
  directories: (path) =>
    existsSync(path)
      ? readdirSync(path, { withFileTypes: true }).flatMap((each) => (each.isDirectory() ? [each.name] : []))
      : []
}

/**
 * Whether groups of this machine can have a limit, as far as can be known before one is made: any group below the top of
 * a tree tells it, the top itself lacks some files. Without such a group it is taken to be possible where the version of
 * control groups has it at all. Spec: kernel, cgroup-v1 and cgroup-v2.
 */
export const canLimit = (layout: CgroupLayout, limit: OptionalLimit, look: Look = host): boolean => {
  const isIn = ({ mountPoint, own }: Hierarchy, files: ReadonlyArray<string>): boolean => {
    const has = (directory: string) => files.some((file) => look.exists(`${directory}/${file}`))
    // What a user was given is a group itself.
    if (has(mountPoint)) return true
    if (own !== undefined && own !== "/" && look.exists(`${mountPoint}${own}`)) return has(`${mountPoint}${own}`)
    const [first] = look.directories(mountPoint)
    return first === undefined ? files.length > 0 : has(`${mountPoint}/${first}`)
  }
  switch (layout.version) {
    case "none":
      return false
    case "v1": {
      const [controller, ...files] = filesV1[limit]
      const tree = layout.hierarchies.find(({ controllers }) => controllers.includes(controller))
      return tree !== undefined && isIn(tree, files)
    }
    case "v2":
      return isIn(layout.unified, filesV2[limit])
  }
}
