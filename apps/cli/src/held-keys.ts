/** The keys that end a conversation, looked for in what is typed. */
export interface HeldKeys {
  /** What may pass of a piece. Keys that may be the beginning of those that detach are held back. */
  readonly filter: (piece: Uint8Array) => Uint8Array
  /** Keys that are held back; they may pass after all, because the others did not come. */
  readonly release: () => Uint8Array
  /** Whether any are held back. */
  readonly isHolding: () => boolean
}

/** Looks for `keys` in pieces that are cut anywhere; `onDetach` is called once they were all typed, and nothing passes after. */
export const heldKeys = (keys: Uint8Array, onDetach: () => void): HeldKeys => {
  let matched = 0
  let isOver = false
  const release = (): Uint8Array => {
    const held = isOver ? new Uint8Array() : keys.slice(0, matched)
    matched = 0
    return held
  }
  const filter = (piece: Uint8Array): Uint8Array => {
    if (keys.length === 0) return piece
    const passed: Array<number> = []
    for (const byte of piece) {
      if (isOver) break
      if (byte !== keys[matched]) passed.push(...release())
      if (byte !== keys[matched]) passed.push(byte)
      else if (++matched === keys.length) {
        isOver = true
        onDetach()
      }
    }
    return Uint8Array.from(passed)
  }
  return { filter, release, isHolding: () => matched > 0 && !isOver }
}
