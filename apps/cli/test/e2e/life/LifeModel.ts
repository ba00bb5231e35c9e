/** How a container of the model fares; `gone` is one that was removed. */
export type Status = "created" | "running" | "paused" | "exited" | "gone"

/** What the model knows of one container. */
export interface Known {
  readonly status: Exclude<Status, "gone">
  /** Made with `--rm`. */
  readonly passing: boolean
  /** Started again when it dies, and after its supervisor was killed. */
  readonly restart: "no" | "always" | "unless-stopped"
  /** Somebody has stopped it since it was started last. */
  readonly stopped: boolean
  /** It is in a network, rather than in none of its own. */
  readonly network: "bridge" | "none" | "town"
  /** The named volume that it has besides one without a name. */
  readonly volume: string | undefined
  /** Ports of its own that are published, apart from what it was made with. */
  readonly ports: ReadonlyArray<number>
}

/** All containers that should be there, by name. */
export type Life = Map<string, Known>

/** What is done to one container, by name of the command. */
export type Verb = "start" | "stop" | "kill" | "restart" | "pause" | "unpause" | "update" | "exec" | "rm" | "rm -f"

/** All verbs, in any order. */
export const verbs: ReadonlyArray<Verb> = [
  "start",
  "stop",
  "kill",
  "restart",
  "pause",
  "unpause",
  "update",
  "exec",
  "rm",
  "rm -f"
]

/** What a command comes to: whether it succeeds, and how the container fares then. */
export interface Step {
  readonly ok: boolean
  readonly next: Status
}

/** What Docker does when a verb is said to a container that fares so. */
export const step = (verb: Verb, { passing, status }: Known): Step => {
  const runs = status === "running"
  const alive = runs || status === "paused"
  const ended: Status = passing ? "gone" : "exited"
  const refused: Step = { ok: false, next: status }
  switch (verb) {
    case "start":
      return status === "paused" ? refused : { ok: true, next: "running" }
    case "stop":
      return { ok: true, next: alive ? ended : status }
    case "kill":
      return alive ? { ok: true, next: ended } : refused
    case "restart":
      return { ok: true, next: "running" }
    case "pause":
      return runs ? { ok: true, next: "paused" } : refused
    case "unpause":
      return status === "paused" ? { ok: true, next: "running" } : refused
    case "update":
      return { ok: true, next: status }
    case "exec":
      return { ok: runs, next: status }
    case "rm":
      return alive ? refused : { ok: true, next: "gone" }
    case "rm -f":
      return { ok: true, next: "gone" }
  }
}

/** Whether `system reconcile --start` starts it: Docker's rules for what runs after a reboot. */
export const shouldRun = ({ restart, status, stopped }: Known): boolean =>
  status === "exited" && (restart === "always" || (restart === "unless-stopped" && !stopped))

/** What a verb that was heard to its end says about who has stopped it. */
export const stoppedBy = (verb: Verb, { status, stopped }: Known): boolean => {
  if (verb === "start" || verb === "restart") return false
  const alive = status === "running" || status === "paused"
  return verb === "stop" || verb === "kill" ? stopped || alive : stopped
}

/** How a container may fare after a command was killed on its way: as before, as after, or where it was half-way. */
export const torn = (verb: Verb, known: Known): ReadonlyArray<Status> => {
  const half: ReadonlyArray<Status> =
    verb === "restart" || verb.startsWith("rm") ? (known.status === "created" ? [] : ["exited"]) : []
  const removed: ReadonlyArray<Status> = known.passing && verb !== "exec" && verb !== "update" ? ["gone"] : []
  return [known.status, step(verb, known).next, ...half, ...removed]
}
