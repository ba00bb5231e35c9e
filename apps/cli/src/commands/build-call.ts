import { outlineOf, targetsOf } from "@gantry/build/graph/outline"
import { lookup } from "@gantry/build/solve/stage-state"
import type { BuildRequest } from "@gantry/engine/builds/BuildRequest"
import { examineBuild } from "@gantry/engine/verbs/examine-build"
import * as Effect from "effect/Effect"
import type { BuildCall } from "../argv/values/build-call.ts"
import { checkJson, checkText, outlineJson, outlineText, targetsJson, targetsText } from "../show/build-call.ts"
import type { Terminal } from "../terminal.ts"

/** Where the answer goes. */
interface CallPlace {
  /** How the Dockerfile is called. */
  readonly shown: string
  readonly terminal: Terminal
}

/** `gantry build --check` and `--call`: says what was asked about the Dockerfile. Status 1 when a check has found something. */
export const answerCall = ({ json, of }: BuildCall, request: BuildRequest, { shown, terminal }: CallPlace) =>
  Effect.gen(function* () {
    const { ends, graph, text, unknown, warnings } = yield* examineBuild(request)
    switch (of) {
      case "check": {
        terminal.out((json ? checkJson : checkText)({ shown, text, warnings }))
        if (unknown.length > 0 && !json) {
          terminal.err(
            `gantry: ${unknown.join(", ")}: not here, so what variables are set there is not known\n  try: pull first to have undefined variables found\n`
          )
        }
        return warnings.length === 0 ? 0 : 1
      }
      case "outline": {
        const valueIn = (stage: number, name: string) => {
          const end = ends.get(stage)
          return end === undefined ? undefined : lookup(end)(name)
        }
        terminal.out((json ? outlineJson : outlineText)(outlineOf(graph, valueIn)))
        return 0
      }
      case "targets":
        terminal.out((json ? targetsJson : targetsText)(targetsOf(graph)))
        return 0
    }
  })
