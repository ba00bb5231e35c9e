/** How a process ended. */
export interface ExitStatus {
  /** The command's own code, or 128 + signal. */
  readonly code: number
  /** Set when the kernel ended it for want of memory. */
  readonly oomKilled: boolean
  /** Why it never ran, in words; absent when it did. */
  readonly error?: string
}

/** What the last looks at a container's health say together. */
export type HealthStatus = "starting" | "healthy" | "unhealthy"

/** One look at a container's health. Times in milliseconds since 1970. */
export interface HealthCheck {
  readonly start: number
  readonly end: number
  /** 0 for well, 1 for ill; -1 when the command did not end in time or could not be run. */
  readonly exitCode: number
  /** The beginning of what the command wrote, 4096 bytes at most. */
  readonly output: string
}

/** What is known of a container's health. */
export interface Health {
  readonly status: HealthStatus
  /** Failures one after the other. */
  readonly streak: number
  /** The last few looks, oldest first. */
  readonly log: ReadonlyArray<HealthCheck>
}

/** The life of a container, as its supervisor writes it down. Times are milliseconds since 1970. */
export type ContainerState =
  | { readonly status: "created" }
  | {
      readonly status: "running"
      readonly startedAt: number
      readonly paused: boolean
      readonly pid?: number
      /** How often it was started again by itself; absent for never. */
      readonly restarts?: number
      /** Absent when nobody looks at its health. */
      readonly health?: HealthStatus
    }
  | { readonly status: "restarting"; readonly exit: ExitStatus; readonly finishedAt: number; readonly restarts: number }
  | {
      readonly status: "exited"
      readonly exit: ExitStatus
      readonly startedAt: number
      readonly finishedAt: number
      /** Somebody asked for its end: it is not to be started again by itself. */
      readonly stoodDown?: boolean
      readonly restarts?: number
    }
  /** It was running when its supervisor was killed or the host went down; nothing of it runs any more. */
  | { readonly status: "lost"; readonly startedAt: number }

/** Whether something of a container runs now, or will again by itself. */
export const isLive = (state: ContainerState): state is ContainerState & { status: "running" | "restarting" } =>
  state.status === "running" || state.status === "restarting"
