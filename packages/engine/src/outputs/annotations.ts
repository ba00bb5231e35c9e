import type { Platform } from "@gantry/core/image/Platform"
import { format } from "@gantry/core/image/Platform"

/** Documents and descriptors of an image that can be annotated. */
export const annotated = ["manifest", "manifest-descriptor", "index", "index-descriptor"] as const

/** See {@link annotated}. */
export type AnnotationLevel = (typeof annotated)[number]

/** One annotation, and where it belongs. */
export interface Annotation {
  readonly level: AnnotationLevel
  /** Of a manifest or its descriptor: the only platform that gets it; all of them when absent. */
  readonly platform?: Platform
  readonly key: string
  readonly value: string
}

/**
 * The annotations of one document, names sorted by code unit; undefined when it has none. Of several for one name the
 * last one counts.
 */
export const annotationsFor = (
  annotations: ReadonlyArray<Annotation>,
  level: AnnotationLevel,
  platform?: Platform
): { readonly [key: string]: string } | undefined => {
  const meant = annotations.filter(
    (each) =>
      each.level === level &&
      (each.platform === undefined || (platform !== undefined && format(each.platform) === format(platform)))
  )
  if (meant.length === 0) return undefined
  const last = new Map(meant.map(({ key, value }) => [key, value]))
  return Object.fromEntries([...last].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
