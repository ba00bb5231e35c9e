import { commandHelp } from "../argv/help.ts"
import { parse } from "../argv/parse.ts"
import { problemText } from "../argv/problem-text.ts"
import { doctor as table } from "../argv/tables/surroundings.ts"
import { examine, isSick } from "../doctor/examine.ts"
import { thisHost } from "../doctor/this-host.ts"
import { type Places, settingsOf } from "../settings.ts"
import { palette } from "../show/color.ts"
import { doctorLines } from "../show/doctor-lines.ts"
import { jsonCompact } from "../show/json.ts"
import { render, unescapeFormat } from "../show/template.ts"
import type { Terminal } from "../terminal.ts"

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
  const parsed = parse(table, words, args)
  if (!parsed.ok) {
    terminal.err(problemText(parsed.problem, words, terminal.program, table))
    return parsed.problem.kind === "operands" ? 1 : 125
  }
  if (parsed.value.help) {
    terminal.out(commandHelp(table, words, terminal.size().columns, terminal.program))
    return 0
  }
  const { format = "", json } = parsed.value.options
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
