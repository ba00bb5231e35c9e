import { allAutopsies, type Autopsy, findAutopsy } from "@gantry/engine/autopsies/Autopsy"
import { bytesOf } from "@gantry/engine/supervisor/log"
import * as Effect from "effect/Effect"
import { autopsy as table } from "../argv/tables/watching.ts"
import { parseTail } from "../argv/values/words.ts"
import { autopsyLine, autopsyText, inspectAutopsy } from "../show/autopsy.ts"
import type { Terminal } from "../terminal.ts"
import { define } from "./define.ts"
import { showAll } from "./inspect-all.ts"

/** Lines of the log that are shown unless told otherwise. */
const usualTail = 20

const showLog = ({ log }: Autopsy, tail: number | "all", terminal: Terminal): void => {
  const shown = tail === "all" ? log : tail === 0 ? [] : log.slice(-tail)
  if (shown.length === 0) return
  terminal.out(shown.length < log.length ? `Its last ${shown.length} lines:\n` : "What it wrote:\n")
  for (const line of shown) {
    terminal.out("  ")
    terminal.out(bytesOf(line))
  }
  const last = shown.at(-1)
  if (last !== undefined && bytesOf(last).at(-1) !== 0x0a) terminal.out("\n")
}

/** `gantry autopsy`. */
export default define(table, ({ operands: [name = "last"], options }, { terminal }) =>
  Effect.gen(function* () {
    const find = (asked: string) => findAutopsy(asked === "last" ? undefined : asked)
    const shown = (asked: string) => Effect.map(find(asked), inspectAutopsy)
    if (options.list) {
      const all = yield* allAutopsies
      const ids = all.map(({ record }) => record.id)
      if (options.format !== undefined) return yield* showAll(ids, options.format, shown, terminal)
      terminal.out(all.map((each) => autopsyLine(each, terminal.now())).join(""))
      return 0
    }
    if (options.format !== undefined) return yield* showAll([name], options.format, shown, terminal)
    const found = yield* find(name)
    terminal.out(autopsyText(found, terminal.now()))
    showLog(found, options.tail === undefined ? usualTail : parseTail(options.tail), terminal)
    return 0
  })
)
