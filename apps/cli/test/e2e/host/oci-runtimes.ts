import { spawnSync } from "node:child_process"

const known = ["runc", "crun"]

/** The OCI runtimes that are tested, as far as this host has them. */
export const programs: ReadonlyArray<string> = known.filter((name) => spawnSync(name, ["--version"]).status === 0)

for (const name of known) {
  if (!programs.includes(name)) console.warn(`!! ${name} IS NOT INSTALLED: WHAT IT MAKES IS NOT TESTED !!`)
}
