import { spawnSync } from "node:child_process"
import { obstacleOf } from "@gantry/plugin-runtime-oci/run/host"

/** The OCI runtimes that are tested, as far as this host has them and lets them work. */
export const programs: ReadonlyArray<string> = ["runc", "crun"].filter((name) => {
  const installed = spawnSync(name, ["--version"]).status === 0
  const why = installed ? obstacleOf(name) : "it is not installed"
  if (why !== undefined) console.warn(`!! CONTAINERS MADE BY ${name} ARE NOT TESTED: ${why} !!`)
  return why === undefined
})

/** What containers are made by: gantry itself, and those. */
export const everyRuntime: ReadonlyArray<string> = ["namespace", ...programs]
