import type { RootSource } from "@gantry/core/runtime/ContainerSpec"
import type { Kernel } from "./Kernel.ts"
import { stage } from "./StageFailure.ts"

/** An overlay root, as the layer store describes it. */
export type OverlayRoot = Extract<RootSource, { readonly type: "overlay" }>

/** Characters that end a name or an option in overlayfs' mount data. */
const escaped = (path: string): string => path.replace(/[\\:,]/g, (character) => `\\${character}`)

/**
 * The data of mount(2). The features that are switched off would write hints into the upper directory that only this
 * very set of lower directories can read; the upper directory has to be usable as a layer later.
 */
export const overlayData = ({ lower, upper, work }: OverlayRoot): string =>
  [
    `lowerdir=${lower.map(escaped).join(":")}`,
    `upperdir=${escaped(upper)}`,
    `workdir=${escaped(work)}`,
    "index=off",
    "redirect_dir=off",
    "metacopy=off"
  ].join(",")

/** Mounts the overlay on its target. Lower directories are relative, so that 127 of them fit into one page. */
export const mountOverlay = ({ sys }: Kernel, root: OverlayRoot): void =>
  stage("mount overlay", () => {
    sys.chdir(root.directory)
    sys.mount("overlay", root.target, "overlay", 0, overlayData(root))
  })
