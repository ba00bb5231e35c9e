import { shortOf } from "@gantry/core/image/Digest"
import type { ImageRef } from "@gantry/core/image/ImageRef"
import { shown } from "@gantry/core/image/ImageSource"
import type { PushEvent } from "@gantry/engine/push/PushEvent"

type LayerThere = Extract<PushEvent, { readonly type: "there" }>

/** What happened to a layer, in Docker's words. */
export const thereWords = (event: LayerThere): string => {
  switch (event.how) {
    case "sent":
      return "Pushed"
    case "already":
      return "Layer already exists"
    case "mounted":
      return `Mounted from ${event.from}`
  }
}

/** What a plain log says of an event of a push, in Docker's words; nothing for what changes all the time. */
export const pushLines = (event: PushEvent): ReadonlyArray<string> => {
  switch (event.type) {
    case "pushing":
    case "sent":
      return []
    case "layer":
      return [`${shortOf(event.layer)}: Preparing`]
    case "there":
      return [`${shortOf(event.layer)}: ${thereWords(event)}`]
    case "pushed":
      return [pushedLine(event)]
  }
}

/** The last line of a push. */
export const pushedLine = ({
  digest,
  ref,
  size
}: {
  readonly ref: ImageRef
  readonly digest: string
  /** Bytes of the manifest. */
  readonly size: number
}): string => `${ref.tag ?? shown(ref)}: digest: ${digest} size: ${size}`
