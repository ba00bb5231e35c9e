import { shortOf } from "@gantry/core/image/Digest"
import type { ImageRef } from "@gantry/core/image/ImageRef"
import { shown } from "@gantry/core/image/ImageSource"
import type { PullEvent } from "@gantry/engine/images/PullEvent"

/** What a plain log says of an event of a pull, in Docker's words; nothing for what changes all the time. */
export const pullLines = (event: PullEvent): ReadonlyArray<string> => {
  switch (event.type) {
    case "pulling":
      return [
        `${event.ref.digest ?? event.ref.tag ?? "latest"}: Pulling from ${event.ref.repository || shown(event.ref)}`
      ]
    case "layer":
      return [`${shortOf(event.layer)}: ${event.here ? "Already exists" : "Pulling fs layer"}`]
    case "received":
      return []
    case "downloaded":
      return [`${shortOf(event.layer)}: Download complete`]
    case "stored":
      return [`${shortOf(event.layer)}: ${event.how === "unpacked" ? "Pull complete" : "Already exists"}`]
    case "pulled":
      return pulledLines(event)
  }
}

/** The last lines of a pull. */
export const pulledLines = ({
  digest,
  ref,
  status
}: {
  readonly digest: string
  readonly ref: ImageRef
  readonly status: "new" | "up-to-date"
}): ReadonlyArray<string> => [
  `Digest: ${digest}`,
  `Status: ${status === "new" ? "Downloaded newer image" : "Image is up to date"} for ${shown(ref)}`
]
