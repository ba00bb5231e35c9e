import type { Service } from "../Project.ts"
import { notice, type Read, say, text } from "../read/At.ts"

/** When a service's image is fetched. */
export const pullPolicy: Read<NonNullable<Service["pullPolicy"]>> = (at) => {
  const found = text(at)
  switch (found) {
    case undefined:
    case "":
      return undefined
    case "always":
    case "build":
    case "missing":
    case "never":
      return found
    case "if_not_present":
      return "missing"
    default:
      if (!/^(?:daily|weekly|refresh|every_(?:\d+[wdhms])+)$/.test(found)) {
        return say(at, `"${found}" is not one of always, missing, never, build`)
      }
      notice(at, `is taken as "missing": images are not fetched again because of their age.`)
      return "missing"
  }
}

/** Whether containers that ended start again. */
export const restart: Read<string> = (at) => {
  const found = text(at)
  if (found === undefined || /^(?:no|always|unless-stopped|on-failure(?::\d+)?)$/.test(found)) return found
  if (found === "") return "no"
  return say(at, `"${found}" is not one of no, always, unless-stopped, on-failure, on-failure:N`)
}
