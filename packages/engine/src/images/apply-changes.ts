import type { Diagnostic } from "@gantry/build/dockerfile/Diagnostic"
import type { StageInstruction } from "@gantry/build/dockerfile/Instruction"
import { parse } from "@gantry/build/dockerfile/parse"
import { nextState } from "@gantry/build/solve/next-state"
import { processConfig, type StageState } from "@gantry/build/solve/stage-state"
import type { ImageConfig } from "@gantry/core/image/ImageConfig"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { BadOption } from "../EngineError.ts"

/** Instructions that change an image's settings and nothing else. */
const allowed: ReadonlySet<StageInstruction["_tag"]> = new Set([
  "Cmd",
  "Entrypoint",
  "Env",
  "Expose",
  "Healthcheck",
  "Label",
  "OnBuild",
  "Shell",
  "StopSignal",
  "User",
  "Volume",
  "Workdir"
])

const none: ReadonlyMap<string, string> = new Map()

/**
 * The config after the instructions of `--change`, one after the other, each with the variables that were set before it.
 *
 * They mean what they mean in a Dockerfile, so an ENTRYPOINT takes away a CMD that no change before it has set. Only
 * settings can be changed: instructions that would add files are refused. History and layers stay as they are.
 */
export const applyChanges = (
  config: ImageConfig,
  changes: ReadonlyArray<string>
): Effect.Effect<ImageConfig, BadOption> =>
  Effect.gen(function* () {
    if (changes.length === 0) return config
    const { Env = [], ...process } = config.config
    const { architecture, os, variant } = config
    let state: StageState = {
      config: process,
      env: new Map(Env.map(pairOf)),
      args: none,
      hasCmd: false,
      platform: { os, architecture, ...(variant === undefined ? {} : { variant }) }
    }
    for (const change of changes) {
      const next = changed(state, change)
      if (Either.isLeft(next)) {
        const { message, suggestion } = next.left
        return yield* new BadOption({
          option: `--change ${JSON.stringify(change)}`,
          why: message,
          ...(suggestion === undefined ? {} : { hint: suggestion })
        })
      }
      state = next.right
    }
    const { Env: env = [], ...rest } = processConfig(state)
    return { ...config, config: env.length === 0 ? rest : { ...rest, Env: env } }
  })

type Problem = Pick<Diagnostic, "message" | "suggestion">

/** The state after one text of `--change`, which may hold several instructions on lines of their own. */
const changed = (state: StageState, change: string): Either.Either<StageState, Problem> => {
  const file = parse(`FROM scratch\n${change}\n`)
  if (Either.isLeft(file)) return Either.left(file.left.find(({ severity }) => severity === "error") ?? file.left[0])
  const { source, stages } = file.right
  const { instructions } = stages[0]
  if (stages.length > 1) return refused("FROM")
  if (instructions.length === 0) return Either.left({ message: "it is no instruction" })
  let next = state
  for (const instruction of instructions) {
    if (!allowed.has(instruction._tag)) return refused(instruction._tag.toUpperCase())
    const step = nextState(next, { instruction }, { args: { given: none, global: none }, escape: "\\", source })
    if (Either.isLeft(step)) return Either.left(step.left)
    next = step.right.state
  }
  return Either.right(next)
}

const refused = (name: string): Either.Either<never, Problem> =>
  Either.left({
    message: `${name} cannot be changed this way`,
    suggestion: `${[...allowed].map((each) => each.toUpperCase()).join(", ")} can`
  })

const pairOf = (pair: string): [string, string] => {
  const equals = pair.indexOf("=")
  return equals < 0 ? [pair, ""] : [pair.slice(0, equals), pair.slice(equals + 1)]
}
