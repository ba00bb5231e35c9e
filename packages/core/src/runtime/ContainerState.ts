/** How a process ended. */
export interface ExitStatus {
  /** The command's own code, or 128 + signal. */
  readonly code: number
  /** Set when the kernel ended it for want of memory. */
  readonly oomKilled: boolean
  /** Why it never ran, in words; absent when it did. */
  readonly error?: string
}

/** The life of a container, as its supervisor writes it down. Times are milliseconds since 1970. */
export type ContainerState =
  | { readonly status: "created" }
  | { readonly status: "running"; readonly startedAt: number; readonly paused: boolean; readonly pid?: number }
  | { readonly status: "restarting"; readonly exit: ExitStatus; readonly finishedAt: number; readonly restarts: number }
  | { readonly status: "exited"; readonly exit: ExitStatus; readonly startedAt: number; readonly finishedAt: number }
  /** It was running when its supervisor was killed or the host went down; nothing of it runs any more. */
  | { readonly status: "lost"; readonly startedAt: number }

/** Whether something of a container runs now, or will again by itself. */
export const isLive = (state: ContainerState): state is ContainerState & { status: "running" | "restarting" } =>
  state.status === "running" || state.status === "restarting"
