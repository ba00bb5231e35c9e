import type { Finding, Status } from "../doctor/Finding.ts"
import { isSick } from "../doctor/examine.ts"
import type { Palette } from "./color.ts"

/** Three columns for each finding, and below what is not well what that costs and what mends it. */
export const doctorLines = (findings: ReadonlyArray<Finding>, paint: Palette): string => {
  const colour: { readonly [status in Status]: (text: string) => string } = {
    ok: paint.green,
    degraded: paint.yellow,
    missing: paint.red
  }
  const width = Math.max(...findings.map(({ subject }) => subject.length)) + 2
  const indent = " ".repeat(10)
  const lines = findings.flatMap(({ costs, found, mend, status, subject }) => [
    `${colour[status](status.padEnd(10))}${subject.padEnd(width)}${found}`,
    ...(costs === undefined ? [] : [`${indent}  costs: ${costs}`]),
    ...(mend === undefined ? [] : [`${indent}  mend:  ${mend}`])
  ])
  const count = (status: Status) => findings.filter((each) => each.status === status).length
  const sum = `${count("ok")} ok, ${count("degraded")} degraded, ${count("missing")} missing`
  const verdict = isSick(findings)
    ? `gantry cannot work here without ${findings.flatMap(({ needed, status, subject }) => (needed && status === "missing" ? [subject] : [])).join(", ")}`
    : "gantry can work here"
  return `${[...lines, "", `${sum}: ${verdict}`].join("\n")}\n`
}
