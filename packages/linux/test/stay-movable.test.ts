import { describe, expect, it } from "@effect/vitest"
import { loadSyscallsSync } from "../src/load.ts"
import { stayMovable } from "../src/stay-movable.ts"
import { O_CLOEXEC } from "../src/constants.ts"

const sys = loadSyscallsSync()

/** Rehearsals that take so many milliseconds of a clock that nothing else moves; returns how many were made. */
const rehearsals = (took: (nth: number) => number, isToldAfter = Number.POSITIVE_INFINITY): number => {
  const [reader, writer] = sys.pipe2(O_CLOEXEC)
  let made = 0
  let time = 0
  const rehearse = () => {
    time += took(made)
    if (++made >= isToldAfter) sys.write(writer, Uint8Array.of(1))
  }
  try {
    stayMovable(
      sys,
      reader,
      () => ({ rehearse }),
      () => time
    )
    return made
  } finally {
    for (const fd of [reader, writer]) sys.close(fd)
  }
}

describe("staying movable", () => {
  it("ends as soon as there is something to read", () => {
    expect(rehearsals(() => 1, 3)).toBe(3)
  })

  it("leaves the turn to others when a move that is not the first has to wait", () => {
    expect(rehearsals(() => 16)).toBe(2)
    expect(rehearsals((nth) => (nth < 5 ? 1 : 700))).toBe(6)
  })

  it("ends after a fifth of a second, however slow the first one is", () => {
    expect(rehearsals(() => 300)).toBe(1)
    expect(rehearsals((nth) => (nth === 0 ? 100 : 4))).toBe(27)
  })
})
