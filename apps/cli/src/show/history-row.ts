import type { ShowOptions } from "./container-row.ts"
import { humanSize } from "./size.ts"
import { ellipsis, shortId } from "./text.ts"
import { ago, rfc3339 } from "./time.ts"

/** One step of an image's making. */
export interface HistoryFacts {
  /** The image as it was after this step, when the store has it. */
  readonly id?: string
  /** Milliseconds since 1970. */
  readonly createdAt?: number
  readonly createdBy: string
  /** Bytes that the step added. */
  readonly size: number
  readonly comment: string
}

/** Headers of the fields that `history --format` knows. */
export const historyHeaders = {
  ID: "IMAGE",
  CreatedSince: "CREATED",
  CreatedAt: "CREATED AT",
  CreatedBy: "CREATED BY",
  Size: "SIZE",
  Comment: "COMMENT"
} as const

/** The fields that `history` shows, in this order; with `--human=false` `CreatedAt` stands for `CreatedSince`. */
export const historyColumns = ["ID", "CreatedSince", "CreatedBy", "Size", "Comment"] as const

/** One line of `history`, by the names that templates use. Without `human`, sizes are plain bytes. */
export const historyRow = (
  facts: HistoryFacts,
  { now, truncate, human }: ShowOptions & { readonly human: boolean }
) => {
  const createdBy = facts.createdBy.replace(/[\t\n]/g, " ")
  const at =
    facts.createdAt === undefined ? "N/A" : rfc3339(BigInt(Math.floor(facts.createdAt / 1000)) * 1_000_000_000n)
  return {
    ID: facts.id === undefined ? "<missing>" : truncate ? shortId(facts.id) : facts.id,
    CreatedSince: facts.createdAt === undefined ? "N/A" : human ? ago(facts.createdAt, now) : at,
    CreatedAt: at,
    CreatedBy: truncate ? ellipsis(createdBy, 45) : createdBy,
    Size: human ? humanSize(facts.size) : `${facts.size}`,
    Comment: facts.comment
  }
}
