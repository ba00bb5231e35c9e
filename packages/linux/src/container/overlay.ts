import { overlayData } from "../overlay.ts"
import { rootless } from "../rootless.ts"
import type { RootSource } from "@gantry/core/runtime/ContainerSpec"
import type { Kernel } from "./Kernel.ts"
import { stage } from "./StageFailure.ts"

/** An overlay root, as the layer store describes it. */
export type OverlayRoot = Extract<RootSource, { readonly type: "overlay" }>

/**
 * What is switched off would write hints into the upper directory that only this very set of lower directories can
 * read; the upper directory has to be usable as a layer later.
 */
const options = ["index=off", "redirect_dir=off", "metacopy=off"]

/** In a user namespace overlayfs keeps its marks in attributes of users, and does none of the others by itself. */
const usersOptions = ["userxattr"]

/** The options of every overlay here. */
export const overlayOptions = (): ReadonlyArray<string> => (rootless() === undefined ? options : usersOptions)

/** Mounts the overlay on its target. Lower directories are relative, so that 127 of them fit into one page. */
export const mountOverlay = ({ sys }: Kernel, root: OverlayRoot): void =>
  stage("mount overlay", () => {
    sys.chdir(root.directory)
    const made = overlayData({
      lower: root.lower,
      ...(root.contents === undefined ? {} : { contents: root.contents }),
      upper: { upper: root.upper, work: root.work },
      options: overlayOptions()
    })
    if (!made.ok)
      throw new Error(`${root.lower.length} layers need ${made.bytes} bytes, the kernel takes ${made.limit}`)
    sys.mount("overlay", root.target, "overlay", 0, made.data)
  })
