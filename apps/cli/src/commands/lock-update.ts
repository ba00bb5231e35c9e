import { ofMachine } from "@gantry/core/image/Platform"
import type { BuildRequest } from "@gantry/engine/builds/BuildRequest"
import { updateLock } from "@gantry/engine/verbs/update-lock"
import * as Effect from "effect/Effect"
import { lockUpdate as table } from "../argv/tables/build.ts"
import { lockLines, lockSummary } from "../show/lock-rows.ts"
import { buildArguments, nothingMade } from "./build-inputs.ts"
import { buildSource, namedContexts } from "./build-source.ts"
import { define } from "./define.ts"
import { platformsOf } from "./platform-of.ts"
import { readAgents } from "./read-agents.ts"
import { given } from "./read-values.ts"

/** `gantry lock update`: which of a Dockerfile's inputs have changed since the last time, and a file that says so. */
export default define(table, ({ operands: [operand = "."], options }, { terminal }) =>
  Effect.gen(function* () {
    const platforms = yield* platformsOf(options.platform, terminal.arch)
    const request: BuildRequest = {
      ...(yield* buildSource(operand, options.file, terminal)),
      contexts: yield* namedContexts(options.buildContext, terminal.cwd),
      env: terminal.env,
      buildArgs: yield* buildArguments(options, terminal.env),
      ...given("target", options.target),
      platforms: platforms.length === 0 ? [ofMachine(terminal.arch)] : platforms,
      network: "default",
      agents: yield* readAgents(options.ssh, terminal),
      ...nothingMade(terminal),
      bases: { policy: "missing", cwd: terminal.cwd }
    }
    const update = yield* updateLock(request, { dryRun: options.dryRun })
    terminal.out(lockLines(update.changes))
    terminal.err(lockSummary(update, options.dryRun))
    return 0
  })
)
