import { Containers } from "@gantry/engine/containers/Containers"
import { type DiskUsage, diskUsage } from "@gantry/engine/verbs/disk-usage"
import * as Effect from "effect/Effect"
import { systemDf as table } from "../argv/tables/prune.ts"
import { humanSize } from "../show/size.ts"
import { jsonCompact } from "../show/json.ts"
import { table as aligned } from "../show/table.ts"
import { render, unescapeFormat } from "../show/template.ts"
import { shortId } from "../show/text.ts"
import { ago } from "../show/time.ts"
import { usageDocument, type usageFields } from "../show/usage-document.ts"
import {
  cacheMountHeaders,
  cacheMountRow,
  cacheUsageHeaders,
  cacheUsageRow,
  imageUsageHeaders,
  imageUsageRows,
  usageColumns,
  usageHeaders,
  usageRow,
  volumeUsageHeaders,
  volumeUsageRow
} from "../show/usage-rows.ts"
import { define } from "./define.ts"
import { printListing } from "./listing.ts"
import { badValue, Usage } from "./Usage.ts"

/** `gantry system df`. */
export default define(table, ({ options }, { terminal }) =>
  Effect.gen(function* () {
    const { format } = options
    if (options.verbose && /^table\b/.test(format ?? "")) {
      return yield* badValue("--verbose shows tables of its own", `leave out --format, or take "json" or a Go template`)
    }
    const usage = yield* diskUsage
    if (options.verbose) {
      const parts = yield* partsOf(usage, terminal.now())
      terminal.out(format === undefined ? tables(usage, parts) : yield* formatted(format, parts))
      return 0
    }
    return yield* printListing(
      options.format,
      { rows: usage.rows.map(usageRow), headers: usageHeaders, columns: usageColumns },
      terminal
    )
  })
)

/** What every part of the long listing is made of. */
const partsOf = (usage: DiskUsage, now: number) =>
  Effect.map(
    Effect.flatMap(Containers, ({ list }) => list),
    (list) => {
      const images = new Map(list.map(({ id, imageName }) => [id, imageName]))
      return {
        Images: usage.images.flatMap((each) => imageUsageRows(each, now)),
        Containers: usage.containers.map(({ bytes, createdAt, id, lastUsed, live, name, volumes }) => [
          shortId(id),
          images.get(id) ?? "",
          name,
          `${volumes.length}`,
          humanSize(bytes),
          ago(createdAt, now),
          live ? "running" : "stopped",
          ago(lastUsed, now)
        ]),
        Volumes: usage.volumes.map((each) => volumeUsageRow(each, now)),
        BuildCache: usage.cache.map((each) => cacheUsageRow(each, now)),
        CacheMounts: usage.cacheMounts.map((each) => cacheMountRow(each, now)),
        Totals: usage.rows.map((row) => {
          const shown = usageRow(row)
          return usageColumns.map((column) => shown[column])
        })
      } satisfies { readonly [part in keyof typeof usageFields]: ReadonlyArray<ReadonlyArray<string>> }
    }
  )

type Parts = Effect.Effect.Success<ReturnType<typeof partsOf>>

const formatted = (format: string, parts: Parts): Effect.Effect<string, Usage> => {
  const document = usageDocument(parts)
  if (format === "json") return Effect.succeed(`${jsonCompact(document)}\n`)
  const text = render(unescapeFormat(format), document)
  return text.ok
    ? Effect.succeed(`${text.value}\n`)
    : new Usage({ message: text.problem, hint: `the fields are ${Object.keys(document).join(", ")}`, status: 1 })
}

/** What is counted with the images all the same: without it, rows with bytes would come to nothing. */
const sharedText = ({ cache }: DiskUsage): string => {
  const layers = new Map(cache.flatMap(({ bytes, record, shared }) => (shared ? [[record.layer, bytes] as const] : [])))
  const bytes = [...layers.values()].reduce((sum, each) => sum + each, 0)
  return bytes === 0 ? "" : `, besides ${humanSize(bytes)} that images have as well`
}

const tables = (usage: DiskUsage, parts: Parts): string => {
  const cached = humanSize(usage.rows.find(({ kind }) => kind === "cache")?.bytes ?? 0)
  const shown: ReadonlyArray<readonly [string, ReadonlyArray<string>, ReadonlyArray<ReadonlyArray<string>>]> = [
    ["Images space usage:", imageUsageHeaders, parts.Images],
    [
      "Containers space usage:",
      ["CONTAINER ID", "IMAGE", "NAMES", "LOCAL VOLUMES", "SIZE", "CREATED", "STATUS", "LAST USED"],
      parts.Containers
    ],
    ["Local Volumes space usage:", volumeUsageHeaders, parts.Volumes],
    [`Build cache usage: ${cached}${sharedText(usage)}`, cacheUsageHeaders, parts.BuildCache],
    ["Cache mounts:", cacheMountHeaders, parts.CacheMounts],
    ["Everything below the root:", usageColumns.map((column) => usageHeaders[column]), parts.Totals]
  ]
  return shown.map(([title, headers, rows]) => `${[title, "", ...aligned(headers, rows)].join("\n")}\n`).join("\n")
}
