import type { StepReport } from "@gantry/build/solve/BuildResult"
import type { SolveEvent } from "@gantry/build/solve/SolveEvent"

/**
 * What is known of the steps of a build that may not end well, in the order they began. `reports` lacks FROM and ARG, which
 * have no result, and the keys of the others.
 */
export const stepsSoFar = (now: () => number) => {
  const reports: Array<StepReport> = []
  const add = ({ step }: Pick<StepReport, "step">, rest: Omit<Partial<StepReport>, "step">): void => {
    reports.push({ step, how: "ran", tookMs: 0, layer: null, ...rest })
  }
  return {
    reports,
    onEvent: (event: SolveEvent): void => {
      if (event.type === "started") add(event, { cause: event.cause })
      else if (event.type === "cached" || event.type === "applied") {
        const { ageMs } = event
        if (ageMs !== undefined) add(event, { how: "cached", createdAt: now() - ageMs })
        else if (event.type === "applied" && event.cause !== undefined) add(event, { cause: event.cause })
      } else if (event.type === "failed") {
        const { number, stage } = event.step
        const at = reports.findLastIndex(({ step }) => step.stage === stage && step.number === number)
        const ran = reports[at]
        if (ran !== undefined) reports[at] = { ...ran, how: "missing" }
      }
    }
  }
}
