import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type { PublishedPort } from "../network/Network.ts"
import type { ContainerSpec, ProcessSpec, Resources } from "./ContainerSpec.ts"
import type { ContainerState, ExitStatus, Health } from "./ContainerState.ts"
import type { IsolationRefused, NotRunning, RuntimeError } from "./RuntimeError.ts"

/** A piece of output. A terminal has stdout only. */
export interface Output {
  readonly stream: "stdout" | "stderr"
  readonly bytes: Uint8Array
}

/** A conversation with a process in a container. Closing its scope ends the conversation, not the process. */
export interface Session {
  /** What the process writes from now on; ends when the process has ended and all it wrote was delivered. */
  readonly output: Stream.Stream<Output, RuntimeError>
  /** Gives bytes to the process' standard input; nothing happens when it is closed. */
  readonly input: (bytes: Uint8Array) => Effect.Effect<void>
  readonly closeInput: Effect.Effect<void>
  readonly resize: (size: { readonly rows: number; readonly columns: number }) => Effect.Effect<void>
  /** Sends a signal, by number. */
  readonly signal: (signal: number) => Effect.Effect<void>
  /** Waits for the end. */
  readonly exit: Effect.Effect<ExitStatus, RuntimeError>
}

/** Whether a container is started again when it has ended by itself. */
export interface RestartRule {
  readonly policy: "no" | "on-failure" | "always" | "unless-stopped"
  /** Starts after the first at most, for `on-failure`; 0 for any number. */
  readonly most: number
}

/** How often a container's health is looked at, and what follows. Times in milliseconds. */
export interface HealthRule {
  readonly interval: number
  readonly timeout: number
  /** Failures do not count so long after the start, until the first success. */
  readonly startPeriod: number
  /** Between looks during the start period. */
  readonly startInterval: number
  /** Failures one after the other that make it unhealthy. */
  readonly retries: number
  /** What is done when it has become unhealthy. `stop`: with its stop signal and grace time. */
  readonly onFailure: "none" | "kill" | "restart" | "stop"
}

/** What can be changed of a container while it runs. */
export interface RuntimeChange {
  readonly resources?: Resources
  readonly restart?: RestartRule
  /** What it is called in what is told of it. */
  readonly name?: string
}

/** Names that a container can ask for at an address of its own loopback. Plain data. */
export interface NameService {
  /** Where the engine's database is: it says which containers are in which networks. */
  readonly database: string
  /** Names of the networks whose containers it finds, in the order of its links. */
  readonly networks: ReadonlyArray<string>
  /** Name servers that are asked for everything else, in this order; those of the host as they are then when empty. */
  readonly servers: ReadonlyArray<string>
  /** Whether anything else is asked for at all: not for a container without a way out. */
  readonly forwards: boolean
}

/** Which standard streams a container is to have besides its output. */
export interface StreamsAsked {
  readonly stdin: boolean
  readonly tty: boolean
}

/** Containers, by ID, whose namespaces another one has instead of its own. */
export interface Shares {
  readonly network?: string
  readonly pid?: string
  readonly ipc?: string
}

/** What happens around a container that outlives its starter. */
export interface Supervision {
  readonly restart: RestartRule
  /** `probe`: program and arguments that look once, and print what they found as JSON (engine/containers/probe). */
  readonly health?: HealthRule & { readonly probe: ReadonlyArray<string> }
  /** How it is asked to end: a signal by number, and milliseconds until it is made to; negative for ever. */
  readonly stop: { readonly signal: number; readonly grace: number }
  /** Milliseconds after each of its starts when it is asked to end; never when absent. */
  readonly limit?: number
  /** Standard input stays open for attached clients; otherwise the container reads end of file. */
  readonly stdin: boolean
  /** Standard input closes when the first attached client closes it. */
  readonly stdinOnce: boolean
  /** Output is kept in files of at most `maxBytes`, the newest `files` of them. */
  readonly log: { readonly driver: "file" | "none"; readonly maxBytes: number; readonly files: number }
  /** Host ports held by the supervisor, and answered where the kernel's address translation does not reach. */
  readonly ports: ReadonlyArray<PublishedPort>
  /** Addresses of the container that held ports lead to, at most one of each kind; nowhere when absent. */
  readonly addresses?: ReadonlyArray<string>
  /** What its resolver answers; it has none when absent. */
  readonly names?: NameService
  /** IDs of the containers whose namespaces it joins, looked for at each start. */
  readonly shares?: Shares
  /** The starter stays until the end and cleans up itself; should it leave before, `cleanup` is run after all. */
  readonly claimed: boolean
  /** Program and arguments that give back what the container held, run by the supervisor after the end. */
  readonly cleanup: ReadonlyArray<string>
  /** Where its starts and ends are written down as events, and what they say of it; nowhere when absent. */
  readonly story?: { readonly journal: string; readonly attributes: { readonly [name: string]: string } }
}

/** A process of a container, as the host sees it. */
export interface ProcessInfo {
  readonly pid: number
  readonly parent: number
  readonly uid: number
  /** Milliseconds since 1970. */
  readonly startedAt: number
  /** Processor time it has used, in milliseconds. */
  readonly cpuMs: number
  /** `pts/0` and the like; empty when it has none. */
  readonly terminal: string
  /** Never empty; the name in brackets when it has no words, as a process that has ended. */
  readonly argv: ReadonlyArray<string>
}

/** What a container uses; undefined where nothing on this host counts it. Counters begin with the container. */
export interface Usage {
  readonly memoryBytes: number | undefined
  /** What it may use: its limit, or all the memory of the host. */
  readonly memoryLimitBytes: number | undefined
  readonly cpuNanoseconds: number | undefined
  readonly processes: number | undefined
  /** Bytes over all its links but loopback; undefined on the host's network. */
  readonly network: { readonly received: number; readonly sent: number } | undefined
  /** Bytes from and to block devices. */
  readonly disk: { readonly read: number; readonly written: number } | undefined
}

/** What a runtime can do on this host. The engine refuses early what is false here. */
export interface RuntimeAbilities {
  /** Host directories can be mounted. */
  readonly hostMounts: boolean
  /** Wiring of networks is carried out. */
  readonly networks: boolean
  /** Limits are kept. */
  readonly limits: boolean
  /** Further processes can be started in a running container. */
  readonly exec: boolean
  readonly terminals: boolean
  /** Everything in a container can be made to stand still. */
  readonly pause: boolean
}

/** How a container is made to end. */
export interface Ending {
  /** Number of what its first process gets. */
  readonly signal: number
  /** Milliseconds from then until it is killed, should it still be there; it is not without them. */
  readonly killAfter?: number
}

/** Containers: named, started, waited for, signalled. Nothing here says on which machine they run. */
export interface RuntimeShape {
  /** Name of the runtime as `--runtime` and `inspect` spell it. */
  readonly name: string
  readonly abilities: RuntimeAbilities
  /**
   * Runs a container to its end as part of the caller: for build steps. Output goes to `onOutput` as it comes; standard
   * input is empty. Interruption, or the death of the caller, kills everything in it (RUN-3).
   */
  readonly perform: (spec: ContainerSpec, onOutput: (output: Output) => void) => Effect.Effect<ExitStatus, RuntimeError>
  /**
   * As `perform`, for somebody who talks with the command: it has standard input, and a terminal if the spec says so.
   * Closing the scope kills everything in it.
   */
  readonly converse: (spec: ContainerSpec) => Effect.Effect<Session, RuntimeError, Scope.Scope>
  /**
   * Gets ready, while the caller does other things, for a start of the container of that id in this scope. Nothing is
   * left when no start follows. A runtime that has nothing to get ready does nothing. `streams`: what the container is
   * expected to have; one that has others then is only started later.
   */
  readonly warm: (id: string, streams: StreamsAsked) => Effect.Effect<void, never, Scope.Scope>
  /**
   * Starts a container that outlives the caller, and attaches to it so that no output is missed. Succeeds once the
   * command itself runs; a command that cannot be run fails with the reason and leaves nothing.
   */
  readonly start: (spec: ContainerSpec, supervision: Supervision) => Effect.Effect<Session, RuntimeError, Scope.Scope>
  /**
   * Attaches to a running container. `claim`: the caller gives back what the container held after its end, in the
   * supervisor's place; should it leave before, the supervisor has it done after all.
   */
  readonly attach: (
    id: string,
    options?: { readonly claim: boolean }
  ) => Effect.Effect<Session, RuntimeError, Scope.Scope>
  /** Starts another process in a running container. It does not keep the container alive (RUN-4). */
  readonly exec: (
    id: string,
    process: ProcessSpec,
    options: { readonly stdin: boolean; readonly privileged: boolean }
  ) => Effect.Effect<Session, RuntimeError, Scope.Scope>
  /** The truth now, not what was written down: a container whose supervisor is gone is `lost`. */
  readonly state: (id: string) => Effect.Effect<ContainerState>
  /** Waits until the container is not running; at once when it is not. */
  readonly wait: (id: string) => Effect.Effect<ExitStatus, NotRunning>
  readonly signal: (id: string, signal: number) => Effect.Effect<void, NotRunning>
  /**
   * Gives a running container other limits, and another restart rule: now, and at its next starts. What is absent stays
   * as it is. Fails with `IsolationRefused` when a limit cannot be kept; then some may have changed.
   */
  readonly update: (id: string, change: RuntimeChange) => Effect.Effect<void, IsolationRefused | NotRunning>
  /**
   * Begins a change of a running container's published ports, and returns what makes the host answer on exactly these. It
   * fails with `IsolationRefused` and changes nothing when one cannot be had. Closing the scope says that all is written
   * down; when the caller is killed before, the container's `cleanup` is run.
   */
  readonly changePorts: (
    id: string
  ) => Effect.Effect<
    (
      ports: ReadonlyArray<PublishedPort>,
      addresses?: ReadonlyArray<string>
    ) => Effect.Effect<void, IsolationRefused | NotRunning>,
    NotRunning,
    Scope.Scope
  >
  /**
   * Connects a running container as the `wiring` and `files` of a spec say, now and whenever it is started again by
   * itself, and has it find those names. Fails with `IsolationRefused` and changes nothing when a link cannot be made.
   */
  readonly rewire: (
    spec: ContainerSpec,
    names: NameService | undefined
  ) => Effect.Effect<void, IsolationRefused | NotRunning>
  /**
   * From now on the container is not started again when it ends, whatever its restart rule; one that waits to be started
   * again has ended. Nothing happens when it does not run. `ending` begins in the same step: nobody who is killed on the
   * way leaves one that runs and is not started again. False when it has not begun.
   */
  readonly standDown: (id: string, ending?: Ending) => Effect.Effect<boolean>
  /** What is known of its health since its last start; undefined when nobody looks at it. */
  readonly health: (id: string) => Effect.Effect<Health | undefined>
  /** All processes of a running container, its first one first, the others by number. */
  readonly processes: (id: string) => Effect.Effect<ReadonlyArray<ProcessInfo>, NotRunning>
  /** What a running container uses now. */
  readonly usage: (id: string) => Effect.Effect<Usage, NotRunning>
  /**
   * Makes everything in a container stand still until {@link RuntimeShape.resume}: it uses no processor, keeps its memory
   * and its place, and signals wait (RUN-7). A second call changes nothing.
   */
  readonly pause: (id: string) => Effect.Effect<void, IsolationRefused | NotRunning>
  /** Lets a container go on that stands still. Nothing happens when it does not. */
  readonly resume: (id: string) => Effect.Effect<void, IsolationRefused | NotRunning>
  /** Forgets what the runtime keeps of a container, killing it first. Succeeds when there is nothing (RUN-3). */
  readonly remove: (id: string) => Effect.Effect<void>
  /** Takes away what `perform` left of callers that were killed. What runs is not touched. */
  readonly sweep: Effect.Effect<void>
  /** Takes away what the runtime keeps on the host besides containers. For the time when there are none. */
  readonly reset: Effect.Effect<void>
}

/** The service tag of {@link RuntimeShape}. */
export class Runtime extends Context.Tag("@gantry/core/Runtime")<Runtime, RuntimeShape>() {}
