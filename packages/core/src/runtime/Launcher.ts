import * as Context from "effect/Context"
import type { IdMaps } from "./IdMaps.ts"
import type { ContainerSpec, ProcessSpec } from "./ContainerSpec.ts"
import type { RuntimeAbilities } from "./Runtime.ts"

/**
 * A command that becomes a container's process, and how to talk to it while it prepares itself.
 *
 * The command is started with the container's standard streams on 0 to 2 and a two-way socket on 3. Both sides send
 * one JSON value a line on 3:
 *
 * 1. parent: `config`;
 * 2. child: `{"type":"ready","pid":N}`, N as the parent's process namespace numbers it. Its namespaces exist now. With
 *    `"placed":true` it is in its control groups already;
 * 3. parent: `{"type":"go"}` once control groups and networks are in place; or `failed` as in 5., when they cannot be,
 *    here or instead of any later message: the child says it back and ends, unless it has failed for a reason of its own;
 * 4. with a terminal only, child: `{"type":"terminal"}` once /dev/pts of the container is there; the parent opens
 *    `/proc/N/root/dev/pts/ptmx`, unlocks it and answers `{"type":"terminal","number":M}`. A child whose terminal was made
 *    by somebody else says `{"type":"terminal","holder":P,"fd":F}`: the parent takes a copy of descriptor F of process P,
 *    and answers with the number 0;
 * 5. the child executes the command; or `{"type":"failed","status":125|126|127,"stage":text,"why":text}` comes, and the
 *    command never ran.
 *
 * Programs between parent and child keep the socket open, so it does not tell when the command runs. Descriptor 4
 * does: it is the reading end of a pipe, which the child reopens for writing, close-on-exec, before it says `ready`.
 * The parent sees the end of it when the command runs, and one byte before the end when it never will.
 */
export interface LaunchPlan {
  /** How a parent puts the process together itself that can, in place of starting `argv`. */
  readonly directed?: Directed
  readonly argv: ReadonlyArray<string>
  /**
   * Where in `argv` the program stands, by absolute path, that goes into the container. It is started from a read-only
   * mount of its own: a container that gets hold of it, as `/proc/N/exe` of what it became, cannot write to it. Nothing
   * is done for a plan without one.
   */
  readonly program?: number
  /** The whole environment of the command, not an addition to the parent's. */
  readonly env: { readonly [name: string]: string }
  /** First line to the child. Plain data. */
  readonly config: unknown
}

/**
 * A process that its parent puts together, by system calls that it has it make, until it becomes the container's. Nothing
 * has to be loaded in it.
 */
export interface Directed {
  /** Which of the launcher's {@link LauncherShape.sequences} does that. */
  readonly sequence: string
  /** `CLONE_NEW*` of the namespaces that it gets. */
  readonly namespaces: number
  /** Namespaces that it enters besides, by absolute paths of the host. */
  readonly enters: ReadonlyArray<string>
  /** What is mounted in it spreads to nobody, from the beginning. */
  readonly private: boolean
  /** It ends with its parent. */
  readonly tied: boolean
  /** It keeps the kernel ready to move it into a control group while its parent is busy with something else. */
  readonly rehearses: boolean
  /**
   * Namespaces of users that it is given, each a descriptor, for mounts that are seen through them and for itself to
   * enter. Only a process that is put together by system calls can do that: a plan with some cannot be carried out by
   * starting `argv`.
   */
  readonly users?: ReadonlyArray<IdMaps>
}

/**
 * Puts a process together. `child` is the `Kernel` of `@gantry/linux`, as the process has it; `control` is the
 * conversation of a {@link LaunchPlan} with its parent, which answers at once. Returns when the process runs its command
 * or only waits; throws `StageFailure` when the command will never run.
 */
export type Sequence = (child: never, control: LaunchControl) => void

/** The child's side of the conversation of a {@link LaunchPlan}. */
export interface LaunchControl {
  /** Waits for the next message. Throws when the parent has gone. */
  readonly receive: () => unknown
  readonly send: (message: unknown) => void
  /** Says why the command will never run, and waits until the parent has hung up. Nothing comes after it. */
  readonly refuse: (message: unknown) => void
  /** Says that all is in place, where no command is executed whose start would tell. */
  readonly begun: () => void
}

/**
 * What is known of a launch before the container is: the plan without its configuration. A process started from it
 * loads its program and waits for the rest.
 */
export type UsualLaunch = Omit<LaunchPlan, "config">

/** The first process of a container. Another one that gets its number later is not to be taken for it. */
export interface FirstProcess {
  /** As the host numbers it. */
  readonly pid: number
  /** When it began, in clock ticks after boot. Spec: proc_pid_stat(5), starttime. */
  readonly startTime: number
}

/**
 * What a plugin for local containers writes: how a container is launched and joined. Pure: it plans, the supervisor
 * acts, and the supervisor makes a whole `Runtime` from it.
 */
export interface LauncherShape {
  readonly name: string
  readonly abilities: RuntimeAbilities
  /** `group`: the control group that the container is put into, below the top of each tree, without a slash before it. */
  readonly launch: (spec: ContainerSpec, group: string) => LaunchPlan
  /**
   * How nearly every container is launched, where that is known before its description: its process is made ahead then,
   * and taken when `launch` plans the same.
   */
  readonly usual?: UsualLaunch
  /**
   * A process that has the container's root and mounts about it, as its first process would, and runs nothing of the
   * container: it waits for the end of its standard input. `/proc/N/root` of it leads to the container's files.
   */
  readonly hold: (spec: ContainerSpec) => LaunchPlan
  /** What its {@link Directed} plans need, loaded when it is. */
  readonly sequences?: () => Promise<{ readonly [name: string]: Sequence }>
  /** `first`: the container's first process. */
  readonly join: (
    spec: ContainerSpec,
    first: FirstProcess,
    process: ProcessSpec,
    options: { readonly privileged: boolean }
  ) => LaunchPlan
}

/** The service tag of {@link LauncherShape}. */
export class Launcher extends Context.Tag("@gantry/core/Launcher")<Launcher, LauncherShape>() {}
