import { describe, expect, it } from "vitest"
import { requireMasks } from "../../src/run/require-masks.ts"

/** What is at the places of a container, as paths of this host; nothing where none is said. */
const inside = (places: Readonly<Record<string, string>>) => ({
  at: <A>(path: string, use: (place: string) => A): A | undefined => {
    const place = places[path]
    return place === undefined ? undefined : use(place)
  }
})

describe("what a runtime was to mask", () => {
  it("is fine behind the null device or an empty directory, or when it is not there", () => {
    for (const places of [{ "/proc/keys": "/dev/null", "/proc/scsi": "/proc/self/fd" }, {}]) {
      expect(() => requireMasks(inside(places))).not.toThrow()
    }
  })

  it("is refused when something else is there", () => {
    for (const place of ["/proc/sys/kernel/ostype", "/dev/zero"]) {
      expect(() => requireMasks(inside({ "/proc/keys": "/dev/null", "/proc/timer_list": place }))).toThrow("/dev/null")
    }
  })
})
