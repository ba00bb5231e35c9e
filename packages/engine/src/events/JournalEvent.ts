/** What an event is about. */
export type EventType = "builder" | "container" | "image" | "network" | "volume"

/** Something that has happened to a container, an image, a network, a volume or the build cache. Plain data. */
export interface JournalEvent {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly type: EventType
  /** Docker's word: `create`, `die`, `health_status: healthy`, `exec_create: sh -c ls`. */
  readonly action: string
  /** ID of a container or network, ID or name of an image, name of a volume; empty for the build cache. */
  readonly id: string
  /** What else is known, labels included; texts by Docker's names. */
  readonly attributes: { readonly [name: string]: string }
}
