import type { PublishedPort } from "@gantry/core/network/Network"
import { isLive } from "@gantry/core/runtime/ContainerState"
import { portsOf } from "@gantry/engine/containers/ContainerRecord"
import { Images } from "@gantry/engine/images/Images"
import * as Effect from "effect/Effect"
import { ps as table } from "../../argv/tables/projects/looking.ts"
import { printListing } from "../../commands/listing.ts"
import { plain } from "../../commands/Usage.ts"
import { containerFacts } from "../../show/container-facts.ts"
import { containerHeaders, containerRow } from "../../show/container-row.ts"
import { defineProject, servicesOf } from "../define-project.ts"
import { knownProject } from "../life/known-project.ts"
import { allMembers, type Member, runs } from "../life/members.ts"

const statuses = ["created", "dead", "exited", "paused", "removing", "restarting", "running"]

/** The states that are wanted, of `--status` and `--filter status=`; none for any. */
const statusesOf = (options: { readonly filter: ReadonlyArray<string>; readonly status: ReadonlyArray<string> }) => {
  const found = new Set(options.status)
  for (const text of options.filter) {
    const [key, value = ""] = text.split("=")
    if (key === "source") continue
    if (key !== "status") return badFilter(`unknown filter ${key}`)
    found.add(value)
  }
  const odd = [...found].find((each) => !statuses.includes(each))
  return odd === undefined ? Effect.succeed(found) : badFilter(`unknown status ${odd}`)
}

const badFilter = (message: string) => plain(message, `status is one of ${statuses.join(", ")}`)

const publisher = ({ containerPort, hostIp, hostPort, protocol }: PublishedPort) => ({
  URL: hostIp,
  TargetPort: containerPort,
  PublishedPort: hostPort,
  Protocol: protocol
})

const sorted = (row: { readonly [name: string]: unknown }) =>
  Object.fromEntries(Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1)))

const columns = ["Name", "Image", "Command", "Service", "RunningFor", "Status", "Ports"]

/** `gantry compose ps`. */
export default defineProject(table, ({ operands, options }, context) =>
  Effect.gen(function* () {
    const { terminal } = context
    const project = yield* knownProject(context, operands)
    yield* servicesOf(project, operands)
    const states = yield* statusesOf(options)
    const called = new Map<string, ReadonlyArray<string>>(
      (yield* (yield* Images).list).map(({ id, names }) => [id, names])
    )
    const isMeant = (member: Member): boolean =>
      (options.all || states.size > 0 || runs(member)) &&
      (options.all || !member.oneOff) &&
      (operands.length === 0 || operands.includes(member.service)) &&
      (options.orphans || Object.hasOwn(project.services, member.service))
    const now = terminal.now()
    const rows = (yield* allMembers(project.name)).filter(isMeant).flatMap((member) => {
      const { record, state } = member
      const facts = containerFacts({ record, state, imageNames: called.get(record.image) ?? [] })
      if (states.size > 0 && !states.has(facts.state.kind)) return []
      const row = containerRow(facts, { now, truncate: !options.noTrunc })
      const ports = isLive(state) ? portsOf(record).map(publisher) : []
      return [
        {
          ports,
          row: {
            ...row,
            ID: options.quiet ? record.id : row.ID,
            Name: record.name,
            Project: project.name,
            Service: member.service,
            Health: row.HealthStatus === "none" ? "" : row.HealthStatus,
            ExitCode: String(state.status === "exited" || state.status === "restarting" ? state.exit.code : 0)
          }
        }
      ]
    })
    if (options.services) {
      for (const name of new Set(rows.map(({ row }) => row.Service))) terminal.out(`${name}\n`)
      return 0
    }
    if (options.format === "json" && !options.quiet) {
      for (const { ports, row } of rows) {
        const shown = { ...row, ExitCode: Number(row.ExitCode), Publishers: ports }
        terminal.out(`${JSON.stringify(sorted(shown))}\n`)
      }
      return 0
    }
    return yield* printListing(
      options.format,
      {
        noTrunc: options.noTrunc,
        rows: rows.map(({ row }) => row),
        headers: { ...containerHeaders, Name: "NAME", Service: "SERVICE", Project: "PROJECT", ExitCode: "EXIT CODE" },
        columns,
        ...(options.quiet ? { only: "ID" } : {})
      },
      terminal
    )
  })
)
