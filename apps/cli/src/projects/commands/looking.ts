import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { watchEvents } from "@gantry/engine/events/watch-events"
import * as tables from "../../argv/tables/projects/looking.ts"
import { spanOf } from "../../commands/event-span.ts"
import { showPorts } from "../../commands/port.ts"
import { defineProject, servicesOf } from "../define-project.ts"
import { knownProject } from "../life/known-project.ts"
import { composeVersion, label } from "../labels.ts"
import { meantMembers } from "../life/meant.ts"
import { runs } from "../life/members.ts"
import { oneMember } from "../life/one-member.ts"
import { typedCommand } from "../typed-command.ts"

/** `gantry compose port`. */
export const port = defineProject(tables.port, ({ operands: [service = "", wanted = ""], options }, context) =>
  Effect.gen(function* () {
    const { record } = yield* oneMember(context, service, options.index)
    const protocol = options.protocol ?? "tcp"
    return yield* showPorts(record.name, wanted.includes("/") ? wanted : `${wanted}/${protocol}`, context.terminal)
  })
)

/** `gantry compose top`. */
export const top = defineProject(tables.top, ({ operands }, context) =>
  Effect.gen(function* () {
    const { members } = yield* meantMembers(context, operands)
    for (const member of members.filter(runs)) {
      context.terminal.out(`${member.record.name}\n`)
      yield* typedCommand("top", [member.record.name], context)
      context.terminal.out("\n")
    }
    return 0
  })
)

/** `gantry compose stats`. */
export const stats = defineProject(tables.stats, ({ operands, options }, context) =>
  Effect.gen(function* () {
    const meant = yield* meantMembers(context, operands)
    const members = meant.members.filter((member) => options.all || runs(member))
    if (members.length === 0) return 0
    const words = [
      ...(options.noStream ? ["--no-stream"] : []),
      ...(options.noTrunc ? ["--no-trunc"] : []),
      ...(options.format === undefined ? [] : [`--format=${options.format}`]),
      ...members.map(({ record }) => record.name)
    ]
    return yield* typedCommand("stats", words, context)
  })
)

/** `2026-01-31 10:00:00.123456 container start ID (image=…, name=…)`: docker compose's own form. */
const eventText = (
  time: number,
  action: string,
  id: string,
  attributes: { readonly [name: string]: string }
): string => {
  const [date = "", clock = ""] = new Date(time).toISOString().replace("Z", "").split("T")
  const shown = Object.entries(attributes)
    .filter(([name]) => !name.startsWith("com.docker.compose."))
    .map(([name, value]) => `${name}=${value}`)
    .join(", ")
  return `${date} ${clock}000 container ${action} ${id} (${shown})`
}

/** `gantry compose events`. */
export const events = defineProject(tables.events, ({ operands, options }, context) =>
  Effect.gen(function* () {
    const { terminal } = context
    const project = yield* knownProject(context, operands)
    yield* servicesOf(project, operands)
    const span = yield* spanOf(options, terminal.now())
    const filters = new Map([
      ["type", ["container"]],
      ["label", [`${label.project}=${project.name}`]]
    ] as const)
    yield* Stream.runForEach(watchEvents({ filters, ...span }), ({ action, at, attributes, id }) =>
      Effect.sync(() => {
        const service = attributes[label.service] ?? ""
        if (operands.length > 0 && !operands.includes(service)) return
        const shown = { time: new Date(at).toISOString(), type: "container", action, id, service }
        terminal.out(
          options.json ? `${JSON.stringify({ ...shown, attributes })}\n` : `${eventText(at, action, id, attributes)}\n`
        )
      })
    )
    return 0
  })
)

/** `gantry compose version`. */
export const version = defineProject(tables.version, ({ options }, { terminal }) =>
  Effect.sync(() => {
    if (options.short) terminal.out(`${composeVersion}\n`)
    else if (options.format === "json") terminal.out(`${JSON.stringify({ version: `v${composeVersion}` })}\n`)
    else terminal.out(`Docker Compose version v${composeVersion}, build gantry\n`)
    return 0
  })
)
