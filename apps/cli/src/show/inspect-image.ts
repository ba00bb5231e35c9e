import type { ImageConfig } from "@gantry/core/image/ImageConfig"
import * as ImageRef from "@gantry/core/image/ImageRef"
import type { ImageRecord } from "@gantry/engine/images/Images"
import * as Either from "effect/Either"

/** An image in the shape of Docker's inspect. Spec: Docker Engine API, ImageInspect. */
export const inspectImage = (image: ImageRecord, config: ImageConfig): unknown => {
  const refs = image.names.map(ImageRef.parse).filter(Either.isRight)
  return {
    Id: image.id,
    RepoTags: refs.map(({ right }) => ImageRef.familiar(right)),
    RepoDigests: [...new Set(refs.map(({ right }) => `${ImageRef.familiarName(right)}@${image.manifest}`))],
    Parent: "",
    Comment: "",
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
    GraphDriver: { Name: "overlay", Data: {} },
    RootFS: { Type: "layers", Layers: image.stack },
    Metadata: { LastTagTime: new Date(image.lastUsed).toISOString() }
  }
}
