import type { ContextTree } from "@gantry/build/context/ContextTree"
import type { BaseResolverShape } from "@gantry/build/solve/BaseResolver"
import type { SolveEvent } from "@gantry/build/solve/SolveEvent"
import { type ImageRef } from "@gantry/core/image/ImageRef"
import { type Platform } from "@gantry/core/image/Platform"
import type * as Effect from "effect/Effect"
import type { AttestWish } from "../attest/Attestation.ts"
import type { CacheSource, CacheTarget } from "../cache-sharing/CachePlace.ts"
import { type ContextSource, type NamedSource } from "../contexts/ContextSource.ts"
import { type DockerfileSource } from "../contexts/open-context.ts"
import type { EnsureOptions } from "../images/ensure-image.ts"
import type { Output } from "../outputs/Output.ts"
import type { Squash } from "../outputs/squash.ts"
import type { OnPushEvent } from "../push/PushEvent.ts"
import { type Secret } from "../secrets/Secrets.ts"
import type { Agent } from "../ssh/Agent.ts"
import type { FailedCommand } from "../steps/FailedCommand.ts"
import type { Unsaid } from "./finished-config.ts"
import { type Surroundings } from "../steps/Surroundings.ts"

/** A build as asked for. Paths are absolute. */
export interface BuildRequest {
  readonly context: ContextSource
  /** The usual file of the context when absent. */
  readonly dockerfile?: DockerfileSource
  /** `--build-context`, by names as `contextName` spells them. */
  readonly contexts?: ReadonlyMap<string, NamedSource>
  /** Variables of the caller, for git. */
  readonly env?: { readonly [name: string]: string | undefined }
  readonly names: ReadonlyArray<ImageRef>
  readonly buildArgs: ReadonlyMap<string, string>
  readonly labels: { readonly [name: string]: string }
  readonly target?: string
  /** What the image does not say of itself, whoever has said it. */
  readonly unsaid?: Unsaid
  /** Stages that are built besides the target become images without names. */
  readonly saveStages?: boolean
  /** In the order of an index; at least one, each once. */
  readonly platforms: ReadonlyArray<Platform>
  /** What becomes of it. Only the image in the store, if empty. */
  readonly outputs: ReadonlyArray<Output>
  /** What is said of the image where it is sent. */
  readonly attest?: AttestWish
  /** Several layers become one; each step has its own when absent. */
  readonly squash?: Squash
  /** Where the cache is not asked: everywhere, or in stages by name or position. */
  readonly noCache: boolean | ReadonlyArray<string>
  /** Milliseconds after which an earlier result is made anew. */
  readonly ttlMs?: number
  /** See `SolveRequest.earlyCutoff`. */
  readonly earlyCutoff?: boolean
  /** What RUN uses unless it says otherwise itself. */
  readonly network: "default" | "none" | "host"
  /** For `RUN --mount=type=secret`. */
  readonly secrets?: ReadonlyArray<Secret>
  /** For `RUN --mount=type=ssh`, and `default` for ADD of repositories: agents by ids. */
  readonly agents?: ReadonlyMap<string, Agent>
  /** What commands find around them; as usual when absent. */
  readonly surroundings?: Surroundings
  /** Told of a command that failed, before what it made is thrown away. */
  readonly onFailure?: (failed: FailedCommand) => Effect.Effect<void>
  /** A secret's value found in the image is a warning and does not stop the build. */
  readonly allowSecretLeak?: boolean
  /** How many steps are executed at once; what the settings say when absent. */
  readonly jobs?: number
  /** Images and addresses are what the lock file beside the Dockerfile says, and nothing that it does not name is taken. */
  readonly locked?: boolean
  /** The same, and what the lock file does not name is taken as it is now and written into it; it is made when missing. */
  readonly lock?: boolean
  /** No registry, web server or repository is asked for anything; commands have their network all the same. */
  readonly offline?: boolean
  /** Fails before anything runs or is fetched when something would have to. */
  readonly requireCached: boolean
  /** Where results of others are looked for, in this order. */
  readonly cacheFrom: ReadonlyArray<CacheSource>
  /** Where the results are left for others, once the build has succeeded. */
  readonly cacheTo: ReadonlyArray<CacheTarget>
  /** See `EpochRequest`. */
  readonly epoch?: number | "context"
  readonly reproducible?: boolean
  /** Takes sentences about what went wrong and does not end the build. */
  readonly onWarning: (text: string) => void
  readonly onEvent: (event: SolveEvent) => void
  /** Listens to what is pushed. */
  readonly onPush?: OnPushEvent
  /** When registries are asked for base images, and who listens; when they are not here, if absent. */
  readonly bases?: EnsureOptions
  /** Watches what the build looks at: what each returns is used in the place of what it was given. */
  readonly seen?: {
    readonly tree: (context: ContextTree) => ContextTree
    readonly bases: (images: BaseResolverShape) => BaseResolverShape
  }
}
