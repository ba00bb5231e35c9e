import { listContext } from "@gantry/engine/verbs/list-context"
import * as Effect from "effect/Effect"
import { contextLs as table } from "../argv/tables/context.ts"
import { contextFacts, contextLines, contextSummary, decisionLine } from "../show/context-rows.ts"
import { buildSource } from "./build-source.ts"
import { define } from "./define.ts"
import { printObject } from "./print-object.ts"

/** `gantry context ls`: what a build would be given to copy from. */
export default define(table, ({ operands: [operand = "."], options }, { terminal }) =>
  Effect.gen(function* () {
    const source = yield* buildSource(operand, options.file, terminal)
    const listed = yield* listContext(
      { ...source, withoutDockerfile: true, env: terminal.env, keepGitDir: false },
      options.why
    )
    const format = options.json ? "json" : options.format
    if (format !== undefined)
      return yield* printObject(format, contextFacts(listed), { command: "context ls", terminal })
    if (options.why.length > 0) {
      for (const decision of listed.decisions) terminal.out(`${decisionLine(decision, listed.ignoreFile)}\n`)
    } else {
      terminal.out(
        contextLines(listed, options.quiet)
          .map((line) => `${line}\n`)
          .join("")
      )
      if (!options.quiet) terminal.err(`${contextSummary(listed)}\n`)
    }
    return 0
  })
)
