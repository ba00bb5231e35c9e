import { bad, good, type Result } from "../Result.ts"

/** Reads `--cpus`: a decimal number of CPUs. The result is billionths of a CPU, so `0.5` is 500 000 000. */
export const parseCpus = (text: string): Result<number> => {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(text)
  const [, sign, whole = "", fraction = ""] = match ?? []
  if (match === null || whole + fraction === "") return bad(`failed to parse ${text} as a rational number`)
  const digits = fraction.replace(/0+$/, "")
  if (digits.length > 9) return bad("value is too precise")
  const nano = (sign === "-" ? -1 : 1) * (Number(whole || "0") * 1e9 + Number(digits.padEnd(9, "0")))
  return Number.isSafeInteger(nano) ? good(nano) : bad(`${text} is more than there can be`)
}
