import * as Either from "effect/Either"
import type { Arg } from "../dockerfile/Instruction.ts"
import { readMount } from "../dockerfile/run-mount.ts"
import type { BuildGraph, StageNode } from "./BuildGraph.ts"
import { remarkOn } from "./remarks.ts"

/** What a caller can give to a build of one target. */
export interface Outline {
  /** Name of the target; empty for a stage without one. */
  readonly name: string
  readonly description: string
  readonly args: ReadonlyArray<OutlinedArg>
  readonly secrets: ReadonlyArray<OutlinedAccess>
  readonly ssh: ReadonlyArray<OutlinedAccess>
}

/** A build argument with the value that it has in this build; none when nobody has said one. */
export interface OutlinedArg {
  readonly name: string
  readonly description: string
  readonly value?: string
}

/** Something of the caller's that a command is to see. */
export interface OutlinedAccess {
  readonly name: string
  /** The build fails without it. */
  readonly required: boolean
}

/** A stage that can be built. */
export interface OutlinedTarget {
  readonly name: string
  readonly description: string
  /** It is built when nobody names another. */
  readonly isDefault: boolean
  /** The image that it stands on, or the stage. */
  readonly base: string
}

/**
 * The arguments, secrets and SSH agents of the stages that the target needs, in the order of the file, each name once.
 * `valueIn` gives the value of an argument at the end of a stage.
 */
export const outlineOf = (
  { args: { global }, globalArgs, needed, source, stages, target }: BuildGraph,
  valueIn: (stage: number, name: string) => string | undefined
): Outline => {
  const wanted = needed.flatMap((index) => stages[index] ?? [])
  const args = new Map<string, OutlinedArg>()
  const declare = ({ args: declared, range }: Arg, valueOf: (name: string) => string | undefined) => {
    for (const { name } of declared) {
      const known = args.get(name)
      const description = remarkOn(name, range, source)
      const value = valueOf(name) ?? known?.value
      args.set(name, {
        name,
        description: description === "" ? (known?.description ?? "") : description,
        ...(value === undefined ? {} : { value })
      })
    }
  }
  for (const instruction of globalArgs) {
    const isUsed = instruction.args.some(({ name }) => wanted.some((stage) => speaksOf(stage, name)))
    if (isUsed) declare(instruction, (name) => global.get(name))
  }
  const secrets = new Map<string, OutlinedAccess>()
  const ssh = new Map<string, OutlinedAccess>()
  for (const { index, steps } of wanted) {
    for (const { instruction } of steps) {
      if (instruction._tag === "Arg") declare(instruction, (name) => valueIn(index, name))
      if (instruction._tag !== "Run") continue
      for (const flag of instruction.mounts) {
        const mount = Either.getOrUndefined(readMount(flag, (value) => Either.right(value)))
        if (mount?.type !== "secret" && mount?.type !== "ssh") continue
        const all = mount.type === "secret" ? secrets : ssh
        all.set(mount.id, { name: mount.id, required: mount.required || all.get(mount.id)?.required === true })
      }
    }
  }
  const stage = stages[target]
  const name = stage?.name ?? ""
  return {
    name,
    description: stage === undefined ? "" : remarkOn(name, stage.from.range, source),
    args: [...args.values()],
    secrets: [...secrets.values()],
    ssh: [...ssh.values()]
  }
}

/** Whether FROM names an argument, or the stage declares it again. */
const speaksOf = ({ from, steps }: StageNode, name: string): boolean =>
  [from.image, from.platform ?? ""].some((word) => new RegExp(`\\$(?:${name}\\b|\\{${name}\\b)`).test(word)) ||
  steps.some(({ instruction }) => instruction._tag === "Arg" && instruction.args.some((each) => each.name === name))

/** All stages that can be built, in the order of the file. */
export const targetsOf = ({ source, stages }: BuildGraph): ReadonlyArray<OutlinedTarget> =>
  stages.map(({ base, from, index, name = "" }) => ({
    name,
    description: name === "" ? "" : remarkOn(name, from.range, source),
    isDefault: index === stages.length - 1,
    base: base.of === "image" ? base.reference : base.of === "scratch" ? "scratch" : (stages[base.index]?.name ?? "")
  }))
