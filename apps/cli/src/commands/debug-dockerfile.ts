import { readFileSync } from "node:fs"
import { resolve } from "node:path"
import { render } from "@gantry/build/dockerfile/Diagnostic"
import { printNode, readSyntax } from "@gantry/build/dockerfile/Syntax"
import { reasonOf } from "@gantry/engine/file-problem"
import * as Effect from "effect/Effect"
import { debugDockerfile as table } from "../argv/tables/debug.ts"
import { jsonCompact } from "../show/json.ts"
import { define } from "./define.ts"
import { Usage } from "./Usage.ts"

/**
 * `gantry debug dockerfile`: one instruction a line. What a build would refuse goes to standard error, with status 1;
 * the rest of the file is printed all the same.
 */
export default define(table, ({ operands: [file = "-"], options }, { terminal }) =>
  Effect.gen(function* () {
    const shown = file === "-" ? "stdin" : file
    const text = yield* Effect.try({
      // By descriptor: standard input may be a socket, which has no path that could be opened.
      try: () => readFileSync(file === "-" ? 0 : resolve(terminal.cwd, file), "utf8"),
      catch: (cause) =>
        new Usage({
          message: `${shown} cannot be read: ${reasonOf(cause)}`,
          hint: "name a Dockerfile, or - for standard input",
          status: 1
        })
    })
    const { diagnostics, directives, instructions } = readSyntax(text)
    if (options.json) terminal.out(`${jsonCompact({ directives, instructions, diagnostics })}\n`)
    else {
      terminal.out(instructions.map((node) => `${printNode(node)}\n`).join(""))
      for (const each of diagnostics) terminal.err(`${render(shown, each)}\n`)
    }
    return diagnostics.some(({ severity }) => severity === "error") ? 1 : 0
  })
)
