/** How a step of a build went, as plain progress shows it. */
export interface ShownStep {
  /** `COPY . .` */
  readonly instruction: string
  readonly cached: boolean
}

/** Reads the steps out of plain progress, in the order in which they first appear. FROM is left out: it never runs. */
export const stepsOf = (progress: string): ReadonlyArray<ShownStep> => {
  const steps = new Map<string, { instruction: string; cached: boolean }>()
  for (const line of progress.split("\n")) {
    const title = /^#(\d+) \[[^\]]*\] (.*)$/.exec(line)
    if (title !== null) {
      const [, number = "", instruction = ""] = title
      if (!steps.has(number)) steps.set(number, { instruction, cached: false })
      continue
    }
    const cached = /^#(\d+) CACHED$/.exec(line)
    const step = cached === null ? undefined : steps.get(cached[1] ?? "")
    if (step !== undefined) step.cached = true
  }
  return [...steps.values()].filter(({ instruction }) => !instruction.startsWith("FROM"))
}
