import type { Digest } from "@gantry/core/image/Digest"
import { markLogins } from "@gantry/core/logins"
import type { StepKey } from "@gantry/core/store/BuildCache"
import { type Canonical, isList, spell } from "./canonical.ts"

/**
 * Everything the result of a step may depend on, one type a kind of step.
 *
 * Left out on purpose: place in the file, comments, stage names, host name, clock, number of jobs, log level, values of
 * undeclared proxy arguments. The `format` names the meaning of all fields: a new meaning is a new name.
 */
export type StepFacts = RunFacts | CopyFacts | WorkdirFacts | ConfigFacts

/** What a step stands on. */
export type Parent =
  /** The step before it. Its key stands for everything before. */
  | { readonly step: StepKey }
  /** The first step on an image: its ID, and the platform it was asked for. */
  | { readonly image: Digest; readonly platform: string }
  | { readonly scratch: string }

/** With early cut-off: the layers below, by a digest of them, whatever has made them. */
export type LayersBelow = { readonly layers: Digest; readonly platform: string }

interface Standing {
  readonly parent: Parent | LayersBelow
  /** Seconds since 1970 that no time in the layer is later than, as text; empty without a limit. */
  readonly epoch: string
}

/** A command. */
export interface RunFacts extends Standing {
  readonly format: "gantry.run.1"
  readonly argv: ReadonlyArray<string>
  /** Variables set by ENV, by the base image included. */
  readonly env: { readonly [name: string]: string }
  /** Values of declared ARGs that no ENV hides. */
  readonly args: { readonly [name: string]: string }
  readonly cwd: string
  readonly user: string
  readonly network: string
  /** Path and content of heredoc scripts. */
  readonly files: ReadonlyArray<readonly [path: string, content: string]>
  /** In the order written: of what is seen through them, all that is not a secret's value or a cache's content. */
  readonly mounts: ReadonlyArray<MountFacts>
  /** Options of the build that commands can notice, such as extra host names. */
  readonly options: { readonly [name: string]: string }
}

/** With early cut-off: what is taken of another tree, by a digest of all that counts of it. */
export type TreeContent = { readonly content: Digest }

/** Where a mount is from: the context, by a digest of all selected files; a stage, by the key of its last step; an image. */
export type MountOrigin = { readonly files: Digest } | { readonly tree: Parent; readonly source: string } | TreeContent

/** Who a file or directory made for a mount belongs to. */
type MountOwner = { readonly mode: number; readonly uid: number; readonly gid: number }

/** A mount of a command. */
export type MountFacts =
  | { readonly type: "bind"; readonly target: string; readonly readOnly: 0 | 1; readonly origin: MountOrigin }
  | ({
      readonly type: "cache"
      readonly target: string
      readonly readOnly: 0 | 1
      readonly id: string
      /** What a new cache begins with; nothing without. */
      readonly origin: MountOrigin | "nothing"
    } & MountOwner)
  /** Bytes; 0 without a limit. */
  | { readonly type: "tmpfs"; readonly target: string; readonly size: number }
  /** Empty texts for what was not asked for. */
  | ({
      readonly type: "secret" | "ssh"
      readonly target: string
      readonly id: string
      readonly env: string
      readonly required: 0 | 1
    } & MountOwner)

/** Where a copy is from: the context, by a digest of all selected files; a stage, by the key of its last step; an image. */
export type CopyOrigin =
  | { readonly files: Digest }
  | TreeContent
  | {
      readonly tree: Parent
      readonly sources: ReadonlyArray<string>
      readonly exclude: ReadonlyArray<string>
      readonly parents: number
    }

/** Files put into a tree. */
export interface CopyFacts extends Standing {
  readonly format: "gantry.copy.1"
  readonly origin: CopyOrigin
  /** Name and content of files that stand in the Dockerfile. */
  readonly inline: ReadonlyArray<readonly [name: string, content: string]>
  /** Absolute; the slash at the end counts. */
  readonly dest: string
  readonly chown: string
  readonly chmod: string
  /** `unpack` for ADD, which unpacks local archives. */
  readonly archives: "keep" | "unpack"
}

/** A directory made. */
export interface WorkdirFacts extends Standing {
  readonly format: "gantry.workdir.1"
  readonly path: string
  readonly user: string
}

/** A change of the image's settings only. */
export interface ConfigFacts {
  readonly format: "gantry.config.1"
  readonly parent: Parent | LayersBelow
  /** The instruction's name in upper case. */
  readonly instruction: string
  /** What it sets, variables expanded. */
  readonly change: Canonical
}

/**
 * The one spelling of facts, of which the key is the digest. Facts are kept and shared, so it holds no password of an
 * address, but what tells it from others.
 */
export const spellFacts = (facts: StepFacts): string => {
  const spelled = spell(toCanonical(facts))
  return spelled.includes("://") && spelled.includes("@") ? spell(marked(toCanonical(facts))) : spelled
}

const marked = (value: Canonical): Canonical => {
  if (typeof value === "string") return markLogins(value)
  if (typeof value === "number") return value
  if (isList(value)) return value.map(marked)
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, marked(each)]))
}

// Interfaces have no index signature, so the compiler has to be shown that the fields are what a key may be made of.
const toCanonical = (facts: StepFacts): Canonical => {
  switch (facts.format) {
    case "gantry.run.1":
      return { ...facts, parent: { ...facts.parent }, mounts: facts.mounts }
    case "gantry.copy.1":
      return {
        ...facts,
        parent: { ...facts.parent },
        origin: "tree" in facts.origin ? { ...facts.origin, tree: { ...facts.origin.tree } } : { ...facts.origin }
      }
    case "gantry.workdir.1":
    case "gantry.config.1":
      return { ...facts, parent: { ...facts.parent } }
  }
}
