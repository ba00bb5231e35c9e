import type { Attachment } from "@gantry/core/network/Network"
import type { ContainerRecord } from "./ContainerRecord.ts"

/** A row of the table of containers. */
type Row = { readonly [column: string]: unknown }

/** Who owns that table, and its version as this program knows it. */
export const containerTable = { owner: "containers", version: 2 } as const

/** All containers, the newest first. */
export const allContainers = "SELECT * FROM containers ORDER BY created_at DESC, id"

/** What a row says of networks. */
export const attachmentsOfRow = (row: Row | undefined): ReadonlyArray<Attachment> => {
  const text = row?.["attachments"] ?? null
  return text === null ? [] : (JSON.parse(String(text)) as ReadonlyArray<Attachment>)
}

/** The container of a row. Its text was written by `Containers`, in the same format. */
export const recordOfRow = (row: Row): ContainerRecord => ({
  ...(JSON.parse(String(row["record"])) as ContainerRecord),
  name: String(row["name"]),
  attachments: attachmentsOfRow(row)
})
