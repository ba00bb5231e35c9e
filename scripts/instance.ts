import { createHash } from "node:crypto"
import { existsSync, readdirSync, rmdirSync } from "node:fs"
import { join } from "node:path"
import { run } from "./repository.ts"

/** The short name that an engine with this root has on the host. Not for the default root. */
const instanceOf = (root: string): string => createHash("sha256").update(root).digest("hex").slice(0, 6)

/** Removes an empty control group and the empty ones in it. One that is in use stays. */
const removeGroup = (path: string): void => {
  try {
    for (const entry of readdirSync(path, { withFileTypes: true }))
      if (entry.isDirectory()) removeGroup(join(path, entry.name))
    rmdirSync(path)
  } catch {
    // Processes are in it, or somebody else was faster.
  }
}

/** Takes down what an engine that has no containers any more keeps on the host: its bridges, table and control group. */
export const removeInstance = async (root: string): Promise<void> => {
  const instance = instanceOf(root)
  const links = readdirSync("/sys/class/net").filter((name) => name.startsWith(`gty${instance}`))
  for (const link of links) await run(["ip", "link", "delete", link])
  await run(["nft", "delete", "table", "ip", `gantry_${instance}`])
  const controllers = existsSync("/sys/fs/cgroup") ? readdirSync("/sys/fs/cgroup", { withFileTypes: true }) : []
  const folders = ["", ...controllers.filter((entry) => entry.isDirectory()).map(({ name }) => name)]
  for (const folder of folders) {
    const path = join("/sys/fs/cgroup", folder, `gantry-${instance}`)
    if (existsSync(path)) removeGroup(path)
  }
}
