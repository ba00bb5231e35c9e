import { palette } from "../show/color.ts"
import { redraw } from "../show/progress-region.ts"
import { moved, type Transfer, transferRegion, type Transfers } from "../show/transfers.ts"
import type { Terminal } from "../terminal.ts"

/** Milliseconds between two drawings. */
const tick = 200

/** Where progress is shown: `pull` speaks on standard output, what pulls on the way to something else on standard error. */
export interface ProgressPlace {
  readonly write: (text: string) => void
  readonly isTerminal: boolean
}

/** A region of the terminal that shows layers on their way and is redrawn now and then. */
export interface TransferScreen {
  readonly begin: (title: string) => void
  readonly change: (name: string, state: Partial<Omit<Transfer, "name" | "samples">>) => void
  /** Draws it once more and leaves it above the cursor. Does nothing unless something has begun. */
  readonly end: () => void
}

/** The region, or undefined where nothing can be redrawn: there a line tells each event. */
export const transferScreen = (
  { isTerminal, write }: ProgressPlace,
  terminal: Terminal
): TransferScreen | undefined => {
  if (!isTerminal || terminal.env["TERM"] === "dumb") return undefined
  const began = terminal.now()
  const seconds = () => (terminal.now() - began) / 1000
  let transfers: Transfers = new Map()
  let title = ""
  let drawn = 0
  let ticking: ReturnType<typeof setInterval> | undefined
  const draw = (final: boolean) => {
    const screen = { ...terminal.size(), palette: palette({ isTerminal, environment: terminal.env }) }
    const lines = transferRegion(title, transfers, seconds(), screen, final)
    write(redraw(drawn, lines))
    drawn = lines.length
  }
  return {
    begin: (text) => {
      title = text
      ticking = setInterval(() => draw(false), tick)
      // The program may end while the clock runs.
      ticking.unref()
    },
    change: (name, state) => {
      transfers = moved(transfers, name, state, seconds())
    },
    end: () => {
      clearInterval(ticking)
      if (title !== "") draw(true)
      title = ""
      drawn = 0
      transfers = new Map()
    }
  }
}
