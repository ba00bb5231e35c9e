/** An entry that wants something outside its root, or that no tree can hold. */
export class Refused extends Error {
  /** The entry's name as it stands in the archive, or its path. */
  readonly path: string
  constructor(path: string, why: string) {
    super(why)
    this.path = path
  }
}

/** An archive that goes on after a limit. */
export class PastLimit extends Error {
  readonly unit: "bytes" | "entries"
  readonly limit: number
  constructor(unit: PastLimit["unit"], limit: number) {
    super(`more than ${limit} ${unit}`)
    this.unit = unit
    this.limit = limit
  }
}
