import type { Service } from "../Project.ts"
import { entries, integer, open, type Read, say } from "../read/At.ts"

/** Limits of processes by name, in their long form; `-1` is none. */
export const ulimits: Read<Service["ulimits"]> = entries((at) => {
  const fields = open(at, ["soft", "hard"])
  const soft = fields.read("soft", integer(-1))
  const hard = fields.read("hard", integer(-1))
  const whole = (["soft", "hard"] as const).every((name) => fields.get(name) !== undefined)
  if (!whole && at.tree.kind === "table") say(at, "it needs both a soft and a hard limit")
  return soft === undefined || hard === undefined ? undefined : { soft, hard }
})
