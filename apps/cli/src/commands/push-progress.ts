import { shortOf } from "@gantry/core/image/Digest"
import { shown } from "@gantry/core/image/ImageSource"
import type { OnPushEvent, PushEvent } from "@gantry/engine/push/PushEvent"
import { pushedLine, pushLines, thereWords } from "../show/push-lines.ts"
import type { Terminal } from "../terminal.ts"
import { type ProgressPlace, transferScreen } from "./transfer-screen.ts"

/** Shows what a push does. */
export interface PushListener {
  readonly onEvent: OnPushEvent
  /** The push has ended, however it did. */
  readonly finish: () => void
}

/** Picks the way a push is shown: on a terminal a region that is redrawn, otherwise a line for each event. */
export const pushProgress = (place: ProgressPlace, terminal: Terminal): PushListener => {
  const { write } = place
  const screen = transferScreen(place, terminal)
  if (screen === undefined) {
    return {
      onEvent: (event) => {
        for (const line of pushLines(event)) write(`${line}\n`)
      },
      finish: () => {}
    }
  }
  return {
    onEvent: (event) => {
      switch (event.type) {
        case "pushing":
          return screen.begin(`Pushing ${shown(event.ref)}`)
        case "pushed":
          screen.end()
          return write(`${pushedLine(event)}\n`)
        default:
          return screen.change(shortOf(event.layer), stateOf(event))
      }
    },
    finish: screen.end
  }
}

type LayerEvent = Extract<PushEvent, { readonly layer: unknown }>

const stateOf = (event: LayerEvent) => {
  switch (event.type) {
    case "layer":
      return { size: event.size, state: "waiting", word: "Waiting" } as const
    case "sent":
      return { bytes: event.bytes, state: "moving", word: "Pushing" } as const
    case "there":
      return { state: "ended", word: thereWords(event) } as const
  }
}
