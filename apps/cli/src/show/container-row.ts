import { shownPorts, type ShownPort } from "./ports.ts"
import { humanSize } from "./size.ts"
import { ellipsis, shortId } from "./text.ts"
import { ago, createdAt, humanDuration } from "./time.ts"

/** What a container is doing, with times in milliseconds since 1970. */
export type ShownState =
  | { readonly kind: "created" | "dead" | "removing" }
  | {
      readonly kind: "running" | "paused"
      readonly startedAt: number
      readonly health?: "healthy" | "unhealthy" | "starting"
    }
  | { readonly kind: "exited" | "restarting"; readonly exitCode: number; readonly finishedAt: number }

/** What is known of a container when containers are listed. */
export interface ContainerFacts {
  /** 64 hexadecimal digits. */
  readonly id: string
  readonly name: string
  /** As the user wrote it, or its ID when that means something else by now. */
  readonly image: string
  /** Entry point and arguments. */
  readonly command: ReadonlyArray<string>
  /** Milliseconds since 1970. */
  readonly createdAt: number
  readonly state: ShownState
  readonly ports: ReadonlyArray<ShownPort>
  readonly labels: Readonly<Record<string, string>>
  /** Names of volumes and paths of the host. */
  readonly mounts: ReadonlyArray<string>
  readonly networks: ReadonlyArray<string>
  /** Bytes in the container's own layer, and with all of its image. Only counted when asked for. */
  readonly size?: { readonly written: number; readonly virtual: number }
}

/** How listings show things. */
export interface ShowOptions {
  /** Milliseconds since 1970. */
  readonly now: number
  /** Whether ids, commands and the like are shortened. */
  readonly truncate: boolean
}

/** Headers of the fields that `ps --format` knows. */
export const containerHeaders = {
  ID: "CONTAINER ID",
  Image: "IMAGE",
  Command: "COMMAND",
  CreatedAt: "CREATED AT",
  RunningFor: "CREATED",
  Ports: "PORTS",
  State: "STATE",
  Status: "STATUS",
  HealthStatus: "HEALTH STATUS",
  Size: "SIZE",
  Names: "NAMES",
  Labels: "LABELS",
  Label: "LABEL",
  Mounts: "MOUNTS",
  LocalVolumes: "LOCAL VOLUMES",
  Networks: "NETWORKS"
} as const

/** The fields that `ps` shows, in this order; `Size` comes last when it was asked for. */
export const containerColumns = ["ID", "Image", "Command", "RunningFor", "Status", "Ports", "Names"] as const

/** One line of `ps`, by the names that templates use. */
export const containerRow = (facts: ContainerFacts, { now, truncate }: ShowOptions) => {
  const command = commandLine(facts.command)
  const { state, size } = facts
  return {
    ID: truncate ? shortId(facts.id) : facts.id,
    Image: truncate && facts.image.startsWith("sha256:") ? shortId(facts.image) : facts.image,
    Command: JSON.stringify(truncate ? ellipsis(command, 20) : command),
    // Asking for the time zone is slow, and the usual view does not show it.
    get CreatedAt() {
      return createdAt(facts.createdAt)
    },
    RunningFor: ago(facts.createdAt, now),
    Ports: shownPorts(facts.ports),
    State: state.kind,
    Status: statusOf(state, now),
    HealthStatus: healthOf(state) ?? "none",
    Size: size === undefined ? "0B" : `${humanSize(size.written)} (virtual ${humanSize(size.virtual)})`,
    Names: facts.name,
    Labels: Object.entries(facts.labels)
      .map(([name, value]) => `${name}=${value}`)
      .toSorted()
      .join(","),
    Label: (name: string) => (Object.hasOwn(facts.labels, name) ? (facts.labels[name] ?? "") : ""),
    Mounts: facts.mounts.map((each) => (truncate ? ellipsis(each, 15) : each)).join(","),
    LocalVolumes: `${facts.mounts.filter((each) => !each.startsWith("/")).length}`,
    Networks: facts.networks.join(",")
  }
}

/** The STATUS column: `Up 5 minutes (healthy)`, `Exited (0) 2 hours ago`. */
export const statusOf = (state: ShownState, now: number): string => {
  switch (state.kind) {
    case "created":
      return "Created"
    case "dead":
      return "Dead"
    case "removing":
      return "Removal In Progress"
    case "restarting":
      return `Restarting (${state.exitCode}) ${ago(state.finishedAt, now)}`
    case "exited":
      return `Exited (${state.exitCode}) ${ago(state.finishedAt, now)}`
    case "paused":
      return `Up ${humanDuration((now - state.startedAt) / 1000)} (Paused)`
    case "running": {
      const health = healthOf(state)
      const words = health === "starting" ? "health: starting" : health
      return `Up ${humanDuration((now - state.startedAt) / 1000)}${words === undefined ? "" : ` (${words})`}`
    }
  }
}

const healthOf = (state: ShownState): string | undefined =>
  state.kind === "running" || state.kind === "paused" ? state.health : undefined

/** Arguments with blanks in them are quoted, so that the reader sees where they begin. */
const commandLine = (words: ReadonlyArray<string>): string =>
  words.map((word, index) => (index > 0 && word.includes(" ") ? `'${word}'` : word)).join(" ")
