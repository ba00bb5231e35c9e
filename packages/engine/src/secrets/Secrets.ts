import * as Redacted from "effect/Redacted"

/** A secret as the caller gave it. */
export interface Secret {
  readonly id: string
  readonly value: Redacted.Redacted<Uint8Array>
}

/** The secrets of one build. They are in memory only, and nothing here is ever written anywhere. */
export interface Secrets {
  readonly all: ReadonlyArray<Secret>
  /** Of the last secret with that id. */
  readonly value: (id: string) => Uint8Array | undefined
}

/** Secrets by their ids; of two with one id the last one counts. */
export const secretsOf = (all: ReadonlyArray<Secret>): Secrets => ({
  all,
  value: (id) => {
    const found = all.findLast((each) => each.id === id)
    return found === undefined ? undefined : Redacted.value(found.value)
  }
})
