import { isLive } from "@gantry/core/runtime/ContainerState"
import { Runtime } from "@gantry/core/runtime/Runtime"
import { Containers } from "@gantry/engine/containers/Containers"
import { portsOf } from "@gantry/engine/containers/ContainerRecord"
import { portText } from "@gantry/engine/containers/words"
import * as Effect from "effect/Effect"
import { port as table } from "../argv/tables/watching.ts"
import { portLines } from "../show/ports.ts"
import type { Listing } from "../show/template.ts"
import type { Terminal } from "../terminal.ts"
import { define } from "./define.ts"
import { printListing } from "./listing.ts"
import { Usage } from "./Usage.ts"

/** Shows where all ports of a container are published, or one of them. */
export const showPorts = (name: string, wanted: string | undefined, terminal: Terminal, format?: string) =>
  Effect.gen(function* () {
    const record = yield* (yield* Containers).find(name)
    const state = yield* (yield* Runtime).state(record.id)
    const ports = isLive(state) ? portsOf(record) : []
    if (wanted === undefined && format !== undefined)
      return yield* printListing(format, listed(portLines(ports)), terminal)
    if (wanted === undefined) {
      terminal.out(
        portLines(ports)
          .map(({ from, to }) => `${from} -> ${to}\n`)
          .join("")
      )
      return 0
    }
    const one = portText(wanted)
    if (one === undefined)
      return yield* new Usage({
        message: `"${wanted}" is no port`,
        hint: "write PORT or PORT/PROTOCOL, such as 80/tcp",
        status: 1
      })
    const lines = portLines(
      ports.filter((each) => each.containerPort === one.containerPort && each.protocol === one.protocol)
    )
    if (lines.length === 0) {
      return yield* new Usage({
        message: `No public port '${one.containerPort}/${one.protocol}' published for ${name}`,
        reason: `Error: No public port '${wanted}' published for ${name}`,
        hint: "gantry port CONTAINER shows all that are",
        status: 1
      })
    }
    if (format !== undefined) return yield* printListing(format, listed(lines), terminal)
    terminal.out(lines.map(({ to }) => `${to}\n`).join(""))
    return 0
  })

const listed = (lines: ReturnType<typeof portLines>): Listing => ({
  rows: lines.map(({ from, to }) => {
    const colon = to.lastIndexOf(":")
    return { Port: from, HostIP: to.slice(0, colon), HostPort: to.slice(colon + 1) }
  }),
  headers: { Port: "PORT", HostIP: "HOST IP", HostPort: "HOST PORT" },
  columns: ["Port", "HostIP", "HostPort"]
})

/** `gantry port`. */
export default define(table, ({ operands: [name = "", wanted], options: { format } }, { terminal }) =>
  showPorts(name, wanted, terminal, format)
)
