/** The wish that a container is not started again. */
export interface Rest {
  readonly wanted: () => boolean
  readonly want: () => void
  /** Waits so many milliseconds, or until it is wanted. */
  readonly pause: (milliseconds: number) => Promise<void>
}

/** Nobody has wished it yet. */
export const makeRest = (): Rest => {
  let wanted = false
  let wake: (() => void) | undefined
  return {
    wanted: () => wanted,
    want: () => {
      wanted = true
      wake?.()
    },
    pause: (milliseconds) =>
      wanted
        ? Promise.resolve()
        : new Promise((resolve) => {
            const timer = setTimeout(resolve, milliseconds)
            wake = () => {
              clearTimeout(timer)
              resolve()
            }
          })
  }
}
