/**
 * Cuts zstd data at the ends of its frames and leaves out skippable ones.
 *
 * Layers may be made of many frames, with skippable frames between and after them; some decoders stop at the end of the
 * first frame when the next begins in the same piece, and some do not notice when the last one is not complete. Whoever
 * writes the pieces given back, one at a time, to a decoder gets all of it.
 *
 * Spec: RFC 8878, section 3.1.
 */
export interface FrameCutter {
  /** The parts of a piece to be decoded, in order; each ends where a frame or the piece ends. Throws when it is no frame. */
  readonly push: (piece: Uint8Array) => ReadonlyArray<Uint8Array>
  /** Throws when the data ended inside of a frame. */
  readonly finish: () => void
}

/** What the next bytes are. */
type Part = "magic" | "skip-size" | "skip" | "header" | "rest" | "block" | "body" | "checksum"

const frameMagic = 0xfd2fb528
const skippableMagic = 0x184d2a50

/** A cutter at the beginning of data. */
export const frameCutter = (): FrameCutter => {
  let part: Part = "magic"
  /** Bytes of the current part that are missing. */
  let wanted = 4
  /** The current part's bytes so far as a little-endian number, for parts of at most 4 bytes. */
  let value = 0
  let seen = 0
  let checksum = false
  let last = false
  let any = false

  const expect = (next: Part, bytes: number): void => {
    part = next
    wanted = bytes
    value = 0
    seen = 0
  }

  const endOfBlocks = (): void => {
    if (checksum) expect("checksum", 4)
    else expect("magic", 4)
  }

  /** What follows a part whose bytes are complete. */
  const advance = (): void => {
    switch (part) {
      case "magic":
        any = true
        if (value === frameMagic) return expect("header", 1)
        if ((value & 0xfffffff0) >>> 0 === skippableMagic) return expect("skip-size", 4)
        throw new Error("it is not zstd data")
      case "skip-size":
        return expect(value === 0 ? "magic" : "skip", value === 0 ? 4 : value)
      case "skip":
      case "checksum":
        return expect("magic", 4)
      case "header": {
        const single = (value & 0x20) !== 0
        checksum = (value & 0x04) !== 0
        const size = [single ? 1 : 0, 2, 4, 8][value >>> 6] ?? 0
        const dictionary = [0, 1, 2, 4][value & 3] ?? 0
        const rest = (single ? 0 : 1) + dictionary + size
        return rest === 0 ? expect("block", 3) : expect("rest", rest)
      }
      case "rest":
        return expect("block", 3)
      case "block": {
        last = (value & 1) !== 0
        const type = (value >>> 1) & 3
        if (type === 3) throw new Error("a block of its zstd data has no known type")
        const size = type === 1 ? 1 : value >>> 3
        if (size > 0) return expect("body", size)
        return last ? endOfBlocks() : expect("block", 3)
      }
      case "body":
        return last ? endOfBlocks() : expect("block", 3)
    }
  }

  return {
    push: (piece) => {
      const parts: Array<Uint8Array> = []
      // A magic number is passed on only when it is known to begin a frame that is not skipped.
      let from = 0
      let at = 0
      const give = (to: number): void => {
        if (to > from) parts.push(piece.subarray(from, to))
        from = to
      }
      while (at < piece.length) {
        const take = Math.min(wanted, piece.length - at)
        const now = part
        if (now === "magic" && seen === 0) give(at)
        if (now === "magic" || now === "skip-size" || now === "header" || now === "block") {
          for (let each = 0; each < take; each++) {
            value = (value | ((piece[at + each] ?? 0) << (8 * (seen + each)))) >>> 0
          }
        }
        at += take
        seen += take
        wanted -= take
        if (now === "magic" || now === "skip-size" || now === "skip") from = at
        if (wanted > 0) continue
        const begins = now === "magic" && value === frameMagic
        advance()
        if (begins && take === 4) from = at - 4
        else if (begins) parts.push(Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd))
      }
      give(at)
      return parts
    },
    finish: () => {
      if (part !== "magic" || seen > 0 || !any) throw new Error("its zstd data ends too early")
    }
  }
}
