import type { VolumeRecord } from "@gantry/engine/volumes/Volumes"
import { rfc3339Of } from "./time.ts"

/** Headers of the fields that `volume ls --format` knows. */
export const volumeHeaders = {
  Availability: "AVAILABILITY",
  Driver: "DRIVER",
  Group: "GROUP",
  Labels: "LABELS",
  Links: "LINKS",
  Mountpoint: "MOUNTPOINT",
  Name: "VOLUME NAME",
  Scope: "SCOPE",
  Size: "SIZE",
  Status: "STATUS"
} as const

/** The fields that `volume ls` shows, in this order. */
export const volumeColumns = ["Driver", "Name"] as const

/** One line of `volume ls`, by the names that templates use. */
export const volumeRow = ({ labels, name, path }: VolumeRecord) => ({
  Availability: "N/A",
  Driver: "local",
  Group: "N/A",
  Label: (wanted = "") => labels[wanted] ?? "",
  Labels: Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(","),
  Links: "N/A",
  Mountpoint: path,
  Name: name,
  Scope: "local",
  Size: "N/A",
  Status: "N/A"
})

/** A volume in the shape of Docker's inspect. Spec: Docker Engine API, VolumeInspect. */
export const inspectVolume = ({ createdAt, labels, name, path }: VolumeRecord): unknown => ({
  CreatedAt: rfc3339Of(createdAt),
  Driver: "local",
  Labels: Object.keys(labels).length === 0 ? null : labels,
  Mountpoint: path,
  Name: name,
  Options: null,
  Scope: "local"
})
