import { bad, good, type Result } from "../Result.ts"

/** As many processors as any kernel is made for, and the greatest number that is taken. */
const most = 8192

/** Reads a list of processors as the kernel writes it: `0-2,5`. The result is their numbers. */
export const parseCpuSet = (text: string): Result<ReadonlySet<number>> => {
  const numbers = new Set<number>()
  for (const part of text.split(",")) {
    const [, first = "", last = first] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? []
    if (first === "" || Number(last) < Number(first)) return bad(`invalid list of processors: '${text}'`)
    if (Number(last) > most) return bad(`value of out range, maximum is ${most}`)
    for (let number = Number(first); number <= Number(last); number++) numbers.add(number)
  }
  return good(numbers)
}
