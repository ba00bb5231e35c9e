import type { Digest } from "@gantry/core/image/Digest"
import * as Data from "effect/Data"

/** No image has this name or ID here. Building, pulling or loading it helps. */
export class NoSuchImage extends Data.TaggedError("NoSuchImage")<{
  readonly reference: string
  /** Names of local images that look alike. */
  readonly near: ReadonlyArray<string>
  /** Where it was looked for, when not in the local store alone. */
  readonly why?: string
}> {
  override get message() {
    return `no such image: ${this.reference}`
  }
}

/** The name of an image is not well formed. */
export class BadImageName extends Data.TaggedError("BadImageName")<{ readonly text: string; readonly why: string }> {
  override get message() {
    return `invalid reference format: ${JSON.stringify(this.text)}: ${this.why}`
  }
}

/** The image cannot be removed: containers or several names use it. */
export class ImageInUse extends Data.TaggedError("ImageInUse")<{
  readonly reference: string
  readonly why: string
  /** Whether `--force` would remove it. */
  readonly force: boolean
  readonly image: Digest
  /** The container that uses it, when one does, and whether it runs. */
  readonly user?: { readonly id: string; readonly running: boolean }
}> {
  override get message() {
    return `unable to remove image ${this.reference}: ${this.why}`
  }
}

/** What the store says of an image cannot be read back. */
export class ImageBroken extends Data.TaggedError("ImageBroken")<{ readonly reference: string; readonly why: string }> {
  override get message() {
    return `image ${this.reference} cannot be used: ${this.why}`
  }
}

/** The image was made for another kind of machine. */
export class WrongPlatform extends Data.TaggedError("WrongPlatform")<{
  readonly reference: string
  readonly wanted: string
  readonly found: string
}> {
  override get message() {
    return `image ${this.reference} is for ${this.found}, not for ${this.wanted}`
  }
}

/** All platforms of an image were to be taken from it, or the only one. What is left would be no image. */
export class LastPlatform extends Data.TaggedError("LastPlatform")<{
  readonly reference: string
  readonly platforms: ReadonlyArray<string>
}> {
  override get message() {
    return `unable to remove a platform of image ${this.reference}: ${this.platforms.join(", ")} is all that it has`
  }
}

/** No container has this name or ID. */
export class NoSuchContainer extends Data.TaggedError("NoSuchContainer")<{
  readonly name: string
  readonly near: ReadonlyArray<string>
}> {
  override get message() {
    return `No such container: ${this.name}`
  }
}

/** No volume has this name. */
export class NoSuchVolume extends Data.TaggedError("NoSuchVolume")<{
  readonly name: string
  readonly near: ReadonlyArray<string>
}> {
  override get message() {
    return `no such volume: ${this.name}`
  }
}

/** Containers mount the volume. */
export class VolumeInUse extends Data.TaggedError("VolumeInUse")<{
  readonly name: string
  /** Names of the containers. */
  readonly containers: ReadonlyArray<string>
  /** Their IDs, in the same order. */
  readonly ids: ReadonlyArray<string>
}> {
  override get message() {
    return `unable to remove volume: remove ${this.name}: volume is in use - [${this.containers.join(", ")}]`
  }
}

/** Several IDs begin with what was given. */
export class AmbiguousId extends Data.TaggedError("AmbiguousId")<{
  readonly kind: "container" | "image"
  readonly prefix: string
  readonly found: ReadonlyArray<string>
}> {
  override get message() {
    return `${this.kind} ID ${this.prefix} is ambiguous: ${this.found.map((id) => id.slice(0, 12)).join(", ")}`
  }
}

/** Another container has the name. */
export class NameTaken extends Data.TaggedError("NameTaken")<{ readonly name: string; readonly holder: string }> {
  override get message() {
    return `the container name "/${this.name}" is already in use by container "${this.holder}"`
  }
}

/** The container is not in the state the verb needs. */
export class WrongState extends Data.TaggedError("WrongState")<{
  readonly container: string
  readonly id: string
  /** What was asked: `remove`, `exec in`. */
  readonly verb: string
  /** The state it is in, and what would help. */
  readonly why: string
  readonly hint?: string
}> {
  override get message() {
    return `cannot ${this.verb} container ${this.container}: ${this.why}`
  }
}

/** The container runs, or ran, and is not what one waited for. */
export class NotReady extends Data.TaggedError("NotReady")<{ readonly container: string; readonly why: string }> {
  override get message() {
    return `container ${this.container} did not become ready: ${this.why}`
  }
}

/** The runtime cannot do it on this host, or at all. */
export class RuntimeUnable extends Data.TaggedError("RuntimeUnable")<{
  /** As `inspect` spells it. */
  readonly runtime: string
  /** What was asked, as a verb: `pause containers`. */
  readonly ability: string
}> {
  override get message() {
    return `the runtime "${this.runtime}" cannot ${this.ability}`
  }
}

/** The options of a container contradict each other, the image, or the host. */
export class BadOption extends Data.TaggedError("BadOption")<{
  /** As typed: `--publish 80:`, `-v a:b`. */
  readonly option: string
  readonly why: string
  readonly hint?: string
}> {
  override get message() {
    return `invalid ${this.option}: ${this.why}`
  }
}
