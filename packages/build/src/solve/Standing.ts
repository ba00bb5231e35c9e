import type * as Effect from "effect/Effect"
import { type Digest, ofBytes } from "@gantry/core/image/Digest"
import type { HistoryEntry, ImageConfig } from "@gantry/core/image/ImageConfig"
import type { Stack } from "@gantry/core/store/LayerStore"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import type { BuildGraph, StageNode, StepNode } from "../graph/BuildGraph.ts"
import type { Cause } from "../key/Cause.ts"
import type { Parent, StepFacts } from "../key/StepFacts.ts"
import type { BaseImage } from "./BaseResolver.ts"
import type { BuildContext } from "./BuildContext.ts"
import type { BuildFailed } from "./BuildFailed.ts"
import type { StepReport } from "./BuildResult.ts"
import type { Hit } from "./Hit.ts"
import type { KeyedAction } from "./facts-of-action.ts"
import type { SolveEvent, StepLabel } from "./SolveEvent.ts"
import type { RemoteFound, RemoteWanted } from "./Sources.ts"
import type { StageState } from "./stage-state.ts"
import type { StepExecutorShape } from "./StepExecutor.ts"
import type { Steps } from "./Steps.ts"

/** Where a stage stands between two steps, and at its end. */
export interface Standing {
  readonly state: StageState
  readonly stack: Stack
  /** Digest of the stack, without counting it again. */
  readonly chain: Digest
  readonly parent: Parent
  /** A step ran again, so everything after it does too. */
  readonly missed?: Cause
  /** Only in plans: the base is not here, so that keys and settings of what stands on it are not known. */
  readonly unknown?: boolean
  /** False once a layer may not be what its key says. */
  readonly recordable: boolean
  readonly history: ReadonlyArray<HistoryEntry>
  /** Time of the last step, RFC 3339. */
  readonly created?: string
  /** The image at the bottom, for what settings do not say. */
  readonly base?: ImageConfig
  readonly reports: ReadonlyArray<StepReport>
}

/** What the stages of one build share. */
export interface Workshop {
  readonly graph: BuildGraph
  readonly context: BuildContext
  readonly executor: StepExecutorShape
  readonly steps: Steps
  readonly stage: (index: number) => Effect.Effect<Standing, BuildFailed | StorageFailure>
  /** An image, or in a plan why there is none. */
  readonly image: (
    reference: string,
    stage: StageNode,
    label: StepLabel
  ) => Effect.Effect<BaseImage | Extract<Cause, { readonly kind: "absent" }>, BuildFailed>
  /** Files of a `--build-context`. */
  readonly named: (name: string, label: StepLabel) => Effect.Effect<BuildContext, BuildFailed>
  /** What is at an address. */
  readonly remote: (wanted: RemoteWanted, label: StepLabel) => Effect.Effect<RemoteFound, BuildFailed>
  /** Takes one of the places where steps are executed. */
  readonly withPlace: <A, E>(work: Effect.Effect<A, E>) => Effect.Effect<A, E>
  /** Why the cache must not be asked in a stage; absent when it may. */
  readonly skip: (stage: number) => Cause | undefined
  readonly options: { readonly [name: string]: string }
  readonly secretOptions: { readonly [name: string]: string }
  /** Seconds since 1970. */
  readonly epoch?: number
  /** Nothing is executed, fetched or written; what would run is reported as missing. */
  readonly isPlan: boolean
  /** Steps are known by the files that they stand on and take, not by the steps that made them. */
  readonly earlyCutoff: boolean
  /** Told of each step whose result the cache has, settings left out. */
  readonly onHit?: (hit: Hit) => void
  readonly spell: (facts: StepFacts) => string
  readonly emit: (event: SolveEvent) => void
}

/** An instruction after folding. */
export interface Folded {
  readonly node: StepNode
  readonly stage: StageNode
  readonly label: StepLabel
  readonly action: KeyedAction
  readonly createdBy: string
  readonly state: StageState
  /** All instructions of the stage in one line each, FROM left out. */
  readonly texts: ReadonlyArray<string>
}

/** The digest of no layers. */
export const nothing = ofBytes("")

/** The digest of a stack with one layer more. Not the chainID of the specification, only as unique. */
export const onto = (chain: Digest, layer: Digest | null): Digest =>
  layer === null ? chain : ofBytes(`${chain} ${layer}`)

/** A time that may not be known, as a field. */
export const timed = (created: string | undefined) => (created === undefined ? {} : { created })
