import type { Glob } from "./glob.ts"

/** A part of a pattern: what it takes of a path. */
export type Step =
  /** One character. */
  | { readonly takes: "one"; readonly accepts: (character: string) => boolean }
  /** Any characters; without `slashes`, of one segment. */
  | { readonly takes: "any"; readonly slashes: boolean }
  /** Nothing, or whole directories. */
  | { readonly takes: "directories" }

/**
 * Matches by following all possibilities at once, in time that is the product of both lengths: a regular expression with
 * many `*` tries them one after the other, which for a hostile pattern never ends.
 */
export const walkGlob =
  (steps: ReadonlyArray<Step>): Glob =>
  (path) => {
    let at = reach(new Uint8Array(steps.length + 1), steps, 0)
    for (const character of path) {
      const next = new Uint8Array(steps.length + 1)
      for (const [index, step] of steps.entries()) {
        if (at[index] === 0) continue
        if (step.takes === "one") {
          if (step.accepts(character)) reach(next, steps, index + 1)
        } else if (step.takes === "directories") {
          // Not reached anew: in the middle of a name what follows cannot begin.
          next[index] = 1
          if (character === "/") reach(next, steps, index + 1)
        } else if (step.slashes || character !== "/") reach(next, steps, index)
      }
      at = next
    }
    return at[steps.length] === 1
  }

/** Marks a place, and those behind what may take nothing. */
const reach = (places: Uint8Array, steps: ReadonlyArray<Step>, place: number): Uint8Array => {
  for (let index = place; ; index++) {
    places[index] = 1
    if ((steps[index]?.takes ?? "one") === "one") return places
  }
}
