/** What is listed from the engine or the file system when a word is completed. */
export type Things =
  | "containers"
  | "directories"
  | "files"
  | "images"
  | "manifest lists"
  | "networks"
  | "paused containers"
  | "running containers"
  | "stopped containers"
  | "volumes"

/** One word that may stand at the cursor. */
export interface Candidate {
  readonly value: string
  /** One line about it; may be empty. */
  readonly about: string
}

/** What may stand at the cursor. */
export interface Offer {
  /** Words that are known without looking anywhere, all of them: what does not fit the typed part is left out later. */
  readonly words: ReadonlyArray<Candidate>
  readonly things: ReadonlyArray<Things>
  /** Stands before each word and thing and is typed already: `--network=`. */
  readonly before: string
  /** Stands behind each word and thing, and no blank after it: `:` of a mount. */
  readonly after: string
  /** Operands that are typed already, and not offered once more. */
  readonly taken: ReadonlyArray<string>
}

/** Nothing. */
export const nothing: Offer = { words: [], things: [], before: "", after: "", taken: [] }

/** Words alone. */
export const wordsOffer = (words: ReadonlyArray<Candidate>): Offer => ({ ...nothing, words })

/** Words that say all there is to say. */
export const bareWords = (...values: ReadonlyArray<string>): ReadonlyArray<Candidate> =>
  values.map((value) => ({ value, about: "" }))
