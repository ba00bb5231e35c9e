import type { Scene } from "../Line.ts"
import { contexts } from "./contexts.ts"
import { manifestLists } from "./manifests.ts"
import { argumentsRefused, missing } from "./errors.ts"
import { lifecycle, running } from "./life.ts"
import { shownContainers, shownImages, shownNetworksAndVolumes } from "./shown.ts"
import { imagesAndSystem, networksAndVolumes } from "./things.ts"

/** All scenes, in the order they are played. */
export const scenes: ReadonlyArray<Scene> = [
  argumentsRefused,
  missing,
  running,
  lifecycle,
  networksAndVolumes,
  imagesAndSystem,
  contexts,
  manifestLists,
  shownContainers,
  shownImages,
  shownNetworksAndVolumes
]
