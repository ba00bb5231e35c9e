import type { Audit, Audited } from "@gantry/engine/verbs/verify-cache"
import { oneLine, stepPlace } from "./build-steps.ts"
import { visibleOnly } from "./text.ts"

/** Files that are named for a step; the JSON has all of them. */
const mostFiles = 20

/** What `cache verify` prints of one step: a line, and one for each file that differs. */
export const auditLines = (audited: Audited): string => {
  const { outcome, step } = audited
  const line = visibleOnly(`${outcome} ${stepPlace(step)} ${oneLine(step.text)}`)
  switch (audited.outcome) {
    case "same":
      return `${line}\n`
    case "failed":
    case "skipped":
      return `${line}: ${audited.why}\n`
    case "differs": {
      const { differences } = audited
      const shown = differences.slice(0, mostFiles).map(({ change, path }) => `  ${visibleOnly(path)}: ${change}\n`)
      const more = differences.length - shown.length
      return `${line}\n${shown.join("")}${more > 0 ? `  and ${more} more\n` : ""}`
    }
  }
}

/** The last line of `cache verify`. */
export const auditSummary = ({ left, steps }: Audit): string => {
  const count = (outcome: Audited["outcome"]) => steps.filter((each) => each.outcome === outcome).length
  const parts = (["same", "differs", "failed", "skipped"] as const)
    .map((outcome) => ({ outcome, number: count(outcome) }))
    .filter(({ number }) => number > 0)
    .map(({ number, outcome }) => `${number} ${outcome}`)
  if (left > 0) parts.push(`${left} left out of the sample`)
  return `RUN steps: ${parts.length === 0 ? "none" : parts.join(", ")}\n`
}

/** What `cache verify --json` prints. The names of the fields stay. */
export const auditJson = ({ left, steps }: Audit): string => {
  const rows = steps.map(({ step, ...rest }) => ({
    stage: step.stageName,
    step: step.number,
    instruction: step.text,
    line: step.range.start.line,
    ...rest
  }))
  return `${JSON.stringify({ steps: rows, leftOut: left }, undefined, 2)}\n`
}
