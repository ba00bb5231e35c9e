import { Containers } from "@gantry/engine/containers/Containers"
import { addPorts, removePorts } from "@gantry/engine/verbs/change-ports"
import { movePort } from "@gantry/engine/verbs/move-port"
import * as Effect from "effect/Effect"
import { portAdd, portMove, portRm } from "../argv/tables/watching.ts"
import { portLines } from "../show/ports.ts"
import { define } from "./define.ts"
import { showPorts } from "./port.ts"
import { publicationsOf } from "./publications.ts"
import { Usage } from "./Usage.ts"

/** What Docker's form of the command means for a container that is called like this one's verb. */
const named = (
  verb: "add" | "move" | "rm",
  operands: ReadonlyArray<string>,
  terminal: Parameters<typeof showPorts>[2]
) =>
  Effect.catchTag(
    showPorts(verb, operands[0], terminal),
    "NoSuchContainer",
    () =>
      new Usage({
        message: `"gantry port ${verb}" requires a container and ${verb === "move" ? "two ports" : "at least one port"}`,
        hint: `write gantry port ${verb} CONTAINER 8080:80${verb === "move" ? " 9090:80" : ""}`,
        status: 1
      })
  )

/** `gantry port add`. Prints what answers from now on, as `gantry port` does. */
export const add = define(
  portAdd,
  ({ operands }, { terminal }) => {
    const [name = "", ...texts] = operands
    if (texts.length === 0) return named("add", operands, terminal)
    return Effect.gen(function* () {
      const ports = yield* publicationsOf("PORT", texts)
      const made = yield* addPorts(yield* (yield* Containers).find(name), ports)
      terminal.out(linesOf(made))
      return 0
    })
  },
  125
)

const linesOf = (made: Parameters<typeof portLines>[0]): string =>
  portLines(made)
    .map(({ from, to }) => `${from} -> ${to}\n`)
    .join("")

/** `gantry port move`: from where it is published to where it is to be. */
export const move = define(
  portMove,
  ({ operands }, { terminal }) => {
    const [name = "", from, to] = operands
    if (from === undefined || to === undefined) return named("move", operands, terminal)
    return Effect.gen(function* () {
      const going = yield* publicationsOf("PORT", [from])
      const coming = yield* publicationsOf("PORT", [to])
      terminal.out(linesOf(yield* movePort(yield* (yield* Containers).find(name), going, coming)))
      return 0
    })
  },
  125
)

/** `gantry port rm`. */
export const remove = define(portRm, ({ operands }, { terminal }) => {
  const [name = "", ...texts] = operands
  if (texts.length === 0) return named("rm", operands, terminal)
  return Effect.gen(function* () {
    const wishes = yield* publicationsOf("PORT", texts)
    yield* removePorts(yield* (yield* Containers).find(name), wishes)
    return 0
  })
})
