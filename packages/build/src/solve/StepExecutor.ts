import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type { Digest } from "@gantry/core/image/Digest"
import type { Platform } from "@gantry/core/image/Platform"
import type { Output } from "@gantry/core/runtime/Runtime"
import type { LayerInfo, Stack } from "@gantry/core/store/LayerStore"
import type { RunMount } from "../dockerfile/RunMount.ts"
import type { ContextPart, ContextSelection } from "./BuildContext.ts"

/** Where a step happens. */
export interface StepPlace {
  /** The layers it stands on, base first. */
  readonly stack: Stack
  /** The instruction in one line, for messages. */
  readonly text: string
  readonly platform: Platform
  /** No time in the layer is later than this, in nanoseconds since 1970 (`SOURCE_DATE_EPOCH`). */
  readonly clampNs?: bigint
  /** Takes what is not quite right and does not stop the step: a sentence, and perhaps what to do. */
  readonly onWarning: (message: string, suggestion?: string) => void
}

/** A file whose content stands in the Dockerfile. */
export interface InlineFile {
  /** COPY and ADD: the file's name. RUN: the absolute path to show it under. */
  readonly path: string
  readonly content: string
}

/** A mount of a command. */
export interface MountRequest {
  /** Its target is absolute. */
  readonly mount: RunMount
  /** What a bind mount shows and a new cache begins with; none for an empty cache and for all other mounts. */
  readonly contents?:
    | { readonly of: "context"; readonly part: ContextPart }
    /** `source` of the mount is a path in it. */
    | { readonly of: "tree"; readonly stack: Stack }
}

/** A command to run on a tree. */
export interface RunRequest extends StepPlace {
  /** Never empty; the shell is part of it. */
  readonly argv: ReadonlyArray<string>
  /** `NAME=value`, sorted by name, ENV and ARG together; the whole environment but for HOME. */
  readonly env: ReadonlyArray<string>
  /** Absolute. */
  readonly cwd: string
  /** As USER has it; empty for root. */
  readonly user: string
  readonly network: "default" | "none" | "host"
  /** Scripts of heredocs: visible to the command at their paths, mode 0755, read only, and no part of the layer. */
  readonly files: ReadonlyArray<InlineFile>
  /** What is seen while the command runs and is no part of the layer, the places made for it included. */
  readonly mounts: ReadonlyArray<MountRequest>
  /** Takes what the command writes, as it comes. */
  readonly onOutput: (output: Output) => void
}

/** Another tree: paths as COPY has them, relative to its root; globs are the executor's to match. */
export interface FromTree {
  readonly of: "tree"
  readonly stack: Stack
  readonly sources: ReadonlyArray<string>
  readonly exclude: ReadonlyArray<string>
  readonly parents: boolean
  /** A path that is not there is no failure. */
  readonly optional: boolean
}

/** Where copied files come from. */
export type CopyFrom =
  /** Contexts and addresses: what was selected, and nothing else. */
  { readonly of: "context"; readonly selection: ContextSelection } | FromTree

/** Files to put into a tree. */
export interface CopyRequest extends StepPlace {
  readonly from: CopyFrom
  readonly inline: ReadonlyArray<InlineFile>
  /** Absolute; a slash at the end means a directory, and is lost nowhere. */
  readonly dest: string
  /** `user[:group]`, to be looked up in the tree; absent means 0:0, or in a copy from a tree the owner there is 0:0 too. */
  readonly chown?: string
  /** Octal digits, or changes such as `u=rwX,go-w`. */
  readonly chmod?: string
}

/** A directory to make. */
export interface WorkdirRequest extends StepPlace {
  /** Absolute, without a slash at the end. */
  readonly path: string
  /** As USER has it: the owner of directories that are made. */
  readonly user: string
}

/** A step could not be carried out: its command ended with another status than 0, or its files could not be had. */
export class StepFailed extends Data.TaggedError("StepFailed")<{
  /** One sentence without a full stop. */
  readonly why: string
  /** Only when a command ran. */
  readonly exitCode?: number
  readonly cause?: unknown
}> {
  override get message() {
    return this.why
  }
}

/**
 * Carries out single steps. Each prepares a draft on the stack, changes it, and commits it: the layer, or none when
 * nothing was changed. Interruption leaves nothing. The executor knows nothing of keys and caches, and what it makes
 * depends on nothing but the request (contents of the context and of images included).
 */
export interface StepExecutorShape {
  readonly run: (request: RunRequest) => Effect.Effect<Option.Option<LayerInfo>, StepFailed>
  readonly copy: (request: CopyRequest) => Effect.Effect<Option.Option<LayerInfo>, StepFailed>
  readonly workdir: (request: WorkdirRequest) => Effect.Effect<Option.Option<LayerInfo>, StepFailed>
  /**
   * For early cut-off: a digest of all that a copy of these sources depends on, and a command that sees the first of
   * them: names, kinds, modes, owners, attributes, bytes and targets of links; times have no part in it.
   */
  readonly contentOf: (from: FromTree) => Effect.Effect<Digest, StepFailed>
}

/** The service tag of {@link StepExecutorShape}. */
export class StepExecutor extends Context.Tag("@gantry/build/StepExecutor")<StepExecutor, StepExecutorShape>() {}
