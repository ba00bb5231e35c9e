/** No timer of the runtime is longer: it would end at once. Milliseconds, some 24 days. */
export const longestTimer = 2 ** 31 - 1

/** Does something when so many milliseconds have passed, however many these are. Returns what calls that off. */
export const startTimer = (milliseconds: number, work: () => void): (() => void) => {
  let timer: NodeJS.Timeout | undefined
  const wait = (left: number): void => {
    const now = Math.min(left, longestTimer)
    timer = setTimeout(() => (left > now ? wait(left - now) : work()), now)
  }
  wait(milliseconds)
  return () => clearTimeout(timer)
}
