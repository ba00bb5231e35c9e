import type { Cause, Difference } from "./Cause.ts"

/**
 * A cause in one sentence without a full stop: of several differences the first three, and how many more there are.
 *
 * `stage`: name of the stage that the step is in; steps of other stages are named with theirs.
 */
export const describeCause = (cause: Cause, stage?: string): string => {
  switch (cause.kind) {
    case "first":
      return "it was never built before"
    case "rerun":
      return "an earlier step was run again"
    case "gone":
      return "its earlier result is no longer in the store"
    case "added":
      return cause.above === undefined
        ? "it is new at the end, or did not succeed before"
        : `it was added above ${brief(cause.above)}`
    case "removed":
      return `${brief(cause.instruction)} before it was removed`
    case "evicted":
      return `its earlier result was evicted ${span(cause.ago)} ago by ${cause.rule}${sized(cause.bytes)}`
    case "damaged":
      return "the record of its earlier result is damaged"
    case "expired":
      return `its earlier result is ${span(cause.age)} old, and the limit is ${span(cause.limit)}`
    case "no-cache":
      return "the cache is not to be used"
    case "absent":
      return `${cause.image}: ${cause.why}`
    case "follows":
      return cause.stage === stage || stage === undefined
        ? `it follows step ${cause.step}, ${cause.instruction}`
        : `it follows step ${cause.step} of stage ${cause.stage}, ${cause.instruction}`
    default: {
      const all = [cause, ...(cause.others ?? [])]
      const parts = all.slice(0, 3).map(describeDifference)
      const more = all.length - parts.length
      return parts.join("; ") + (more > 0 ? `; and ${more} more` : "")
    }
  }
}

const describeDifference = (difference: Difference): string => {
  switch (difference.kind) {
    case "parent":
      return "the step before it changed"
    case "mount":
      return `what is mounted on ${difference.name} changed`
    case "source":
      return "what it copies from changed"
    case "file":
      return difference.change === "added" || difference.change === "removed"
        ? `${difference.path}: ${difference.change}`
        : `${difference.path}: ${difference.change} ${change(difference)}`
    case "env":
    case "arg":
    case "label":
    case "option": {
      const name = `${difference.kind === "option" ? "option" : difference.kind.toUpperCase()} ${difference.name}`
      if (difference.before === undefined) return `${name}: new, ${brief(difference.now)}`
      if (difference.now === undefined) return `${name}: gone, it was ${brief(difference.before)}`
      return `${name}: ${change(difference)}`
    }
    case "input":
      if (difference.before === difference.now) return `${difference.name} changed`
      return `${difference.name}: ${change(difference)}`
    case "instruction":
    case "base":
    case "platform":
      return `${difference.kind}: ${change(difference)}`
  }
}

/** Both sides of a change. Where they would look the same, their beginnings are left out instead of what differs. */
const change = ({ before = "", now = "" }: { readonly before?: string; readonly now?: string }): string => {
  if (brief(before) !== brief(now)) return `${brief(before)} → ${brief(now)}`
  let parting = 0
  while (parting < before.length && before[parting] === now[parting]) parting++
  const from = (value: string) => brief(`…${value.slice(Math.max(0, parting - 20))}`)
  return `${from(before)} → ${from(now)}`
}

/** Digests to 12 characters, long text to 60. */
const brief = (value: string | undefined): string => {
  const plain = (value ?? "").replace(/^sha256:([0-9a-f]{12})[0-9a-f]*$/, "$1")
  const cut = plain.length > 60 ? `${plain.slice(0, 59)}…` : plain
  return /^[\w./:@+-]+$/.test(cut) ? cut : JSON.stringify(cut)
}

/** A length of time in its largest unit that is not zero. */
const span = (seconds: number): string => {
  const [size, unit] = units.find(([each]) => seconds >= each) ?? [1, "second"]
  const count = Math.floor(seconds / size)
  return `${count} ${unit}${count === 1 ? "" : "s"}`
}

const units = [
  [86_400, "day"],
  [3_600, "hour"],
  [60, "minute"]
] as const

/** Bytes as people write them, in powers of a thousand; nothing for none. */
const sized = (bytes: number): string => {
  if (bytes === 0) return ""
  const power = Math.min(4, Math.floor(Math.log10(bytes) / 3))
  return ` (${Number((bytes / 1000 ** power).toPrecision(3))}${["B", "kB", "MB", "GB", "TB"][power]})`
}
