import { SIGKILL } from "@gantry/linux/constants"
import type { ExitStatus, HealthStatus } from "@gantry/core/runtime/ContainerState"
import type { RestartRule, Supervision } from "@gantry/core/runtime/Runtime"
import type { LaunchFailure } from "./handshake.ts"
import type { Launched } from "./launch.ts"
import { startTimer } from "./long-timer.ts"
import type { Event } from "./protocol.ts"
import type { Rest } from "./rest.ts"
import { makeRestarts } from "./restarts.ts"
import { mark, type ProcessMark, writeState } from "./state.ts"
import { type Watch, watchHealth } from "./watch-health.ts"

/** What a container's life touches outside of it. */
export interface World {
  readonly start: () => Promise<Launched | LaunchFailure>
  readonly rest: Rest
  /** Whether the container is paused now. */
  readonly standsStill: () => boolean
  /** Lets it go on when it stands still: a signal waits for that, on some hosts even one that kills. */
  readonly thaw: () => void
  /** When it is started again, as things stand. */
  readonly rule: () => RestartRule
  readonly tell: (event: Event) => void
  /** Tells the world what has happened, in Docker's words. */
  readonly story: (action: string, more?: { readonly [name: string]: string }) => void
  /** Which process is the container's first one now; none between two starts. */
  readonly onRun: (running: Launched | undefined) => void
}

/**
 * Runs a container until it has ended for good: starts it again as its rule says, looks at its health, and writes down
 * how it fares. A first start that fails is the result; a later one that fails is an end like others.
 */
export const live = async (
  directory: string,
  supervision: Supervision,
  { rule, start, ...world }: World
): Promise<(Event & { type: "failed" }) | undefined> => {
  const { rest, story, tell } = world
  const supervisor = mark(process.pid) ?? { pid: process.pid, startTime: 0, boot: "" }
  const restarts = makeRestarts(rule)
  for (;;) {
    const startedAt = Date.now()
    // One life after the other.
    // oxlint-disable-next-line no-await-in-loop
    const outcome = await start()
    const began = restarts.count()
    if (outcome.type === "failed" && began === 0) return outcome
    const { exit, forced } =
      outcome.type === "failed"
        ? { exit: failedExit(outcome), forced: false }
        : // oxlint-disable-next-line no-await-in-loop
          await lead(directory, supervision, outcome, { ...world, supervisor, restarts: began, startedAt })
    const finishedAt = Date.now()
    if (exit.oomKilled) story("oom")
    story("die", { exitCode: String(exit.code), execDuration: String(Math.round((finishedAt - startedAt) / 1000)) })
    const pause = rest.wanted() ? undefined : restarts.next({ exit, ran: finishedAt - startedAt, forced })
    if (pause !== undefined) {
      writeState(directory, {
        state: { status: "restarting", exit, finishedAt, restarts: restarts.count() },
        supervisor
      })
      tell({ type: "exited", exit })
      // oxlint-disable-next-line no-await-in-loop
      await rest.pause(pause)
      if (!rest.wanted()) continue
    }
    writeState(directory, {
      state: {
        status: "exited",
        exit,
        startedAt,
        finishedAt,
        ...(rest.wanted() ? { stoodDown: true } : {}),
        ...(began === 0 ? {} : { restarts: began })
      },
      supervisor
    })
    tell({ type: "exited", exit })
    return undefined
  }
}

const failedExit = ({ stage, status, why }: LaunchFailure): ExitStatus => ({
  code: status,
  oomKilled: false,
  error: `could not ${stage}: ${why}`
})

interface Lead extends Omit<World, "rule" | "start"> {
  readonly supervisor: ProcessMark
  readonly restarts: number
  readonly startedAt: number
}

/** One life, from the start of the command to its end. */
const lead = async (
  directory: string,
  { health: rule, limit, stop }: Supervision,
  running: Launched,
  { onRun, rest, restarts, standsStill, startedAt, story, supervisor, tell, thaw }: Lead
): Promise<{ readonly exit: ExitStatus; readonly forced: boolean }> => {
  const first = mark(running.pid)
  let forced = false
  let late: NodeJS.Timeout | undefined
  const write = (health: HealthStatus | undefined): void =>
    writeState(directory, {
      state: {
        status: "running",
        startedAt,
        paused: false,
        pid: running.pid,
        ...(restarts === 0 ? {} : { restarts }),
        ...(health === undefined ? {} : { health })
      },
      supervisor,
      ...(first === undefined ? {} : { process: first })
    })
  onRun(running)
  write(rule === undefined ? undefined : "starting")
  // Before anybody hears of it: whoever started it may be about to tell what comes next.
  story("start")
  tell({ type: "started", pid: running.pid })
  /** As `stop` does it. */
  const bringDown = (): void => {
    running.signal(stop.signal)
    thaw()
    if (stop.grace >= 0) late = setTimeout(() => running.signal(SIGKILL), stop.grace)
  }
  // Whoever asked for its end while it was being started had nobody to send a signal to.
  if (rest.wanted()) bringDown()
  const callOff = limit === undefined ? undefined : startTimer(limit, bringDown)
  const watch: Watch | undefined =
    rule === undefined
      ? undefined
      : watchHealth(directory, rule, {
          standsStill,
          onChange: ({ status }) => {
            write(status)
            story(`health_status: ${status}`)
            if (status !== "unhealthy" || rule.onFailure === "none") return
            watch?.stop()
            forced = rule.onFailure === "restart"
            if (rule.onFailure === "stop") rest.want()
            if (rule.onFailure === "kill") return running.signal(SIGKILL)
            bringDown()
          }
        })
  const exit = await running.ended
  watch?.stop()
  callOff?.()
  clearTimeout(late)
  onRun(undefined)
  return { exit, forced }
}
