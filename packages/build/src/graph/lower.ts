import { isNonEmptyReadonlyArray, type NonEmptyReadonlyArray } from "effect/Array"
import * as Either from "effect/Either"
import { isDigest } from "@gantry/core/image/Digest"
import * as ImageRef from "@gantry/core/image/ImageRef"
import { format, parse as parsePlatform, type Platform, plainPlatform } from "@gantry/core/image/Platform"
import { judge } from "../dockerfile/check-policy.ts"
import type { Diagnostic } from "../dockerfile/Diagnostic.ts"
import type { Dockerfile, Stage } from "../dockerfile/Dockerfile.ts"
import { expandWord } from "../dockerfile/expand.ts"
import type { Copy, From, Run, StageInstruction } from "../dockerfile/Instruction.ts"
import { nearest } from "@gantry/core/nearest"
import {
  type BuildArguments,
  type BuildGraph,
  type CopySource,
  sourcesOf,
  type StageNode,
  type StepNode
} from "./BuildGraph.ts"
import { checkStages } from "./check-stages.ts"
import { diagnose } from "./diagnose.ts"
import { type Complaints, findBase, findSource, type Whereabouts } from "./find-source.ts"
import { contextName, type NamedContexts, noContexts } from "./NamedContext.ts"
import { prune } from "./prune.ts"
import { unsupported } from "./unsupported.ts"

/** What the caller of a build decides. */
export interface LowerOptions {
  /** The Dockerfile's text, for diagnostics. */
  readonly text: string
  /** `--build-arg`; a name without a value has taken the caller's environment, or is left out. */
  readonly buildArgs?: ReadonlyMap<string, string>
  /** Name or position of a stage; the last stage when absent. */
  readonly target?: string
  /** What the image is made for. */
  readonly platform: Platform
  /** What the builder itself runs on; the same when absent. */
  readonly buildPlatform?: Platform
  /** `--build-context`. One with the name of a stage takes the place of the whole stage. */
  readonly contexts?: NamedContexts
}

/** Collects reports, and reads words with the global arguments. */
interface Desk {
  readonly source: ReadonlyArray<string>
  readonly diagnostics: Array<Diagnostic>
  readonly error: Complaints["error"]
}

/**
 * Resolves every name of a Dockerfile: global ARGs, bases, `--from` and the target.
 *
 * Fails with every error found, in the order of their places. An unknown target is reported at the last FROM.
 */
export const lower = (
  file: Dockerfile,
  options: LowerOptions
): Either.Either<BuildGraph, NonEmptyReadonlyArray<Diagnostic>> => {
  const source = options.text.replace(/^\ufeff/, "").split(/\r?\n/)
  const diagnostics: Array<Diagnostic> = []
  const error: Desk["error"] = (instruction, report, piece) =>
    void diagnostics.push(diagnose("error", instruction, source, report, piece))
  const desk: Desk = { source, diagnostics, error }
  const args = readGlobals(file, options, desk)
  const stages: Array<StageNode> = []
  for (const stage of file.stages) stages.push(lowerStage(file, stage, stages, { args, options, desk }))
  const target = findTarget(file, options.target, desk)
  const needed = prune(stages, target)
  for (const index of needed) checkNames(stages[index], desk)
  for (const { instruction, piece, report } of checkStages(file, args, stages)) {
    diagnostics.push(diagnose("warning", instruction, source, report, piece))
  }
  const ordered = judge(
    file.check,
    diagnostics.toSorted((a, b) => a.range.start.line - b.range.start.line)
  )
  if (ordered.some(({ severity }) => severity === "error") && isNonEmptyReadonlyArray(ordered))
    return Either.left(ordered)
  return Either.right({
    stages,
    target,
    needed,
    args,
    globalArgs: file.globalArgs,
    contexts: options.contexts ?? noContexts,
    escape: file.directives.escape,
    check: file.check,
    source,
    warnings: ordered
  })
}

/** Names of images that are none are said at once, and not when it is their turn. */
const checkNames = (stage: StageNode | undefined, desk: Desk): void => {
  if (stage === undefined) return
  const { base, from, steps } = stage
  if (base.of === "image") checkName(from, base.reference, from.image, desk)
  for (const step of steps) {
    for (const each of sourcesOf(step)) {
      if (each.of === "image") checkName(step.instruction, each.reference, each.reference, desk)
    }
  }
}

const checkName = (instruction: Pick<From, "range">, reference: string, piece: string, desk: Desk): void => {
  if (
    reference === "" ||
    isDigest(reference) ||
    /^(?:[0-9a-f]{64}$|(?:oci|oci-archive|docker-archive):)/.test(reference)
  ) {
    return
  }
  const name = ImageRef.parse(reference)
  if (Either.isRight(name)) return
  const small = reference.toLowerCase()
  const suggestion =
    small !== reference && Either.isRight(ImageRef.parse(small))
      ? `write ${small}`
      : "names look like host:port/path/name:tag"
  desk.error(
    instruction,
    { code: "bad-image-name", message: `"${reference}" is no name of an image: ${name.left.why}`, suggestion },
    piece
  )
}

/** The automatic platform arguments. Spec: Dockerfile reference, "Automatic platform ARGs in the global scope". */
const platformArgs = ({ buildPlatform, platform, target }: LowerOptions): ReadonlyArray<readonly [string, string]> => {
  const of = (prefix: string, value: Platform): ReadonlyArray<readonly [string, string]> => {
    const { architecture, os, variant = "" } = plainPlatform(value)
    return [
      [`${prefix}PLATFORM`, format(plainPlatform(value))],
      [`${prefix}OS`, os],
      [`${prefix}ARCH`, architecture],
      [`${prefix}VARIANT`, variant]
    ]
  }
  return [...of("TARGET", platform), ...of("BUILD", buildPlatform ?? platform), ["TARGETSTAGE", target ?? "default"]]
}

const readGlobals = (file: Dockerfile, options: LowerOptions, desk: Desk): BuildArguments => {
  const given = options.buildArgs ?? new Map<string, string>()
  const global = new Map(platformArgs(options).map(([name, value]) => [name, given.get(name) ?? value]))
  for (const instruction of file.globalArgs) {
    for (const { default: otherwise, name } of instruction.args) {
      const caller = given.get(name)
      if (caller !== undefined) global.set(name, caller)
      else if (otherwise !== undefined) {
        const value = expandWord(otherwise, (each) => global.get(each), { escape: file.directives.escape })
        if (Either.isRight(value)) global.set(name, value.right.value)
        else desk.error(instruction, { code: "bad-substitution", message: value.left.message }, otherwise)
      }
    }
  }
  return { given, global }
}

interface Around {
  readonly args: BuildArguments
  readonly options: LowerOptions
  readonly desk: Desk
}

const lowerStage = (
  file: Dockerfile,
  stage: Stage,
  earlier: ReadonlyArray<StageNode>,
  { args, desk, options }: Around
): StageNode => {
  const { from } = stage
  const contexts = options.contexts ?? noContexts
  const expand = (word: string): string => {
    const read = expandWord(word, (name) => args.global.get(name), { escape: file.directives.escape })
    if (Either.isLeft(read)) {
      desk.error(from, { code: "bad-substitution", message: read.left.message }, word)
      return ""
    }
    for (const name of read.right.unset) {
      const near = nearest(name, args.global.keys())
      const report = {
        code: "undefined-argument",
        message: `FROM uses ${name}, which no ARG before the first FROM gives a value`,
        suggestion: near === undefined ? `write ARG ${name}=VALUE above the first FROM` : `did you mean ${near}?`
      }
      desk.diagnostics.push(diagnose("warning", from, desk.source, report, word))
    }
    return read.right.value
  }
  const replaced = stage.name !== undefined && contexts.has(contextName(stage.name))
  const image = replaced ? stage.name : expand(from.image)
  if (image === "") desk.error(from, { code: "blank-base", message: "the name of the base image is empty" }, from.image)
  const base = findBase(image, replaced ? [] : earlier, contexts)
  const inherited = base.of === "stage" ? earlier[base.index]?.platform : undefined
  const wanted = from.platform === undefined || replaced ? "" : expand(from.platform)
  const steps = stage.instructions.map((instruction) =>
    lowerStep(instruction, { stages: file.stages, stage: stage.index, contexts }, desk)
  )
  return {
    index: stage.index,
    ...(stage.name === undefined ? {} : { name: stage.name }),
    from,
    base: base.of === "context" ? { of: "scratch" } : base,
    platform: inherited ?? readPlatform(wanted, stage, options, desk),
    steps: [...(base.of === "context" ? [wholeContext(from, base)] : []), ...(replaced ? [] : steps)]
  }
}

/** Files that a stage is built on are what it begins with, as if they were copied there. */
const wholeContext = (
  { range, text }: From,
  from: Extract<CopySource, { readonly of: "context" }>
): StepNode & { readonly instruction: Copy } => ({
  instruction: {
    _tag: "Copy",
    range,
    text,
    sources: ["/"],
    inline: [],
    dest: "/",
    from: from.name,
    link: false,
    parents: false,
    exclude: [],
    ifExists: false
  },
  from
})

const readPlatform = (text: string, { from }: Stage, options: LowerOptions, desk: Desk): Platform => {
  if (text === "") return options.platform
  const platform = parsePlatform(text)
  if (platform !== undefined) return platform
  const report = {
    code: "bad-platform",
    message: `"${text}" is not a platform`,
    suggestion: "write os/architecture, for example linux/amd64"
  }
  desk.error(from, report, from.platform)
  return options.platform
}

/** Resolves one instruction of a stage, or of an ONBUILD trigger that runs in it. */
export const lowerStep = (instruction: StageInstruction, where: Whereabouts, desk: Pick<Desk, "error">): StepNode => {
  const refused = unsupported(instruction)
  if (refused !== undefined) desk.error(instruction, refused)
  if (instruction._tag === "Run") return lowerMounts(instruction, where, desk)
  if (instruction._tag !== "Copy" || instruction.from === undefined) return { instruction }
  const from = findSource(instruction, instruction.from, where, desk)
  return from === undefined ? { instruction } : { instruction, from }
}

/** The sources of a RUN's mounts. */
const lowerMounts = (run: Run, where: Whereabouts, desk: Complaints): StepNode => {
  const mountsFrom = run.mounts.map(({ fields }) => {
    const text = fields.findLast(({ key }) => key === "from")?.value
    return text === undefined || text === "" ? undefined : findSource(run, text, where, desk, `from=${text}`)
  })
  return mountsFrom.some((source) => source !== undefined) ? { instruction: run, mountsFrom } : { instruction: run }
}

const findTarget = (file: Dockerfile, target: string | undefined, { error }: Desk): number => {
  const last = file.stages.length - 1
  if (target === undefined || target === "") return last
  const index = file.stages.findLastIndex(({ name }) => name === target.toLowerCase())
  if (index >= 0) return index
  if (/^\d+$/.test(target) && Number(target) <= last) return Number(target)
  const names = file.stages.flatMap(({ name }) => name ?? [])
  const near = nearest(target, names)
  const known = names.length === 0 ? "no stage has a name" : `stages are ${names.join(", ")}`
  error((file.stages[last] ?? file.stages[0]).from, {
    code: "unknown-target",
    message: `there is no stage "${target}"`,
    suggestion: near === undefined ? known : `did you mean ${near}?`
  })
  return last
}
