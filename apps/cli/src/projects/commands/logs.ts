import { mergedLogs } from "@gantry/engine/containers/merged-logs"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { logs as table } from "../../argv/tables/projects/looking.ts"
import { parseTail } from "../../argv/values/words.ts"
import { logInstant } from "../../commands/logs.ts"
import { given } from "../../commands/read-values.ts"
import { defineProject } from "../define-project.ts"
import { meantMembers } from "../life/meant.ts"
import { outputOf } from "../life/output.ts"

/** `gantry compose logs`. */
export default defineProject(table, ({ operands, options }, context) =>
  Effect.gen(function* () {
    const { globals, terminal } = context
    const now = BigInt(terminal.now()) * 1_000_000n
    const since = yield* logInstant("since", options.since, now)
    const until = yield* logInstant("until", options.until, now)
    const meant = yield* meantMembers(context, operands)
    const members = meant.members.filter(
      ({ number, record }) =>
        (options.index === undefined || number === options.index) && record.options.log.driver !== "none"
    )
    const print = outputOf(
      members,
      {
        colors: !options.noColor && globals.ansi !== "never",
        prefix: !options.noLogPrefix,
        timestamps: options.timestamps
      },
      terminal
    )
    const byId = new Map(members.map((member) => [member.record.id, member]))
    const query = {
      tail: options.tail === undefined ? "all" : parseTail(options.tail),
      follow: options.follow,
      ...given("since", since),
      ...given("until", until)
    } as const
    yield* Stream.runForEach(
      mergedLogs(
        members.map(({ record }) => record),
        query
      ),
      ([{ id }, line]) =>
        Effect.sync(() => {
          const member = byId.get(id)
          if (member !== undefined) print(member, line)
        })
    )
    return 0
  })
)
