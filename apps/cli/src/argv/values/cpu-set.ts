import { bad, good, type Result } from "../Result.ts"

/** Far more processors than any kernel is made for. */
const most = 8192

/** Reads a list of processors as the kernel writes it: `0-2,5`. The result is their numbers. */
export const parseCpuSet = (text: string): Result<ReadonlySet<number>> => {
  const numbers = new Set<number>()
  for (const part of text.split(",")) {
    const [, first = "", last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part) ?? []
    if (first === "" || Number(last) < Number(first) || Number(last) >= most) {
      return bad(`invalid list of processors: '${text}'`)
    }
    for (let number = Number(first); number <= Number(last); number++) numbers.add(number)
  }
  return good(numbers)
}
