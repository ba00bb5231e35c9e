import { doctor as table } from "../argv/tables/surroundings.ts"
import { examine, isSick } from "../doctor/examine.ts"
import { thisHost } from "../doctor/this-host.ts"
import { type Places, settingsOf } from "../settings.ts"
import { palette } from "../show/color.ts"
import { doctorLines } from "../show/doctor-lines.ts"
import { jsonCompact } from "../show/json.ts"
import { render, unescapeFormat } from "../show/template.ts"
import type { Terminal } from "../terminal.ts"
import { readArguments } from "./read-arguments.ts"

/**
 * `gantry doctor`: what works on this host. It needs no engine and makes none, so that it has an answer where no engine
 * can be. Status 0 when everything is there that the engine cannot do without, 1 when not, 125 for wrong usage.
 */
export const showDoctor = (
  words: ReadonlyArray<string>,
  args: ReadonlyArray<string>,
  places: Places,
  terminal: Terminal
): number => {
  const parsed = readArguments(table, words, args, terminal)
  if (typeof parsed === "number") return parsed
  const { format = "", json } = parsed.options
  const findings = examine(thisHost(settingsOf(places, terminal.env, terminal.uid), terminal))
  const status = isSick(findings) ? 1 : 0
  if (json || format === "json") {
    terminal.out(`${jsonCompact({ healthy: status === 0, findings })}\n`)
    return status
  }
  if (format !== "") {
    // A template is for one finding, as those of tables are for one row.
    for (const finding of findings) {
      const text = render(unescapeFormat(format), { costs: "", mend: "", ...finding })
      if (!text.ok) {
        terminal.err(`${terminal.program}: ${text.problem}\n`)
        return 125
      }
      terminal.out(`${text.value}\n`)
    }
    return status
  }
  terminal.out(doctorLines(findings, palette({ isTerminal: terminal.stdoutIsTerminal, environment: terminal.env })))
  return status
}
