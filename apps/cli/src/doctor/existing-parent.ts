import { dirname } from "node:path"
import type { Host } from "./Host.ts"

/** The store's directory, or the nearest one above it that exists: where it would be made. */
export const existingParent = (host: Pick<Host, "mode" | "root">): string => {
  let place = host.root
  while (host.mode(place) === undefined && place !== dirname(place)) place = dirname(place)
  return place
}
