import type { SolveEvent } from "@gantry/build/solve/SolveEvent"
import { format, type Platform, plainPlatform } from "@gantry/core/image/Platform"

/** Enough that no file has as many stages. */
const apart = 10_000

/**
 * The listener of one of several platforms: the stages of each have names and numbers of their own, so that whoever
 * listens to all of them can tell them apart.
 */
export const forPlatform = (
  {
    onEvent,
    platforms
  }: { readonly onEvent: (event: SolveEvent) => void; readonly platforms: ReadonlyArray<Platform> },
  platform: Platform
): ((event: SolveEvent) => void) => {
  const shown = format(plainPlatform(platform))
  const place = platforms.indexOf(platform)
  return (event) => {
    if (!("step" in event)) {
      // What is wrong with the file is wrong for all platforms.
      if (event.type !== "warning" || place === 0) onEvent(event)
      return
    }
    const { stage, stageName } = event.step
    const name = stageName === "stage-0" ? shown : `${shown} ${stageName}`
    onEvent({ ...event, step: { ...event.step, stage: stage + place * apart, stageName: name } })
  }
}
