import type { BaseUnavailable } from "@gantry/build/solve/BaseResolver"
import type { BuildFailed, NotCached } from "@gantry/build/solve/BuildFailed"
import type { StepFailed } from "@gantry/build/solve/StepExecutor"
import type { ComposeFileError } from "@gantry/compose/ComposeFileError"
import type { NetworkError } from "@gantry/core/network/NetworkError"
import type { RegistryError } from "@gantry/core/registry/RegistryError"
import type { RuntimeError } from "@gantry/core/runtime/RuntimeError"
import type {
  AmbiguousId,
  BadImageName,
  BadOption,
  ImageBroken,
  ImageInUse,
  LastPlatform,
  NameTaken,
  NoSuchContainer,
  NoSuchImage,
  WrongPlatform,
  NoSuchVolume,
  NotReady,
  RuntimeUnable,
  VolumeInUse,
  WrongState
} from "@gantry/engine/EngineError"
import type { StartTooSlow } from "../timings/StartTooSlow.ts"
import type { NoAutopsy } from "@gantry/engine/autopsies/Autopsy"
import type { NoSuchBuild } from "@gantry/engine/build-logs/find-build"
import type { NoSuchPlatform, UnusableImage } from "@gantry/engine/images/PullError"
import type { ManifestsRefused } from "@gantry/engine/manifests/ManifestsRefused"
import type { FolderProtected } from "@gantry/engine/outputs/export-folder"
import type { BadBuildFile } from "@gantry/engine/contexts/BadBuildFile"
import type { ContextUnavailable } from "@gantry/engine/contexts/ContextSource"
import type { CopyRefused } from "@gantry/engine/copy/CopyRefused"
import type { CannotAttest } from "@gantry/engine/attest/Attestation"
import type { SecretLeaked } from "@gantry/engine/secrets/SecretLeaked"
import type { Usage } from "../commands/Usage.ts"
import type { ConfigInvalid } from "../configuration/ConfigInvalid.ts"
import type { PluginFailed } from "../plugins/PluginFailed.ts"
import { type Explanation, optional, withoutLogins } from "./Explanation.ts"
import { explainBuildFailed } from "./explain-build.ts"
import { explainComposeFile } from "./explain-compose.ts"
import { explainNetwork } from "./explain-network.ts"
import { explainRegistry } from "./explain-registry.ts"
import { explainRuntime } from "./explain-runtime.ts"
import { explainStorage, type StoreFailure } from "./explain-storage.ts"

export type { Explanation } from "./Explanation.ts"

/** Every failure a command can end with. The compiler checks that each is explained. */
export type Failure =
  | AmbiguousId
  | BadBuildFile
  | BadImageName
  | BadOption
  | BaseUnavailable
  | BuildFailed
  | ComposeFileError
  | ConfigInvalid
  | ContextUnavailable
  | CopyRefused
  | FolderProtected
  | ImageBroken
  | ImageInUse
  | LastPlatform
  | ManifestsRefused
  | NameTaken
  | NetworkError
  | NoSuchBuild
  | NoSuchContainer
  | NoSuchImage
  | NoSuchPlatform
  | NotCached
  | PluginFailed
  | RegistryError
  | RuntimeError
  | CannotAttest
  | SecretLeaked
  | StepFailed
  | StoreFailure
  | UnusableImage
  | Usage
  | WrongPlatform
  | NoAutopsy
  | StartTooSlow
  | NoSuchVolume
  | NotReady
  | RuntimeUnable
  | VolumeInUse
  | WrongState

const meant = (near: ReadonlyArray<string>): string | undefined =>
  near.length === 0 ? undefined : `did you mean ${near.join(" or ")}?`

const inUseHint = ({ force, user }: ImageInUse): string | undefined => {
  if (!force) return "stop the container first"
  return user === undefined
    ? "name those that shall go, or remove all with --force"
    : "remove the containers first, or use --force"
}

/** One explanation for each failure. */
export const explain = (failure: Failure): Explanation => withoutLogins(explanationOf(failure))

const explanationOf = (failure: Failure): Explanation => {
  switch (failure._tag) {
    case "Usage":
      return { what: failure.message, ...optional(failure.hint), status: failure.status }
    case "ComposeFileError":
      return explainComposeFile(failure)
    case "NoSuchImage":
      return {
        what: failure.message,
        why: failure.why ?? "it is not in the local store",
        todo: meant(failure.near) ?? "gantry images lists what is there; gantry build -t NAME PATH makes an image"
      }
    case "BadImageName":
      return { what: failure.message, todo: "names look like host:port/path/name:tag, in lower case" }
    case "ImageInUse":
      return {
        what: failure.message,
        ...optional(inUseHint(failure))
      }
    case "LastPlatform":
      return { what: failure.message, todo: `gantry rmi ${failure.reference} removes the image` }
    case "ImageBroken":
      return { what: failure.message, todo: "build or pull it again" }
    case "WrongPlatform":
      return { what: failure.message, todo: "build it for this platform, or leave --platform out" }
    case "NoSuchPlatform":
      return {
        what: failure.message,
        why: failure.available.length === 0 ? "no platform is named" : `it is made for ${failure.available.join(", ")}`,
        todo: "choose one of them with --platform; it may not run on this machine"
      }
    case "UnusableImage":
      return { what: failure.message, ...optional(failure.hint) }
    case "ManifestsRefused":
      return { what: failure.what, ...(failure.why === undefined ? {} : { why: failure.why }), todo: failure.hint }
    case "CredentialsFailure":
    case "ImageNotFound":
    case "LocalPlaceFailed":
    case "LoginRequired":
    case "RegistryBlocked":
    case "RegistryConfigInvalid":
    case "RegistryRefused":
    case "RegistryUnavailable":
    case "SeveralImages":
      return explainRegistry(failure)
    case "NoSuchBuild":
      return {
        what: failure.message,
        todo:
          failure.build === undefined
            ? "gantry build history lists the builds that something is kept of"
            : `gantry build log ${failure.build} shows its steps`
      }
    case "NoSuchContainer":
      return { what: failure.message, ...optional(meant(failure.near) ?? "gantry ps -a lists all containers") }
    case "AmbiguousId":
      return { what: failure.message, todo: "give more characters of the ID" }
    case "NameTaken":
      return { what: failure.message, todo: `remove or rename it (gantry rm ${failure.name}), or choose another name` }
    case "StartTooSlow":
      return { what: failure.message, todo: "gantry run --timings shows all of its parts" }
    case "NoAutopsy":
      return {
        what: failure.message,
        todo: "gantry autopsy --list shows those that are kept: of runs with --rm that failed, for a day"
      }
    case "NoSuchVolume":
      return {
        what: failure.message,
        ...optional(
          failure.near.length === 0
            ? "gantry volume ls shows all volumes"
            : `did you mean ${failure.near.join(" or ")}?`
        )
      }
    case "VolumeInUse":
      return { what: failure.message, todo: "remove those containers first (gantry rm)" }
    case "NotReady":
      return { what: failure.message, todo: `look what it wrote: gantry logs ${failure.container}`, status: 1 }
    case "RuntimeUnable":
      return { what: failure.message, todo: "use another runtime" }
    case "WrongState":
      return { what: failure.message, ...optional(failure.hint) }
    case "CopyRefused":
      return {
        what: failure.message,
        ...(failure.because === undefined ? {} : { why: failure.because }),
        ...optional(failure.hint)
      }
    case "BadOption":
      return { what: failure.message, ...optional(failure.hint) }
    case "CommandNotFound":
    case "CommandNotExecutable":
    case "IsolationRefused":
    case "NotRunning":
      return explainRuntime(failure)
    case "PortTaken":
    case "AddressesExhausted":
    case "NetworkMissing":
    case "NetworkRefused":
      return explainNetwork(failure)
    case "StorageFailure":
    case "BlobMissing":
    case "BlobCorrupt":
    case "CompressionFailed":
    case "LayerMissing":
    case "LayerMalformed":
    case "LayerTooLarge":
    case "LayerInUse":
    case "UnsafePath":
    case "DatabaseTooNew":
      return explainStorage(failure)
    case "FolderProtected":
      return { what: failure.message, todo: "name a folder that holds nothing but the output" }
    case "BaseUnavailable":
      return { what: `could not get the base image ${failure.message}` }
    case "ConfigInvalid":
      return {
        what: failure.message,
        why: failure.problems.join("; "),
        todo: "mend it; GANTRY_CONFIG=/dev/null does without configuration",
        status: 125
      }
    case "PluginFailed":
      return { what: failure.message, why: failure.why, ...optional(failure.hint), status: 125 }
    case "BadBuildFile":
      return {
        what: failure.message,
        ...optional(failure.why === undefined ? undefined : (failure.hint ?? "name the Dockerfile with -f"))
      }
    case "ContextUnavailable":
      return { what: `could not get the files to build from: ${failure.message}`, ...optional(failure.hint) }
    case "BuildFailed":
      return explainBuildFailed(failure)
    case "NotCached":
      return { what: failure.message, todo: "leave --require-cached out to build it", status: 3 }
    case "CannotAttest":
      return {
        what: "could not say what was asked for of the image",
        why: failure.why,
        todo: "leave --sbom out, or attach a document of another program to what was pushed"
      }
    case "SecretLeaked":
      return {
        what: failure.message,
        why: "whoever has the image or the cache could read it there",
        todo: "use it only where it is given (RUN --mount=type=secret, run --secret), or pass --allow-secret-leak if it may be seen"
      }
    case "StepFailed":
      return { what: failure.message }
  }
}
