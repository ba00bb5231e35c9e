import { ComposeFileError } from "@gantry/compose/ComposeFileError"
import { ofBytes } from "@gantry/core/image/Digest"
import { AddressesExhausted, NetworkMissing, NetworkRefused, PortTaken } from "@gantry/core/network/NetworkError"
import { CommandNotExecutable, CommandNotFound, IsolationRefused, NotRunning } from "@gantry/core/runtime/RuntimeError"
import { CredentialsFailure } from "@gantry/core/registry/Credentials"
import {
  ImageNotFound,
  LocalPlaceFailed,
  LoginRequired,
  RegistryBlocked,
  RegistryConfigInvalid,
  RegistryRefused,
  RegistryUnavailable,
  SeveralImages
} from "@gantry/core/registry/RegistryError"
import { DatabaseTooNew } from "@gantry/core/state/Database"
import {
  BlobCorrupt,
  BlobMissing,
  LayerInUse,
  LayerMalformed,
  LayerMissing,
  LayerTooLarge,
  StorageFailure,
  UnsafePath
} from "@gantry/core/store/StoreError"
import { BaseUnavailable } from "@gantry/build/solve/BaseResolver"
import { NoSuchBuild } from "@gantry/engine/build-logs/find-build"
import { CannotAttest } from "@gantry/engine/attest/Attestation"
import { SecretLeaked } from "@gantry/engine/secrets/SecretLeaked"
import { BuildFailed, NotCached } from "@gantry/build/solve/BuildFailed"
import { StepFailed } from "@gantry/build/solve/StepExecutor"
import { FolderProtected } from "@gantry/engine/outputs/export-folder"
import {
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
import { NoAutopsy } from "@gantry/engine/autopsies/Autopsy"
import { StartTooSlow } from "../src/timings/StartTooSlow.ts"
import { ManifestsRefused } from "@gantry/engine/manifests/ManifestsRefused"
import { NoSuchPlatform, UnusableImage } from "@gantry/engine/images/PullError"
import { CompressionFailed } from "@gantry/engine/push/compress-layer"
import { BadBuildFile } from "@gantry/engine/contexts/BadBuildFile"
import { ContextUnavailable } from "@gantry/engine/contexts/ContextSource"
import { CopyRefused } from "@gantry/engine/copy/CopyRefused"
import { describe, expect, it } from "vitest"
import { Usage } from "../src/commands/Usage.ts"
import { ConfigInvalid } from "../src/configuration/ConfigInvalid.ts"
import { PluginFailed } from "../src/plugins/PluginFailed.ts"
import { explain, type Failure } from "../src/show/explain.ts"

const digest = ofBytes("x")
const step = {
  stage: 0,
  stageName: "stage-0",
  number: 2,
  total: 3,
  text: "RUN make",
  range: { start: { line: 4, column: 1 }, end: { line: 4, column: 9 } }
}
const diagnostic = {
  severity: "error" as const,
  code: "x",
  message: "unknown instruction",
  range: step.range,
  source: "RUNN make"
}
const storage = (reason: StorageFailure["reason"], cause: unknown = new Error("deeper")) =>
  new StorageFailure({ operation: "read", reason, subject: "the table", cause })

/** One failure of each kind; the compiler asks for those that are missing. */
const failures: { readonly [Tag in Failure["_tag"]]: Extract<Failure, { readonly _tag: Tag }> } = {
  AddressesExhausted: new AddressesExhausted({ network: "bridge", subnet: "10.0.0.0/24" }),
  AmbiguousId: new AmbiguousId({ kind: "image", prefix: "ab", found: ["abc", "abd"] }),
  BadBuildFile: new BadBuildFile({ path: "Dockerfile", diagnostics: [diagnostic] }),
  BadImageName: new BadImageName({ text: "A", why: "repository name must be lowercase" }),
  BadOption: new BadOption({ option: "mount -v a:b", why: "mount path must be absolute", hint: "begin with a slash" }),
  BaseUnavailable: new BaseUnavailable({ reference: "debian", why: "it is not in the local store" }),
  BlobCorrupt: new BlobCorrupt({ expected: digest, actual: digest, size: 3 }),
  BlobMissing: new BlobMissing({ digest }),
  BuildFailed: new BuildFailed({ step, why: "the command ended with 2", exitCode: 2 }),
  CannotAttest: new CannotAttest({ why: "the image has no database of dpkg or apk" }),
  CommandNotExecutable: new CommandNotExecutable({ container: "c", command: "/etc", why: "is a directory" }),
  CommandNotFound: new CommandNotFound({ container: "c", command: "nope" }),
  ContextUnavailable: new ContextUnavailable({
    context: "https://example.org/a.tar",
    why: "the server has no such file"
  }),
  CopyRefused: new CopyRefused({ why: "no such directory", hint: "make it first" }),
  DatabaseTooNew: new DatabaseTooNew({ path: "/state.db", owner: "images" }),
  FolderProtected: new FolderProtected({ directory: "/", why: "it is the root directory" }),
  ImageBroken: new ImageBroken({ reference: "web", why: "its config is gone" }),
  ManifestsRefused: new ManifestsRefused({
    what: "no such manifest: docker.io/library/a:1",
    why: "docker.io does not have it",
    hint: "push it first"
  }),
  LastPlatform: new LastPlatform({ reference: "web", platforms: ["linux/amd64"] }),
  ImageInUse: new ImageInUse({ reference: "web", why: "stopped container a is using it", force: true, image: digest }),
  IsolationRefused: new IsolationRefused({ container: "c", stage: "unshare", why: "EPERM" }),
  LayerInUse: new LayerInUse({ diffId: digest, users: ["c"] }),
  LayerMalformed: new LayerMalformed({ layer: digest, why: "the archive ends inside an entry", at: 512 }),
  ComposeFileError: new ComposeFileError({
    problems: [{ file: "compose.yaml", line: 3, path: "services.web", message: "no" }]
  }),
  ConfigInvalid: new ConfigInvalid({
    file: "/etc/gantry/gantry.config.json",
    problems: ["plugins.blob-stor: is unexpected"]
  }),
  PluginFailed: new PluginFailed({ module: "./mine", from: "--plugin", why: "there is no /work/mine" }),
  CompressionFailed: new CompressionFailed({ layer: `layer ${digest}`, why: "this runtime cannot write zstd" }),
  LayerTooLarge: new LayerTooLarge({ layer: digest, unit: "bytes", limit: 1000 }),
  LayerMissing: new LayerMissing({ diffId: digest }),
  NameTaken: new NameTaken({ name: "web", holder: "abc" }),
  NetworkMissing: new NetworkMissing({ network: "mine" }),
  NetworkRefused: new NetworkRefused({ action: "create bridge", why: "EPERM" }),
  NoSuchContainer: new NoSuchContainer({ name: "web", near: [] }),
  NoSuchImage: new NoSuchImage({ reference: "web", near: ["wed"] }),
  NoSuchPlatform: new NoSuchPlatform({ reference: "web", wanted: "linux/arm64", available: ["linux/amd64"] }),
  CredentialsFailure: new CredentialsFailure({ place: "/root/.docker/config.json", why: "it is not JSON" }),
  ImageNotFound: new ImageNotFound({ reference: "example.com/web:1" }),
  LocalPlaceFailed: new LocalPlaceFailed({ place: "oci:/srv/app", reason: "Missing", why: "there is no such folder" }),
  LoginRequired: new LoginRequired({ registry: "example.com", reference: "example.com/web:1" }),
  RegistryBlocked: new RegistryBlocked({ reference: "example.com/web:1", file: "/etc/gantry.json" }),
  RegistryConfigInvalid: new RegistryConfigInvalid({ file: "/etc/gantry.json", key: "", why: "it is not JSON" }),
  RegistryRefused: new RegistryRefused({ registry: "example.com", code: "DENIED", detail: "no" }),
  RegistryUnavailable: new RegistryUnavailable({ registry: "example.com", why: "connection refused" }),
  SeveralImages: new SeveralImages({ place: "oci:/srv/app", names: ["a", "b"] }),
  UnusableImage: new UnusableImage({ reference: "web", why: "it is an artifact", hint: "fetch it otherwise" }),
  NotCached: new NotCached({ step, why: { kind: "first" } }),
  NotRunning: new NotRunning({ container: "c" }),
  PortTaken: new PortTaken({ address: "0.0.0.0", port: 80, protocol: "tcp", holder: "container web" }),
  NoSuchBuild: new NoSuchBuild({ asked: "b" }),
  SecretLeaked: new SecretLeaked({ leaks: [{ id: "t", where: "/f", form: "raw" }] }),
  StepFailed: new StepFailed({ why: "no source matched" }),
  StorageFailure: storage("Other"),
  UnsafePath: new UnsafePath({ path: "../x", why: "it leads out of a directory" }),
  Usage: new Usage({ message: "several platforms at once", status: 125 }),
  WrongPlatform: new WrongPlatform({ reference: "web", wanted: "linux/arm64", found: "linux/amd64" }),
  StartTooSlow: new StartTooSlow({ container: "web", took: 400, allowed: 300, slowest: "network 200 ms" }),
  NoAutopsy: new NoAutopsy({ asked: "web" }),
  NoSuchVolume: new NoSuchVolume({ name: "dat", near: ["data"] }),
  NotReady: new NotReady({ container: "web", why: "it ended with 1" }),
  RuntimeUnable: new RuntimeUnable({ runtime: "memory", ability: "pause containers" }),
  VolumeInUse: new VolumeInUse({ name: "data", containers: ["web"], ids: ["abc"] }),
  WrongState: new WrongState({
    container: "web",
    id: "abc",
    verb: "remove",
    why: "container is running",
    hint: "stop it first"
  })
}
const each = Object.values(failures)

describe("explain", () => {
  it.each(each.map((failure) => [failure._tag, failure] as const))(
    "says of %s what failed, in a sentence",
    (_, failure) => {
      const { todo, what, why } = explain(failure)
      for (const text of [what, why, todo]) {
        if (text === undefined) continue
        expect(text.trim()).toBe(text)
        expect(text).not.toBe("")
        expect(text).not.toMatch(/undefined|\[object|NaN/)
        expect(text).not.toMatch(/\.$/)
      }
    }
  )

  /** Where nothing general can be advised, the sentence itself has the reason. */
  const reasonOnly = new Set(["BaseUnavailable", "ContextUnavailable", "StepFailed", "Usage", "BadBuildFile"])

  it.each(each.map((failure) => [failure._tag, failure] as const))("says of %s why, or what to do", (tag, failure) => {
    const { todo, what, why } = explain(failure)
    expect(why !== undefined || todo !== undefined || (reasonOnly.has(tag) && what.length > 10)).toBe(true)
  })

  it("ends as Docker does when a command cannot be run", () => {
    expect(explain(failures.CommandNotFound).status).toBe(127)
    expect(explain(failures.CommandNotExecutable).status).toBe(126)
    expect(explain(failures.Usage).status).toBe(125)
    expect(explain(failures.NotCached).status).toBe(3)
    expect(explain(failures.PortTaken).status).toBeUndefined()
  })

  it.each([
    ["nope", undefined, "container's PATH", "by its full path"],
    ["/bin/nope", undefined, "no such file", "spelling"],
    ["/bin/script", "its interpreter is not there", "its interpreter is not there", "first line"]
  ])("says of the command %s, which lacks %s, what is missing and what helps", (command, lacks, missing, helps) => {
    const failure = new CommandNotFound({ container: "c", command, ...(lacks === undefined ? {} : { lacks }) })
    const { todo, what, why } = explain(failure)
    expect(why).toContain(missing)
    expect(todo).toContain(helps)
    expect(what.includes("$PATH")).toBe(!command.includes("/"))
  })

  it("advises to get an image again whose blobs are gone or damaged", () => {
    for (const failure of [failures.BlobMissing, failures.BlobCorrupt, failures.LayerMissing]) {
      expect(explain(failure).todo).toBe("build or pull the image again")
    }
  })

  it("asks whether another name was meant, and else says how to see what there is", () => {
    expect(explain(failures.NoSuchImage).todo).toBe("did you mean wed?")
    expect(explain(new NoSuchImage({ reference: "web", near: ["wed", "wep"] })).todo).toBe("did you mean wed or wep?")
    expect(explain(new NoSuchImage({ reference: "web", near: [] })).todo).toContain("gantry images")
    expect(explain(failures.NoSuchContainer).todo).toContain("gantry ps -a")
  })

  it("names the instruction, its line and the reason of a failed build", () => {
    expect(explain(failures.BuildFailed)).toMatchObject({
      what: "build step failed: RUN make (line 4)",
      why: "the command ended with 2"
    })
  })

  it("offers a shell where a command failed, unless there was one", () => {
    const { BuildFailed: failed } = failures
    const again = (more: object) => explain(new BuildFailed({ ...failed, cause: failed.cause, exitCode: 2, ...more }))
    expect(again({}).todo).toContain("--on-error=shell opens a shell")
    expect(again({ hadShell: true }).todo).toBe("steps before it are kept in the cache")
  })

  it("shows every mistake of a Dockerfile where it is", () => {
    expect(explain(failures.BadBuildFile).what).toContain("Dockerfile:4:1: error: unknown instruction")
  })

  it("tells a full disk from a missing right", () => {
    expect(explain(storage("NoSpace")).why).toBe("no space is left on the disk")
    expect(explain(storage("PermissionDenied")).todo).toContain("root")
    expect(explain(storage("Other")).why).toBe("deeper")
    expect(explain(storage("Other", "text")).why).toBe("text")
    const { BuildFailed: failed } = failures
    const full = explain(new BuildFailed({ ...failed, why: "the store could not", cause: storage("NoSpace") }))
    expect([full.why, full.todo]).toEqual([
      "no space is left on the disk",
      expect.stringContaining("gantry system prune --dry-run")
    ])
  })

  it("promises no help from --force that it would not give", () => {
    expect(explain(failures.ImageInUse).todo).toContain("--force")
    // Of an image with several names no container is in the way.
    expect(explain(failures.ImageInUse).todo).not.toContain("container")
    expect(
      explain(new ImageInUse({ reference: "web", why: "running", force: false, image: digest })).todo ?? ""
    ).not.toContain("--force")
  })

  it("says who holds a port", () => {
    expect(explain(failures.PortTaken).what).toContain("container web")
  })
})
