import { shortOf } from "@gantry/core/image/Digest"
import { shown } from "@gantry/core/image/ImageSource"
import type { PullEvent, PullListener } from "@gantry/engine/images/PullEvent"
import { palette } from "../show/color.ts"
import { redraw } from "../show/progress-region.ts"
import { pulledLines, pullLines } from "../show/pull-lines.ts"
import { moved, transferRegion, type Transfers } from "../show/transfers.ts"
import type { Terminal } from "../terminal.ts"

/** Milliseconds between two drawings. */
const tick = 200

/** Where progress is shown: `pull` speaks on standard output, what pulls on the way to something else on standard error. */
export interface ProgressPlace {
  readonly write: (text: string) => void
  readonly isTerminal: boolean
}

/** Picks the way progress is shown: on a terminal a region that is redrawn, otherwise a line for each event. */
export const pullProgress = ({ isTerminal, write }: ProgressPlace, terminal: Terminal): PullListener => {
  if (!isTerminal || terminal.env["TERM"] === "dumb") {
    return {
      onEvent: (event) => {
        for (const line of pullLines(event)) write(`${line}\n`)
      },
      finish: () => {}
    }
  }
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
  const end = () => {
    clearInterval(ticking)
    if (title !== "") draw(true)
    title = ""
    drawn = 0
    transfers = new Map()
  }
  const change = (event: LayerEvent): void => {
    transfers = moved(transfers, shortOf(event.layer), stateOf(event), seconds())
  }
  return {
    onEvent: (event) => {
      switch (event.type) {
        case "pulling":
          title = `Pulling ${shown(event.ref)}`
          ticking = setInterval(() => draw(false), tick)
          // The program may end while the clock runs.
          ticking.unref()
          return
        case "pulled":
          end()
          for (const line of pulledLines(event)) write(`${line}\n`)
          return
        default:
          return change(event)
      }
    },
    finish: end
  }
}

type LayerEvent = Extract<PullEvent, { readonly layer: unknown }>

const stateOf = (event: LayerEvent) => {
  switch (event.type) {
    case "layer":
      return event.here
        ? ({ size: event.size, bytes: event.size, state: "ended", word: "Already exists" } as const)
        : ({ size: event.size, state: "waiting", word: "Waiting" } as const)
    case "received":
      return { bytes: event.bytes, state: "moving", word: "Downloading" } as const
    case "downloaded":
      return { state: "working", word: "Extracting" } as const
    case "stored":
      return { state: "ended", word: event.how === "unpacked" ? "Pull complete" : "Already exists" } as const
  }
}
