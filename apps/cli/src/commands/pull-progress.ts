import { shortOf } from "@gantry/core/image/Digest"
import { shown } from "@gantry/core/image/ImageSource"
import type { PullEvent, PullListener } from "@gantry/engine/images/PullEvent"
import { pulledLines, pullLines } from "../show/pull-lines.ts"
import type { Terminal } from "../terminal.ts"
import { type ProgressPlace, transferScreen } from "./transfer-screen.ts"

/** Picks the way a pull is shown: on a terminal a region that is redrawn, otherwise a line for each event. */
export const pullProgress = (place: ProgressPlace, terminal: Terminal): PullListener => {
  const { write } = place
  const screen = transferScreen(place, terminal)
  if (screen === undefined) {
    return {
      onEvent: (event) => {
        for (const line of pullLines(event)) write(`${line}\n`)
      },
      finish: () => {}
    }
  }
  return {
    onEvent: (event) => {
      switch (event.type) {
        case "pulling":
          return screen.begin(`Pulling ${shown(event.ref)}`)
        case "pulled":
          screen.end()
          for (const line of pulledLines(event)) write(`${line}\n`)
          return
        default:
          return screen.change(shortOf(event.layer), stateOf(event))
      }
    },
    finish: screen.end
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
