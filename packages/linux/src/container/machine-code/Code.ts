/** The processors that containers run on here. */
export type Machine = "arm64" | "x64"

/** A place that keeps its value across system calls. There are five; the second row names them for another program. */
export type Register =
  | ("command" | "environment" | "self" | "value" | "words")
  | ("child" | "length" | "number" | "record" | "total")

/** Bytes of a {@link Step} that says `perform`: number, six arguments, what its result means, result; words each. */
export const performedAt = { number: 0, given: 8, ending: 56, result: 64, length: 72 } as const

/** What a system call is given: a number that fits into 32 bits, a register, or an address. */
export type Operand = number | Register | Address

/** `scratch`: of the bytes below the stack that the program was given. `text`: of a label of the program. */
export type Address = { readonly scratch: number } | { readonly text: string }

/** One step of a program that is no processor's yet. Words have 64 bits; comparisons are signed. */
export type Step =
  | { readonly do: "label"; readonly name: string }
  | { readonly do: "bytes"; readonly bytes: Uint8Array }
  /** Makes room for scratch bytes, and keeps the stack that the program was given in a register. */
  | { readonly do: "begin"; readonly stack: Register; readonly scratch: number }
  | { readonly do: "set"; readonly to: Register; readonly from: Operand }
  | { readonly do: "add"; readonly to: Register; readonly number: number }
  | { readonly do: "and"; readonly to: Register; readonly number: number }
  | { readonly do: "shiftRight"; readonly to: Register; readonly bits: number }
  | { readonly do: "sum" | "difference"; readonly to: Register; readonly with: Register }
  | { readonly do: "load"; readonly to: Register; readonly at: Place }
  | { readonly do: "store"; readonly from: Register; readonly at: Place }
  /** Makes the system call that is written in memory, {@link performedAt}, and writes its result there. */
  | { readonly do: "perform"; readonly at: Register }
  | {
      readonly do: "goWhen"
      readonly left: Register
      readonly is: Relation
      readonly right: number | Register
      readonly label: string
    }
  | { readonly do: "go"; readonly label: string }
  | {
      readonly do: "call"
      /** A system call's number. */
      readonly number: { readonly [machine in Machine]: number }
      readonly given: ReadonlyArray<Operand>
      readonly result?: Register
    }

/** A word in memory: where a register leads, or some bytes behind that, or in the scratch bytes. */
export type Place = Register | { readonly behind: Register; readonly bytes: number } | { readonly scratch: number }

/** How two words compare. */
export type Relation = "below" | "equal" | "unequal"

/** A step as its processor reads it, once all labels have places. Its length does not depend on them. */
export interface Encoded {
  readonly length: number
  /** `here`: where it stands. `placeOf`: where a label does. Both count from the first byte of the program. */
  readonly write: (here: number, placeOf: (label: string) => number) => Uint8Array
}

/** Puts a program together for one processor. */
export const assemble = (steps: ReadonlyArray<Step>, encode: (step: Step) => ReadonlyArray<Encoded>): Uint8Array => {
  const places = new Map<string, number>()
  const encoded: Array<readonly [here: number, part: Encoded]> = []
  let length = 0
  for (const step of steps) {
    if (step.do === "label") places.set(step.name, length)
    for (const part of encode(step)) {
      encoded.push([length, part])
      length += part.length
    }
  }
  const placeOf = (label: string): number => {
    const place = places.get(label)
    if (place === undefined) throw new Error(`the program has no label ${label}`)
    return place
  }
  const program = new Uint8Array(length)
  for (const [here, part] of encoded) program.set(part.write(here, placeOf), here)
  return program
}

/** A part that says the same wherever it stands. */
export const fixed = (bytes: Uint8Array): Encoded => ({ length: bytes.length, write: () => bytes })
