import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { posix } from "node:path"
import type { ContainerSpec } from "@gantry/core/runtime/ContainerSpec"
import type { SettingsShape } from "@gantry/core/Settings"
import { directoryOf } from "./directory-of.ts"

/** The control group of all containers of an engine, below the top of each tree; a container's is the one of its ID in it. */
export const containersGroup = ({ instance }: Pick<SettingsShape, "instance">): string =>
  `gantry${instance === "" ? "" : `-${instance}`}`

/** The control group that a container is started in: below the engine's, or below the one it was made for. */
export const groupFor = (
  settings: Pick<SettingsShape, "instance">,
  { cgroupParent, id }: Pick<ContainerSpec, "cgroupParent" | "id">
): string =>
  // No `..` leads above the top of a tree.
  cgroupParent === undefined ? `${containersGroup(settings)}/${id}` : posix.join("/", cgroupParent, id).slice(1)

const noteIn = (directory: string): string => `${directory}/group`

/** Writes down in a container's directory which control group it is started in; there is no note of the usual one. */
export const noteGroup = (directory: string, group: string, { cgroupParent }: Pick<ContainerSpec, "cgroupParent">) => {
  if (cgroupParent === undefined) rmSync(noteIn(directory), { force: true })
  else writeFileSync(noteIn(directory), group, { mode: 0o600 })
}

/** The control group that a container was started in. Asked of each container in a list: most have no note to read. */
export const groupOf = (settings: Pick<SettingsShape, "instance" | "root">, id: string): string => {
  const note = noteIn(directoryOf(settings.root, id))
  return existsSync(note) ? readFileSync(note, "utf8") : groupFor(settings, { id })
}
