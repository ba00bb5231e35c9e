import * as Either from "effect/Either"
import type { Healthcheck as HealthConfig } from "@gantry/core/image/ImageConfig"
import type { Diagnostic } from "../dockerfile/Diagnostic.ts"
import { type Expanded, type ExpandProblem, expandPairs, expandWord, expandWords } from "../dockerfile/expand.ts"
import { blankPaths } from "../dockerfile/parse-transfer.ts"
import type { CommandLine, HealthProbe, Pair, StageInstruction } from "../dockerfile/Instruction.ts"
import { coverLogins, loginsIn } from "@gantry/core/logins"
import { nearest } from "@gantry/core/nearest"
import type { BuildGraph, StepNode } from "../graph/BuildGraph.ts"
import { diagnose, type Report } from "../graph/diagnose.ts"
import type { Canonical } from "../key/canonical.ts"
import { copyAction } from "./copy-action.ts"
import { healthText, quotedList, runText } from "./history-text.ts"
import { readPorts } from "./ports.ts"
import { isSignal, nearSignal } from "./signals.ts"
import { runAction } from "./run-action.ts"
import { lookup, resolvePath, shellOf, type StageState, type StepAction } from "./stage-state.ts"

/** What one instruction does to a stage. */
export interface Step {
  readonly state: StageState
  readonly action: StepAction
  /** What the image's history says of it. */
  readonly createdBy: string
  readonly warnings: ReadonlyArray<Diagnostic>
}

/** What is known besides the state: the file's own reading rules and the caller's arguments. */
export type Around = Pick<BuildGraph, "args" | "escape" | "source">

/** Reads the words of one instruction, and notes what is wrong; after the first error nothing that was read means anything. */
export interface Words {
  readonly word: (text: string) => string
  readonly words: (text: string) => ReadonlyArray<string>
  readonly refuse: (code: string, message: string, suggestion?: string) => void
}

/**
 * Folds one instruction into the state of its stage, as Docker does: words are expanded with the ENV and ARG values before
 * the instruction, and what is to be executed is returned as an action. Fails with the one thing that is wrong.
 */
export const nextState = (state: StageState, node: StepNode, around: Around): Either.Either<Step, Diagnostic> => {
  const { instruction } = node
  const warnings: Array<Diagnostic> = []
  let problem: Diagnostic | undefined
  const report = (severity: Diagnostic["severity"], of: Report, piece?: string) =>
    diagnose(severity, instruction, around.source, of, piece)
  const refuse: Words["refuse"] = (code, message, suggestion) => {
    problem ??= report("error", { code, message, suggestion })
  }
  const read = <A>(result: Either.Either<Expanded<A>, ExpandProblem>, otherwise: A): A => {
    if (Either.isLeft(result)) {
      const { message } = result.left
      const cutsPaths = instruction._tag === "Copy" || instruction._tag === "Add"
      // Blanks cut paths, whatever quotes are around them.
      const hint = cutsPaths && /quote is not closed/.test(message) ? blankPaths : undefined
      refuse("bad-substitution", message, hint)
      return otherwise
    }
    for (const name of result.right.unset) {
      const near = nearest(name, [...state.env.keys(), ...state.args.keys()])
      const suggestion = near === undefined ? `declare it with ARG ${name} before this line` : `did you mean ${near}?`
      warnings.push(
        report(
          "warning",
          { code: "undefined-variable", message: `the variable ${name} has no value`, suggestion },
          `$${name}`
        )
      )
    }
    return result.right.value
  }
  const see = lookup(state)
  const reader: Reader = {
    word: (text) => read(expandWord(text, see, around), ""),
    wordAmong: (text, values) => read(expandWord(text, lookup(values), around), ""),
    words: (text) => read(expandWords(text, see, around), []),
    pairs: (of) => read(expandPairs(of, see, around), []),
    refuse,
    warn: (of) => void warnings.push(report("warning", of))
  }
  const step = fold(state, node, reader, around)
  if (problem !== undefined) return Either.left(problem)
  return Either.right({ ...step, createdBy: coverLogins(step.createdBy), warnings })
}

/** What is said of a label that holds a password: what somebody writes into one is not changed. */
export const loginInLabel = (name: string): Report => ({
  code: "login-in-label",
  message: `the label ${name} has an address with a user or a password, which whoever has the image can read`,
  suggestion: "write the address without them"
})

interface Reader extends Words {
  /** A word that sees other values than those before the instruction. */
  readonly wordAmong: (text: string, values: Pick<StageState, "args" | "env">) => string
  readonly pairs: (of: ReadonlyArray<Pair>) => ReadonlyArray<Pair>
  readonly warn: (of: Report) => void
}

const fold = (state: StageState, node: StepNode, read: Reader, around: Around): Omit<Step, "warnings"> => {
  const { instruction } = node
  const { config } = state
  /** A change of settings, and how history calls it. */
  const set = (change: Canonical, next: Partial<StageState>, createdBy: string) => ({
    state: { ...state, ...next },
    action: { kind: "config", instruction: instruction._tag.toUpperCase(), change } as const,
    createdBy
  })
  switch (instruction._tag) {
    case "Run": {
      const action = runAction(state, { ...node, instruction }, around.args, read)
      return { state, action, createdBy: runText(state, action.argv) }
    }
    case "Copy":
    case "Add": {
      const { action, createdBy } = copyAction(state, { ...node, instruction }, read)
      return { state, action, createdBy }
    }
    case "Arg":
      return declare(state, instruction, read, around)
    case "Env": {
      const pairs = read.pairs(instruction.pairs)
      const env = new Map(state.env)
      for (const { name, value } of pairs) {
        if (name === "") read.refuse("blank-name", "a variable needs a name")
        env.set(name, value)
      }
      return set(listed(pairs), { env }, `ENV ${written(pairs)}`)
    }
    case "Label": {
      const pairs = read.pairs(instruction.pairs)
      for (const { name, value } of pairs) if (loginsIn(value).size > 0) read.warn(loginInLabel(name))
      const Labels = Object.fromEntries([
        ...Object.entries(config.Labels ?? {}),
        ...pairs.map(({ name, value }) => [name, value])
      ])
      return set(listed(pairs), { config: { ...config, Labels } }, `LABEL ${written(pairs)}`)
    }
    case "Maintainer":
      return set(instruction.name, { author: instruction.name }, `MAINTAINER ${instruction.name}`)
    case "Workdir": {
      const path = resolvePath(config.WorkingDir ?? "/", read.word(instruction.path))
      const next = { ...state, config: { ...config, WorkingDir: path } }
      const action: StepAction =
        path === "/"
          ? { kind: "config", instruction: "WORKDIR", change: path }
          : { kind: "workdir", path, user: config.User ?? "" }
      return { state: next, action, createdBy: `WORKDIR ${path}` }
    }
    case "User": {
      const User = read.word(instruction.user)
      return set(User, { config: { ...config, User } }, `USER ${User}`)
    }
    case "Shell":
      return set(
        instruction.argv,
        { config: { ...config, Shell: instruction.argv } },
        `SHELL [${instruction.argv.join(" ")}]`
      )
    case "Expose": {
      const ports = instruction.ports.flatMap(read.words).flatMap((word) => {
        const found = readPorts(word)
        if (typeof found !== "string") return found
        read.refuse("bad-port", found, "write a number from 0 to 65535, or a range")
        return []
      })
      const names = [...new Set(ports)].toSorted()
      const ExposedPorts = { ...config.ExposedPorts, ...Object.fromEntries(names.map((name) => [name, {}])) }
      return set(
        names,
        { config: { ...config, ExposedPorts } },
        `EXPOSE map[${names.map((name) => `${name}:{}`).join(" ")}]`
      )
    }
    case "Volume": {
      const paths = instruction.paths.map(read.word)
      if (paths.includes("")) read.refuse("blank-path", "the path of a volume cannot be empty")
      const Volumes = { ...config.Volumes, ...Object.fromEntries(paths.map((path) => [path, {}])) }
      return set(paths, { config: { ...config, Volumes } }, `VOLUME [${paths.join(" ")}]`)
    }
    case "StopSignal": {
      const StopSignal = read.word(instruction.signal)
      if (!isSignal(StopSignal)) {
        read.refuse("bad-signal", `"${StopSignal}" is not a signal`, nearSignal(StopSignal))
      }
      return set(StopSignal, { config: { ...config, StopSignal } }, `STOPSIGNAL ${StopSignal}`)
    }
    case "Healthcheck": {
      const Healthcheck = healthConfig(instruction.check)
      const change = { ...Healthcheck, Test: Healthcheck.Test ?? [] }
      return set(change, { config: { ...config, Healthcheck } }, healthText(instruction.check, change.Test))
    }
    case "Cmd": {
      const Cmd = commandOf(instruction.command, state)
      return set(Cmd, { config: { ...config, Cmd }, hasCmd: true }, `CMD ${quotedList(Cmd)}`)
    }
    case "Entrypoint": {
      const Entrypoint = commandOf(instruction.command, state)
      // A CMD from the base was meant for the base's entry point.
      const { Cmd, ...rest } = config
      const kept = state.hasCmd && Cmd !== undefined ? { Cmd } : {}
      return set(Entrypoint, { config: { ...rest, ...kept, Entrypoint } }, `ENTRYPOINT ${quotedList(Entrypoint)}`)
    }
    case "OnBuild": {
      const OnBuild = [...(config.OnBuild ?? []), instruction.trigger]
      return set(instruction.trigger, { config: { ...config, OnBuild } }, `ONBUILD ${instruction.trigger}`)
    }
  }
}

const listed = (pairs: ReadonlyArray<Pair>): Canonical => pairs.map(({ name, value }) => [name, value])
const written = (pairs: ReadonlyArray<Pair>) => pairs.map(({ name, value }) => `${name}=${value}`).join(" ")

const commandOf = (command: CommandLine, state: StageState): ReadonlyArray<string> =>
  command.form === "exec" ? command.argv : [...shellOf(state), command.line]

const healthConfig = (check: "none" | HealthProbe): HealthConfig & { readonly [name: string]: Canonical } => {
  if (check === "none") return { Test: ["NONE"] }
  const { command, interval, retries, startInterval, startPeriod, timeout } = check
  return {
    Test: command.form === "shell" ? ["CMD-SHELL", command.line] : ["CMD", ...command.argv],
    ...(interval === undefined ? {} : { Interval: interval }),
    ...(timeout === undefined ? {} : { Timeout: timeout }),
    ...(startPeriod === undefined ? {} : { StartPeriod: startPeriod }),
    ...(startInterval === undefined ? {} : { StartInterval: startInterval }),
    ...(retries === undefined ? {} : { Retries: retries })
  }
}

const declare = (
  state: StageState,
  instruction: Extract<StageInstruction, { readonly _tag: "Arg" }>,
  read: Reader,
  { args: { given, global } }: Around
): Omit<Step, "warnings"> => {
  const args = new Map(state.args)
  const texts: Array<string> = []
  for (const { default: otherwise, name } of instruction.args) {
    // Each sees those before it on the line, so the reader's own, older view does not do.
    const own = otherwise === undefined ? undefined : read.wordAmong(otherwise, { env: state.env, args })
    const usual = own ?? global.get(name) ?? args.get(name)
    const value = given.get(name) ?? usual
    args.set(name, value)
    texts.push(value === undefined ? name : `${name}=${value}`)
  }
  return { state: { ...state, args }, action: { kind: "declare" }, createdBy: `ARG ${texts.join(" ")}` }
}
