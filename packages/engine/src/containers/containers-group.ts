import type { SettingsShape } from "@gantry/core/Settings"

/** The control group of all containers of an engine, below the top of each tree; a container's is the one of its ID in it. */
export const containersGroup = ({ instance }: Pick<SettingsShape, "instance">): string =>
  `gantry${instance === "" ? "" : `-${instance}`}`
