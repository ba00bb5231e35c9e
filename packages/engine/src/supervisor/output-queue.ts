import type { Output } from "@gantry/core/runtime/Runtime"

/** Output on its way to one reader. */
export interface OutputQueue {
  /** Takes a piece. Undefined when there is room for more, otherwise resolves when there is. */
  readonly offer: (output: Output) => Promise<void> | undefined
  /** No more will come. What is there can still be taken. */
  readonly end: () => void
  /** Resolves to true when there is a piece to take, to false when there will be none. Takes nothing. */
  readonly ready: () => Promise<boolean>
  readonly take: () => Output | undefined
  /** Keeps everything from now on in place of asking to wait: for those who wait for the end without reading. */
  readonly unbounded: () => void
}

/** Pieces that are kept before whoever offers has to wait. */
const enough = 64

/** An empty queue. */
export const makeOutputQueue = (): OutputQueue => {
  const pieces: Array<Output> = []
  const readers = new Set<() => void>()
  let limit = enough
  let ended = false
  let room: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined

  const letIn = () => {
    if (pieces.length >= limit && !ended) return
    room?.resolve()
    room = undefined
  }
  const wake = () => readers.forEach((each) => each())

  return {
    offer: (output) => {
      if (ended) return undefined
      pieces.push(output)
      wake()
      if (pieces.length < limit) return undefined
      if (room === undefined) {
        let open: () => void = () => undefined
        const promise = new Promise<void>((resolve) => {
          open = resolve
        })
        room = { promise, resolve: open }
      }
      return room.promise
    },
    end: () => {
      ended = true
      wake()
      letIn()
    },
    ready: () =>
      new Promise((resolve) => {
        const look = () => {
          if (pieces.length === 0 && !ended) return
          readers.delete(look)
          resolve(pieces.length > 0)
        }
        readers.add(look)
        look()
      }),
    take: () => {
      const first = pieces.shift()
      letIn()
      return first
    },
    unbounded: () => {
      limit = Number.POSITIVE_INFINITY
      letIn()
    }
  }
}
