import { Containers } from "@gantry/engine/containers/Containers"
import { type DiskUsage, diskUsage } from "@gantry/engine/verbs/disk-usage"
import * as Effect from "effect/Effect"
import { systemDf as table } from "../argv/tables/prune.ts"
import { humanSize } from "../show/size.ts"
import { table as aligned } from "../show/table.ts"
import { shortId } from "../show/text.ts"
import { ago } from "../show/time.ts"
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
import { badValue } from "./Usage.ts"

/** `gantry system df`. */
export default define(table, ({ options }, { terminal }) =>
  Effect.gen(function* () {
    if (options.verbose && options.format !== undefined) {
      return yield* badValue("--format and --verbose do not go together", "leave one of them out")
    }
    const usage = yield* diskUsage
    if (options.verbose) {
      terminal.out(yield* verbose(usage, terminal.now()))
      return 0
    }
    return yield* printListing(
      options.format,
      { rows: usage.rows.map(usageRow), headers: usageHeaders, columns: usageColumns },
      terminal
    )
  })
)

const verbose = (usage: DiskUsage, now: number) =>
  Effect.gen(function* () {
    const records = new Map((yield* (yield* Containers).list).map((record) => [record.id, record]))
    const containers = usage.containers.map(({ bytes, createdAt, id, lastUsed, live, name, volumes }) => [
      shortId(id),
      records.get(id)?.imageName ?? "",
      name,
      `${volumes.length}`,
      humanSize(bytes),
      ago(createdAt, now),
      live ? "running" : "stopped",
      ago(lastUsed, now)
    ])
    const parts: ReadonlyArray<readonly [string, ReadonlyArray<string>, ReadonlyArray<ReadonlyArray<string>>]> = [
      ["Images space usage:", imageUsageHeaders, usage.images.flatMap((each) => imageUsageRows(each, now))],
      [
        "Containers space usage:",
        ["CONTAINER ID", "IMAGE", "NAMES", "LOCAL VOLUMES", "SIZE", "CREATED", "STATUS", "LAST USED"],
        containers
      ],
      ["Local Volumes space usage:", volumeUsageHeaders, usage.volumes.map((each) => volumeUsageRow(each, now))],
      [
        `Build cache usage: ${humanSize(usage.rows.find(({ kind }) => kind === "cache")?.bytes ?? 0)}`,
        cacheUsageHeaders,
        usage.cache.map((each) => cacheUsageRow(each, now))
      ],
      ["Cache mounts:", cacheMountHeaders, usage.cacheMounts.map((each) => cacheMountRow(each, now))],
      [
        "Everything below the root:",
        usageColumns.map((column) => usageHeaders[column]),
        usage.rows.map((row) => {
          const shown = usageRow(row)
          return usageColumns.map((column) => shown[column])
        })
      ]
    ]
    return parts.map(([title, headers, rows]) => `${[title, "", ...aligned(headers, rows)].join("\n")}\n`).join("\n")
  })
