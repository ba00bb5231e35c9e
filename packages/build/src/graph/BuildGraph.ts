import type { Platform } from "@gantry/core/image/Platform"
import type { CheckPolicy } from "../dockerfile/check-policy.ts"
import type { Diagnostic } from "../dockerfile/Diagnostic.ts"
import type { Directives } from "../dockerfile/Dockerfile.ts"
import type { Arg, From, StageInstruction } from "../dockerfile/Instruction.ts"
import type { NamedContexts } from "./NamedContext.ts"

/** What a stage is built on. */
export type StageBase =
  | { readonly of: "scratch" }
  | { readonly of: "image"; readonly reference: string }
  /** An earlier stage, by position in the file. */
  | { readonly of: "stage"; readonly index: number }

/** Where `--from` points. */
export type CopySource =
  | { readonly of: "image"; readonly reference: string }
  | { readonly of: "stage"; readonly index: number }
  /** Files that were given a name with `--build-context`. */
  | { readonly of: "context"; readonly name: string }

/** One instruction of a stage, and where it takes files from if not from the context. */
export interface StepNode {
  readonly instruction: StageInstruction
  readonly from?: CopySource
  /** RUN: where each `--mount` that names another tree takes it from, by the position of the mount. */
  readonly mountsFrom?: ReadonlyArray<CopySource | undefined>
}

/** Every tree that an instruction takes files from. */
export const sourcesOf = ({ from, mountsFrom = [] }: StepNode): ReadonlyArray<CopySource> =>
  [from, ...mountsFrom].filter((source) => source !== undefined)

/** One stage. */
export interface StageNode {
  /** Position in the file, from 0. */
  readonly index: number
  /** In lower case. */
  readonly name?: string
  readonly from: From
  readonly base: StageBase
  /** What the stage is made for; a stage on a stage has that one's. */
  readonly platform: Platform
  readonly steps: ReadonlyArray<StepNode>
}

/** The values variables may get from outside a stage. */
export interface BuildArguments {
  /** What the caller set, declared or not. */
  readonly given: ReadonlyMap<string, string>
  /** ARGs before the first FROM and the automatic platform arguments: seen by FROM, and by stages that declare them. */
  readonly global: ReadonlyMap<string, string>
}

/** A Dockerfile whose names have been resolved: every reference leads to an earlier stage or to an image. */
export interface BuildGraph {
  /** All stages, in file order, needed or not: ONBUILD triggers may want one that nothing else does. */
  readonly stages: ReadonlyArray<StageNode>
  /** Position of the stage that becomes the image. */
  readonly target: number
  /** Positions of the stages the target needs, itself included, in file order. */
  readonly needed: ReadonlyArray<number>
  readonly args: BuildArguments
  /** ARGs before the first FROM, where they stand. */
  readonly globalArgs: ReadonlyArray<Arg>
  /** What `--build-context` gave names to: ONBUILD triggers may want one that nothing else does. */
  readonly contexts: NamedContexts
  readonly escape: Directives["escape"]
  /** What becomes of warnings that are found later. */
  readonly check: CheckPolicy
  /** The lines of the Dockerfile, for diagnostics. */
  readonly source: ReadonlyArray<string>
  readonly warnings: ReadonlyArray<Diagnostic>
}

/** The stage's name, or `stage-N`: how messages call it. */
export const stageName = ({ index, name }: Pick<StageNode, "index" | "name">): string => name ?? `stage-${index}`
