import * as Effect from "effect/Effect"
import { commandHelp } from "../argv/help.ts"
import { commandOf } from "../argv/find-command.ts"
import { compose as table, projectNames } from "../argv/tables/projects/names.ts"
import { define } from "../commands/define.ts"
import { readArguments } from "../commands/read-arguments.ts"
import { Usage } from "../commands/Usage.ts"
import { explain } from "../show/explain.ts"
import { nearest } from "@gantry/core/nearest"
import { projectLoaders } from "./load.ts"
import { withDefaults } from "./with-defaults.ts"

/** `gantry compose`: finds the command that follows, and runs it for the project that the options mean. */
export default define(table, ({ operands, options }, context) =>
  Effect.gen(function* () {
    const { terminal } = context
    const asksHelp = operands[0] === "help"
    const words = asksHelp ? operands.slice(1) : operands
    const [first] = words
    if (first === undefined) {
      terminal.out(commandHelp(table, ["compose"], terminal.size().columns, terminal.program))
      return 0
    }
    const found = commandOf(projectNames, words)
    if (found === undefined) {
      const near = nearest(
        first,
        Object.values(projectNames).map(({ paths }) => paths[0][0])
      )
      return yield* new Usage({
        message: `unknown compose command: ${first}`,
        reason: `unknown docker command: "compose ${first}"`,
        hint: near === undefined ? "gantry compose --help lists them" : `did you mean ${near}?`,
        status: 1,
        speaker: "plain"
      })
    }
    const globals = yield* withDefaults(options, terminal.env)
    const definition = (yield* Effect.promise(projectLoaders[found.name]))(globals)
    const called = ["compose", ...found.path]
    const parsed = readArguments(
      definition.command,
      called,
      asksHelp ? ["--help"] : words.slice(found.path.length),
      terminal
    )
    if (typeof parsed === "number") return parsed
    for (const notice of parsed.notices) terminal.err(`gantry: ${notice}\n`)
    const [refused] = parsed.unsupported
    if (refused !== undefined) {
      return yield* new Usage({ message: `${refused} is not supported yet`, hint: "leave it out", status: 1 })
    }
    if (globals.progress !== "json") return yield* definition.run(parsed, context)
    // Who reads objects is told of a failure by one as well.
    return yield* Effect.catchAll(definition.run(parsed, context), (failure) =>
      Effect.sync(() => {
        const { status = 1, todo, what, why } = explain(failure)
        const message = [what, why, todo].filter((each) => each !== undefined).join("\n")
        terminal.err(`${JSON.stringify({ error: true, message })}\n`)
        return status
      })
    )
  })
)
