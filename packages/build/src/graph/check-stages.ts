import * as Either from "effect/Either"
import type { Dockerfile, Stage } from "../dockerfile/Dockerfile.ts"
import { expandWord } from "../dockerfile/expand.ts"
import type { Instruction } from "../dockerfile/Instruction.ts"
import type { BuildArguments, StageNode } from "./BuildGraph.ts"
import type { Report } from "./diagnose.ts"

/** Something questionable, and where. */
export interface Finding {
  readonly instruction: Pick<Instruction, "range">
  readonly report: Report
  /** The text to point at. */
  readonly piece?: string
}

/** What is questionable in stages once their bases are known: platforms, arguments of FROM, relative directories. */
export const checkStages = (
  file: Dockerfile,
  args: BuildArguments,
  nodes: ReadonlyArray<StageNode>
): ReadonlyArray<Finding> => {
  const defaults = defaultsOf(file)
  // Whether a stage has named an absolute directory, itself or in the stage it is built on.
  const absolute: Array<boolean> = []
  return file.stages.flatMap((stage, index) => {
    const base = nodes[index]?.base
    const directory = checkDirectories(stage, base?.of === "stage" && absolute[base.index] === true)
    absolute.push(directory.absolute)
    return [...checkPlatform(stage), ...checkDefault(stage, file, args, defaults), ...directory.findings]
  })
}

const checkPlatform = ({ from, name = "" }: Stage): ReadonlyArray<Finding> => {
  const { platform } = from
  if (platform === undefined) return []
  if (/^\$(?:\{TARGETPLATFORM\}|TARGETPLATFORM)$/.test(platform)) {
    const message = "FROM takes the platform of the target by itself"
    const report = { code: "needless-platform", message, suggestion: `leave --platform=${platform} out` }
    return [{ instruction: from, report, piece: `--platform=${platform}` }]
  }
  // A stage that is named after its platform means it.
  if (platform.includes("$") || platform.split("/").some((part) => part !== "" && name.includes(part))) return []
  const message = `FROM takes ${platform} whatever the build is for`
  const report = { code: "constant-platform", message, suggestion: "use $BUILDPLATFORM, or leave it to --platform" }
  return [{ instruction: from, report, piece: `--platform=${platform}` }]
}

/** The arguments as they are when the caller gives none. */
const defaultsOf = ({ directives, globalArgs }: Dockerfile): ReadonlyMap<string, string> => {
  const values = new Map<string, string>()
  for (const { default: text, name } of globalArgs.flatMap(({ args }) => args)) {
    if (text === undefined) continue
    const read = expandWord(text, (each) => values.get(each), directives)
    if (Either.isRight(read)) values.set(name, read.right.value)
  }
  return values
}

const checkDefault = (
  { from }: Stage,
  { directives }: Dockerfile,
  { global }: BuildArguments,
  defaults: ReadonlyMap<string, string>
): ReadonlyArray<Finding> => {
  if (!from.image.includes("$")) return []
  const plain = expandWord(from.image, (name) => defaults.get(name), directives)
  const given = expandWord(from.image, (name) => global.get(name), directives)
  // What is not even declared has been said already.
  if (Either.isLeft(plain) || Either.isLeft(given) || given.right.unset.size > 0) return []
  if (/^[^\s:@][^\s]*[^\s:@/]$|^[^\s:@/]$/.test(plain.right.value)) return []
  const message = `without build arguments ${from.image} is ${JSON.stringify(plain.right.value)}, which is no image`
  const report = { code: "argument-is-no-base", message, suggestion: "give the ARG before the first FROM a default" }
  return [{ instruction: from, report, piece: from.image }]
}

const checkDirectories = (
  { instructions }: Stage,
  inherited: boolean
): { readonly absolute: boolean; readonly findings: ReadonlyArray<Finding> } => {
  let absolute = inherited
  const findings: Array<Finding> = []
  for (const instruction of instructions) {
    if (instruction._tag !== "Workdir") continue
    const { path } = instruction
    if (/^["']?\/|\$/.test(path)) absolute = true
    else if (!absolute) {
      const message = `WORKDIR ${path} is relative to whatever the base image says`
      const report = { code: "relative-workdir", message, suggestion: `write WORKDIR /${path}` }
      findings.push({ instruction, report, piece: path })
    }
  }
  return { absolute, findings }
}
