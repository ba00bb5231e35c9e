/**
 * What a program was compiled for.
 *
 * Spec: OCI image-spec, image-index.md, property "platform". The words are Go's GOOS and GOARCH.
 */
export interface Platform {
  readonly os: string
  readonly architecture: string
  readonly variant?: string
}

/** The platform of a Linux machine, from Node's name of its processor. */
export const ofMachine = (arch: string): Platform => {
  switch (arch) {
    case "x64":
      return { os: "linux", architecture: "amd64" }
    case "arm64":
      return { os: "linux", architecture: "arm64", variant: "v8" }
    case "arm":
      return { os: "linux", architecture: "arm", variant: "v7" }
    case "ia32":
      return { os: "linux", architecture: "386" }
    default:
      return { os: "linux", architecture: arch }
  }
}

/** Spells a platform as `os/architecture[/variant]`. */
export const format = (platform: Platform): string =>
  [platform.os, platform.architecture, ...(platform.variant === undefined ? [] : [platform.variant])].join("/")

/**
 * A platform without the variant that is meant anyway: `linux/arm64`. BuildKit, containerd and buildah write it so in
 * images and indexes, and read either.
 */
export const plainPlatform = ({ architecture, os, variant }: Platform): Platform =>
  variant === undefined || meantAnyway[architecture] === variant ? { os, architecture } : { os, architecture, variant }

const meantAnyway: { readonly [architecture: string]: string } = { amd64: "v1", arm64: "v8" }

/** What may stand alone for a platform of Linux: GOARCH, and names that other tools use. */
const architectures = new Set(
  (
    "386 amd64 arm arm64 loong64 mips mips64 mips64le mipsle ppc64 ppc64le riscv64 s390x wasm " +
    "aarch64 armel armhf i386 x86-64 x86_64"
  ).split(" ")
)

/** Reads `os/architecture[/variant]` or an architecture alone; undefined when it is neither. */
export const parse = (text: string): Platform | undefined => {
  const parts = text.toLowerCase().split("/")
  if (parts.some((part) => !/^[a-z0-9_.-]+$/.test(part)) || parts.length > 3) return undefined
  const [first = "", second, third] = parts
  if (second === undefined)
    return architectures.has(first) ? normalized({ os: "linux", architecture: first }) : undefined
  return normalized({
    os: first,
    architecture: second,
    ...(third === undefined ? {} : { variant: wholeVariant(third) })
  })
}

/** A variant as it is usually written: some leave the `v` out. */
export const wholeVariant = (variant: string): string => (/^\d{1,3}$/.test(variant) ? `v${variant}` : variant)

/** Names other tools use for the same machine, brought to Go's. */
const normalized = (platform: Platform): Platform => {
  switch (platform.architecture) {
    case "x86_64":
    case "x86-64":
      return { os: platform.os, architecture: "amd64" }
    case "aarch64":
      return { os: platform.os, architecture: "arm64", variant: platform.variant ?? "v8" }
    case "arm64":
      return { ...platform, variant: platform.variant ?? "v8" }
    case "arm":
    case "armhf":
      return { os: platform.os, architecture: "arm", variant: platform.variant ?? "v7" }
    case "armel":
      return { os: platform.os, architecture: "arm", variant: platform.variant ?? "v6" }
    case "i386":
      return { os: platform.os, architecture: "386" }
    default:
      return platform
  }
}

/** Whether something made for `offered` runs on `wanted`: equal, or equal but for a missing variant. */
export const matches = (offered: Platform, wanted: Platform): boolean =>
  offered.os === wanted.os &&
  offered.architecture === wanted.architecture &&
  (offered.variant === undefined || wanted.variant === undefined || offered.variant === wanted.variant)
