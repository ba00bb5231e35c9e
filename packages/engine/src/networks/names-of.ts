/** What of a container it is called by. */
export interface Called {
  readonly id: string
  readonly name: string
  readonly hostname: string
}

/** The names under which a container is found in a network, each once: its own first, its aliases there, its short id, its host name. */
export const namesOf = ({ hostname, id, name }: Called, aliases: ReadonlyArray<string>): ReadonlyArray<string> => [
  ...new Set([name, ...aliases, id.slice(0, 12), hostname].filter((each) => each !== ""))
]
