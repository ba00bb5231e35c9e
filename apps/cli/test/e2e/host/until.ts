/**
 * Looks again and again until `look` has an answer: anything but `undefined` and `false`. Fails with `what` was waited
 * for, and with the last failure of `look`, when there is none after so many seconds.
 */
export const until = async <A>(
  what: string,
  look: () => A | undefined | false | Promise<A | undefined | false>,
  seconds = 20
): Promise<A> => {
  const deadline = Date.now() + seconds * 1000
  let cause: unknown
  for (;;) {
    try {
      const answer = await look()
      if (answer !== undefined && answer !== false) return answer
    } catch (error) {
      cause = error
    }
    if (Date.now() > deadline) throw new Error(`waited ${seconds} s for ${what}`, { cause })
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
