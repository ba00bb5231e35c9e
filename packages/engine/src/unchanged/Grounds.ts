import type { SolveEvent } from "@gantry/build/solve/SolveEvent"
import type { Digest } from "@gantry/core/image/Digest"
import type { StepKey, StepPlace } from "@gantry/core/store/BuildCache"
import type { LockedInput } from "../lock/LockFile.ts"
import type { Look } from "./looks.ts"

/** A step that the cache has, and what it has for it. */
export interface GroundStep {
  readonly key: StepKey
  readonly place: StepPlace
  readonly layer: Digest | null
}

/** A name of an image, complete, and what it led to, as {@link whereNameLeads} says it. */
export interface GroundName {
  readonly name: string
  readonly leads: string
}

/** A small file that a build read by its path: the digest of its text; null when it was not there. */
export interface GroundText {
  readonly path: string
  readonly digest: Digest | null
}

/**
 * What a build rested on of which everything is cached. While all of it is as it was, the same build on the same command
 * line gives the same image, and nothing of it has to be worked out again. Plain data.
 */
export interface Grounds {
  /** Milliseconds since 1970, when the build ended. */
  readonly at: number
  /** The context: an absolute path. */
  readonly root: string
  /** Whether that is in the work tree of a repository, where modes count differently. */
  readonly inWorkTree: boolean
  /** What was looked at below it. */
  readonly looks: ReadonlyArray<Look>
  /** The Dockerfile, the files that could stand in for it, its ignore files and its lock file. */
  readonly texts: ReadonlyArray<GroundText>
  /** Images that the Dockerfile names, by their IDs, and the names that the built one has. */
  readonly bases: ReadonlyArray<Digest>
  readonly names: ReadonlyArray<GroundName>
  readonly steps: ReadonlyArray<GroundStep>
  /** What was built: ID and digest of its manifest. */
  readonly image: { readonly id: Digest; readonly manifest: Digest }
  /** How the build is called in records. */
  readonly about: {
    readonly dockerfile: string
    readonly context: string
    readonly names: ReadonlyArray<string>
    readonly target?: string
  }
  readonly inputs: ReadonlyArray<LockedInput>
  /** What is told of the build when it is done again. */
  readonly events: ReadonlyArray<SolveEvent>
}
