/** The fields of the parts that Docker has as well are Docker's; the order is that of the columns. */
export const usageFields = {
  Images: ["Repository", "Tag", "ID", "CreatedSince", "Size", "SharedSize", "UniqueSize", "Containers", "LastUsed"],
  Containers: ["ID", "Image", "Names", "LocalVolumes", "Size", "RunningFor", "Status", "LastUsed"],
  Volumes: ["Name", "Links", "Size", "LastUsed"],
  BuildCache: ["ID", "Layer", "Size", "CreatedSince", "LastUsedSince", "Shared"],
  CacheMounts: ["ID", "Size", "CreatedSince", "LastUsed", "InUse"],
  Totals: ["Type", "TotalCount", "Active", "Size", "Reclaimable"]
} as const

type Rows = ReadonlyArray<ReadonlyArray<string>>

/** What `system df -v --format` is given: of each part a list with one object for each row. Pure. */
export const usageDocument = (parts: {
  readonly [part in keyof typeof usageFields]: Rows
}): { readonly [part: string]: ReadonlyArray<{ readonly [field: string]: string }> } =>
  Object.fromEntries(
    Object.entries(usageFields).map(([part, fields]) => [
      part,
      parts[part as keyof typeof usageFields].map((row) =>
        Object.fromEntries(fields.map((field, at) => [field, row[at] ?? ""]))
      )
    ])
  )
