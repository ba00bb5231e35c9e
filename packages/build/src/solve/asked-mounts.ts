import * as Either from "effect/Either"
import type { Run } from "../dockerfile/Instruction.ts"
import { readMount } from "../dockerfile/run-mount.ts"
import type { RunMount } from "../dockerfile/RunMount.ts"
import type { StepNode } from "../graph/BuildGraph.ts"
import type { Words } from "./next-state.ts"
import { type AskedMount, resolvePath } from "./stage-state.ts"

interface Around {
  /** Absolute; relative targets are below it. */
  readonly cwd: string
  readonly mountsFrom: NonNullable<StepNode["mountsFrom"]>
  readonly read: Words
}

/** The mounts of a RUN with their variables expanded and absolute targets; refuses what cannot be mounted. */
export const askedMounts = ({ mounts }: Run, { cwd, mountsFrom, read }: Around): ReadonlyArray<AskedMount> => {
  const asked = mounts.flatMap((flag, at): ReadonlyArray<AskedMount> => {
    const known = readMount(flag, (value) => Either.right(read.word(value)))
    if (Either.isLeft(known)) {
      read.refuse("bad-mount", known.left)
      return []
    }
    const from = mountsFrom[at]
    return [{ mount: absolute(known.right, cwd), ...(from === undefined ? {} : { from }) }]
  })
  const targets = new Set<string>()
  for (const { mount } of asked) {
    const { target } = mount
    if (target === undefined) continue
    if (target === "/") read.refuse("bad-mount", `a ${mount.type} mount cannot take the place of the root`)
    if (targets.has(target)) read.refuse("bad-mount", `two mounts have the target ${target}`)
    targets.add(target)
  }
  return asked
}

const absolute = (mount: RunMount, cwd: string): RunMount =>
  mount.target === undefined ? mount : { ...mount, target: resolvePath(cwd, mount.target) }
