import type { Healthcheck } from "../Project.ts"
import { isNull } from "../tree/scalars.ts"
import { anyText, type At, defined, integer, list, open, type Read, say, truth } from "../read/At.ts"
import { duration } from "../read/measures.ts"

/** How the health of a service is looked at. */
export const healthcheck: Read<Healthcheck> = (at) => {
  const fields = open(at, ["disable", "test", "interval", "timeout", "retries", "start_period", "start_interval"])
  const test = fields.read("test", words)
  const none = test?.[0] === "NONE"
  return defined({
    disable: (fields.read("disable", truth) ?? false) || none,
    test: none ? undefined : test,
    interval: fields.read("interval", duration),
    timeout: fields.read("timeout", duration),
    retries: fields.read("retries", integer(0)),
    startPeriod: fields.read("start_period", duration),
    startInterval: fields.read("start_interval", duration)
  })
}

/** A text is a line of shell; a list begins with how the rest of it is meant. An empty one leaves the image's. */
const words = (at: At): ReadonlyArray<string> | undefined => {
  if (isNull(at.tree)) return undefined
  if (at.tree.kind === "scalar") {
    const line = anyText(at)
    return line === undefined || line === "" ? undefined : ["CMD-SHELL", line]
  }
  const found = list(anyText)(at)
  const [kind] = found ?? []
  if (kind === undefined || found === undefined) return undefined
  if (!["NONE", "CMD", "CMD-SHELL"].includes(kind)) {
    return say(at, `the test begins with "${kind}"`, "its first word is CMD, CMD-SHELL or NONE")
  }
  return kind !== "NONE" && found.length < 2 ? say(at, `nothing stands after ${kind}`) : found
}
