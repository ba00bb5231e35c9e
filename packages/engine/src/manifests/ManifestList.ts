import type { Digest } from "@gantry/core/image/Digest"
import * as MediaType from "@gantry/core/image/MediaType"
import type { ManifestBytes } from "@gantry/core/registry/Registry"
import type { EntryPlatform, IndexEntry } from "./IndexEntry.ts"

/** One image of a list that is being put together. */
export interface ListedManifest {
  /** The complete name that it was added by. */
  readonly source: string
  /** ID of the local image that it is; absent for one that lies in the registry of its name. */
  readonly image?: Digest
  readonly mediaType: string
  readonly digest: Digest
  readonly bytes: Uint8Array
  /** What it is for, as its config says, or as somebody has annotated it since. */
  readonly platform?: EntryPlatform
}

/** Docker keeps each manifest of a list in a file of this name, and lists them in the order of these. */
const fileName = (source: string): string => source.replaceAll(":", "-").replaceAll("/", "_")

/** The manifests of a list in the order of their names that Docker has, so that both make the same list of them. */
export const inOrder = <Listed extends Pick<ListedManifest, "source">>(
  manifests: ReadonlyArray<Listed>
): ReadonlyArray<Listed> => manifests.toSorted((a, b) => (fileName(a.source) < fileName(b.source) ? -1 : 1))

/** A manifest that a list can speak of, wherever it lies. */
export interface ShownManifest extends Omit<ListedManifest, "image"> {
  /** Bytes of the manifest, where its bytes are not at hand. */
  readonly size?: number
}

/** What a list says of one of its manifests. */
export const entryOf = ({ bytes, digest, mediaType, platform, size = bytes.length }: ShownManifest): IndexEntry => ({
  mediaType,
  digest,
  size,
  ...(platform === undefined ? {} : { platform })
})

/**
 * The list as Docker writes it: an index if the first manifest is one of OCI, else a manifest list of Docker's. The same
 * entries in the same order give the same bytes. Annotations are left out.
 */
export const listDocument = (entries: ReadonlyArray<IndexEntry>): ManifestBytes => {
  const mediaType = entries[0]?.mediaType === MediaType.ociManifest ? MediaType.ociIndex : MediaType.dockerIndex
  const document = {
    schemaVersion: 2,
    mediaType,
    manifests: entries.map(({ digest, mediaType: type, platform, size }) => ({
      mediaType: type,
      size,
      digest,
      platform: platform === undefined ? { architecture: "", os: "" } : inDockersOrder(platform)
    }))
  }
  return { mediaType, bytes: new TextEncoder().encode(JSON.stringify(document, undefined, 3)) }
}

const inDockersOrder = (platform: EntryPlatform): EntryPlatform => ({
  architecture: platform.architecture,
  os: platform.os,
  ...(platform["os.version"] === undefined ? {} : { "os.version": platform["os.version"] }),
  ...(platform["os.features"] === undefined ? {} : { "os.features": platform["os.features"] }),
  ...(platform.variant === undefined ? {} : { variant: platform.variant })
})

/** What somebody adds to what a manifest is for. What is empty leaves it as it is. */
export interface PlatformWish {
  readonly os: string
  readonly architecture: string
  readonly osVersion: string
  /** Added to those that are there. */
  readonly osFeatures: ReadonlyArray<string>
  readonly variant: string
}

/** A platform with what somebody wishes of it. */
export const annotatedPlatform = (platform: EntryPlatform | undefined, wish: PlatformWish): EntryPlatform => {
  const version = wish.osVersion === "" ? platform?.["os.version"] : wish.osVersion
  const variant = wish.variant === "" ? platform?.variant : wish.variant
  const features = [...new Set([...(platform?.["os.features"] ?? []), ...wish.osFeatures])]
  return {
    architecture: wish.architecture === "" ? (platform?.architecture ?? "") : wish.architecture,
    os: wish.os === "" ? (platform?.os ?? "") : wish.os,
    ...(version === undefined ? {} : { "os.version": version }),
    ...(features.length === 0 ? {} : { "os.features": features }),
    ...(variant === undefined ? {} : { variant })
  }
}

/** Architectures by operating system, those that Docker lets a manifest be annotated with. */
const architectures: { readonly [os: string]: string } = {
  aix: "ppc64",
  android: "386 amd64 arm arm64",
  darwin: "386 amd64 arm arm64",
  dragonfly: "amd64",
  freebsd: "386 amd64 arm arm64",
  illumos: "amd64",
  js: "wasm",
  linux: "386 amd64 arm arm64 loong64 mips mips64 mips64le mipsle ppc64 ppc64le riscv64 s390x",
  netbsd: "386 amd64 arm arm64",
  openbsd: "386 amd64 arm arm64",
  plan9: "386 amd64 arm",
  solaris: "amd64",
  windows: "386 amd64 arm arm64"
}

/** Whether there are machines of this kind, so that a slip of the hand is not pushed. */
export const isMachine = ({ architecture, os }: EntryPlatform): boolean =>
  Object.hasOwn(architectures, os) && (architectures[os] ?? "").split(" ").includes(architecture)
