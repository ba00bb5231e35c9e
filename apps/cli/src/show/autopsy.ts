import { type Autopsy, keptFor } from "@gantry/engine/autopsies/Autopsy"
import { signalName } from "@gantry/engine/containers/words"
import { changeLetter } from "./change-letter.ts"
import { inspectContainer } from "./inspect-container.ts"
import { visibleOnly } from "./text.ts"
import { ago, humanDuration, rfc3339Of } from "./time.ts"

/** Most changed files that are named; the rest is counted. */
const shownChanges = 20

/** Why the container ended, in one sentence. */
export const causeOf = ({ health, state }: Pick<Autopsy, "health" | "state">): string => {
  if (state.status === "lost") return "its supervisor was killed, and everything in it by the kernel"
  const { code, error, oomKilled } = state.exit
  if (oomKilled) return "it needed more memory than it may have, and the kernel killed it"
  if (error !== undefined) return error
  if (health?.status === "unhealthy") {
    const last = health.log.at(-1)
    return `it was unhealthy: ${health.streak} checks failed, the last with ${last?.exitCode ?? "?"}, and it ended with ${code}`
  }
  if (code > 128 && code <= 192) return `signal ${signalName(code - 128)} (${code - 128}), exit code ${code}`
  return `its command ended with exit code ${code}`
}

/** Containers of which something is kept, one a line. */
export const autopsyLine = ({ health, keptAt, record, state }: Autopsy, now: number): string =>
  `${record.id.slice(0, 12)}  ${ago(keptAt, now)}  ${record.name}: ${causeOf({ state, ...(health === undefined ? {} : { health }) })}\n`

/** All that is to be told of one, without its log. */
export const autopsyText = (autopsy: Autopsy, now: number): string => {
  const { changes, health, keptAt, moreChanges, record, state } = autopsy
  const lived =
    state.status === "lost" ? "" : `, ${humanDuration((state.finishedAt - state.startedAt) / 1000)} after its start`
  const rest = Math.max(0, changes.length - shownChanges) + moreChanges
  const check = health?.log.at(-1)?.output.trim()
  return [
    `Container: ${record.name} (${record.id.slice(0, 12)}) of ${record.imageName}`,
    `Command:   ${visibleOnly(record.spec.process.argv.join(" "))}`,
    `Ended:     ${ago(keptAt, now)}${lived}`,
    `Cause:     ${visibleOnly(causeOf(autopsy))}`,
    ...(check === undefined || check === "" ? [] : [`Health:    ${visibleOnly(check)}`]),
    changes.length > 0
      ? "Changed files:"
      : record.image === ""
        ? `What it had changed is not known: its root was the directory ${record.imageName}.`
        : "It had changed no files.",
    ...changes.slice(0, shownChanges).map(({ change, path }) => `  ${changeLetter[change]} ${visibleOnly(path)}`),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
    ""
  ].join("\n")
}

/** The container as `inspect` shows one, and beside it what only an autopsy tells. */
export const inspectAutopsy = (autopsy: Autopsy): unknown => ({
  ...(inspectContainer(autopsy.record, autopsy.state, { health: autopsy.health, log: "" }) as object),
  Autopsy: {
    Cause: causeOf(autopsy),
    KeptAt: rfc3339Of(autopsy.keptAt),
    KeptUntil: rfc3339Of(autopsy.keptAt + keptFor),
    Changes: autopsy.changes.map(({ change, path }) => ({ Type: changeLetter[change], Path: path })),
    MoreChanges: autopsy.moreChanges,
    Log: autopsy.log
  }
})
