import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { ContainerState, Health } from "@gantry/core/runtime/ContainerState"
import { Runtime } from "@gantry/core/runtime/Runtime"
import { Settings } from "@gantry/core/Settings"
import type { LayerStore } from "@gantry/core/store/LayerStore"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { ContainerRecord } from "../containers/ContainerRecord.ts"
import { type LogLine, logs } from "../containers/Logs.ts"
import type { Images } from "../images/Images.ts"
import { type LogRecord, recordOf } from "../supervisor/log.ts"
import { containerChanges } from "../verbs/container-changes.ts"
import { autopsiesOf, type Autopsy, autopsyFiles, isExpired, mostKept } from "./Autopsy.ts"

/** Bytes of the log's end that are kept. */
const mostLog = 256 * 1024

/** Lines of it. */
const mostLines = 5000

/** Changed paths that are kept. */
const mostChanges = 2000

/** Whether a container has ended as nobody wanted it to. */
const hasFailed = (state: ContainerState, health: Health | undefined): state is Autopsy["state"] => {
  if (state.status === "lost") return true
  if (state.status !== "exited") return false
  if (health?.status === "unhealthy") return true
  // A code other than 0 is what being stopped looks like.
  if (state.stoodDown === true) return false
  return state.exit.code !== 0 || state.exit.oomKilled || state.exit.error !== undefined
}

/**
 * Keeps, of a container that failed and is about to be removed, how it ended, what it wrote last, what it had changed and
 * how it was configured. Nothing is kept of one that did not fail. What cannot be found out is left out: the removal goes
 * on in any case.
 */
export const keepAutopsy = (
  record: ContainerRecord,
  state: ContainerState
): Effect.Effect<void, never, Images | LayerStore | Runtime | Settings> =>
  Effect.gen(function* () {
    const runtime = yield* Runtime
    const { root } = yield* Settings
    const health = yield* runtime.health(record.id)
    if (!hasFailed(state, health)) return
    const changes = yield* Effect.orElseSucceed(containerChanges(record), () => [])
    const lines = yield* Stream.runCollect(logs(record.id, { tail: mostLines, follow: false })).pipe(
      Effect.orElseSucceed((): Iterable<LogLine> => [])
    )
    const keptAt = yield* Clock.currentTimeMillis
    const autopsy: Autopsy = {
      record,
      state,
      keptAt,
      ...(health === undefined ? {} : { health }),
      changes: changes.slice(0, mostChanges),
      moreChanges: Math.max(0, changes.length - mostChanges),
      log: endOf([...lines])
    }
    yield* Effect.try(() => write(root, autopsy))
  }).pipe(Effect.ignoreLogged)

/** As many of the last lines as there is room for. */
const endOf = (lines: ReadonlyArray<LogLine>): ReadonlyArray<LogRecord> => {
  let room = mostLog
  const kept = lines.toReversed().filter(({ bytes }) => (room -= bytes.length) >= 0)
  return kept.toReversed().map(({ bytes, stream, time }) => recordOf(bytes, stream, time))
}

/** Variables and output may be secret: only root reads them. */
const write = (root: string, autopsy: Autopsy): void => {
  const directory = autopsiesOf(root)
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const name = `${String(Math.trunc(autopsy.keptAt)).padStart(15, "0")}-${autopsy.record.id}.json`
  writeFileSync(join(directory, `.${name}`), JSON.stringify(autopsy), { mode: 0o600 })
  renameSync(join(directory, `.${name}`), join(directory, name))
  const files = autopsyFiles(root)
  const gone = files.filter((each, index) => index < files.length - mostKept || isExpired(each, autopsy.keptAt))
  for (const each of gone) rmSync(join(directory, each), { force: true })
}
