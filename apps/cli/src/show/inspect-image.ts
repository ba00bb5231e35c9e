import type { ImageConfig } from "@gantry/core/image/ImageConfig"
import * as ImageRef from "@gantry/core/image/ImageRef"
import type { ImageRecord } from "@gantry/engine/images/ImageRecord"
import * as Either from "effect/Either"

const read = (names: ReadonlyArray<string>): ReadonlyArray<ImageRef.ImageRef> =>
  names.map(ImageRef.parse).flatMap((ref) => (Either.isRight(ref) ? [ref.right] : []))

/** What registries call it; in repositories that no registry was asked about, what it would be called. */
const digestsOf = ({ digests, manifest, names }: ImageRecord): ReadonlyArray<string> => {
  const told = read(digests)
  const known = new Set(told.map(ImageRef.familiarName))
  const own = [...new Set(read(names).map(ImageRef.familiarName))].filter((name) => !known.has(name))
  return [...told.map(ImageRef.familiar), ...own.map((name) => `${name}@${manifest}`)].toSorted()
}

/** An image in the shape of Docker's inspect. Spec: Docker Engine API, ImageInspect. */
export const inspectImage = (image: ImageRecord, config: ImageConfig): unknown => {
  return {
    Id: image.id,
    RepoTags: read(image.names).map(ImageRef.familiar),
    RepoDigests: digestsOf(image),
    Parent: "",
    Comment: config.history.at(-1)?.comment ?? "",
    ...(config.created === undefined ? {} : { Created: config.created }),
    Author: config.author ?? "",
    Config: {
      User: "",
      ...config.config,
      Env: config.config.Env ?? null,
      Cmd: config.config.Cmd ?? null,
      Entrypoint: config.config.Entrypoint ?? null,
      Volumes: config.config.Volumes ?? null,
      WorkingDir: config.config.WorkingDir ?? "",
      OnBuild: config.config.OnBuild ?? null,
      Labels: config.config.Labels ?? null
    },
    Architecture: config.architecture,
    ...(config.variant === undefined ? {} : { Variant: config.variant }),
    Os: config.os,
    Size: image.size,
    VirtualSize: image.size,
    GraphDriver: { Name: "overlay2", Data: {} },
    RootFS: { Type: "layers", Layers: image.stack },
    Metadata: { LastTagTime: new Date(image.lastUsed).toISOString() }
  }
}
