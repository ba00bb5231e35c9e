import { isInWorkTree } from "@gantry/build/context/file-modes"
import type { Digest } from "@gantry/core/image/Digest"
import type { Transaction } from "@gantry/core/state/Database"
import type { StepKey } from "@gantry/core/store/BuildCache"
import type { Grounds } from "./Grounds.ts"
import { textAt } from "./ground-texts.ts"
import { hasImage, whereNameLeads } from "./grounds-rows.ts"
import { isAsSeen } from "./looks.ts"

/** Whether the files that a build was made of are as they were. Nothing is read but small texts. */
export const filesHold = ({
  inWorkTree,
  looks,
  root,
  texts
}: Pick<Grounds, "inWorkTree" | "looks" | "root" | "texts">): boolean =>
  texts.every(({ digest, path }) => textAt(path).digest === digest) &&
  isInWorkTree(root) === inWorkTree &&
  looks.every((look) => isAsSeen(root, look))

/** What the store says of cached steps and of images. */
export interface StoreLooks {
  /** The layer of a step that the cache has, null for one without files; undefined when the cache does not offer it. */
  readonly layerOfStep: (key: StepKey) => Digest | null | undefined
  /** Whether a blob is in the store. */
  readonly hasBlob: (digest: Digest) => boolean
}

/** Whether the store has all that it had, under the same names. */
export const storeHolds = (
  tx: Pick<Transaction, "all" | "get">,
  { image, names, steps }: Grounds,
  { hasBlob, layerOfStep }: StoreLooks
): boolean =>
  names.every(({ leads, name }) => whereNameLeads(tx, name) === leads) &&
  steps.every(({ key, layer }) => layerOfStep(key) === layer) &&
  hasImage(tx, image) &&
  hasBlob(image.id) &&
  hasBlob(image.manifest)
