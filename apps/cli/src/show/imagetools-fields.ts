import { isRecord } from "@gantry/core/is-record"
import type { IndexEntry } from "@gantry/engine/manifests/IndexEntry"

/** A record as templates see it: its fields by the names that Go has for them. */
export type Fields = { readonly [name: string]: unknown }

/** A record that is something else as JSON. */
export const withJson = (fields: Fields, json: unknown): Fields =>
  // Not enumerable, so that it is no field.
  Object.defineProperty({ ...fields }, "toJSON", { value: () => json })

/** JSON of which nobody knows the fields: records are maps, in which a key may be missing. */
export const freely = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(freely)
  return isRecord(value) ? new Map(Object.entries(value).map(([name, each]) => [name, freely(each)])) : value
}

/** An entry of an index, or what names a single manifest. */
export const entryForTemplates = (entry: IndexEntry): Fields => {
  const { annotations = {}, artifactType = "", digest, mediaType, platform, size, urls = [] } = entry
  return withJson(
    {
      MediaType: mediaType,
      Digest: digest,
      Size: size,
      URLs: urls,
      Annotations: new Map(Object.entries(annotations)),
      Platform:
        platform === undefined
          ? null
          : withJson(
              {
                Architecture: platform.architecture,
                OS: platform.os,
                OSVersion: platform["os.version"] ?? "",
                OSFeatures: platform["os.features"] ?? [],
                Variant: platform.variant ?? ""
              },
              platform
            ),
      ArtifactType: artifactType
    },
    entry
  )
}

const texts = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])

const text = (value: unknown): string => (typeof value === "string" ? value : "")

const record = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {})

const map = (value: unknown): ReadonlyMap<string, unknown> => new Map(Object.entries(record(value)))

/** The config of an image; JSON that nobody has checked. Undefined when it is none. Spec: OCI image-spec, config.md. */
export const configForTemplates = (config: unknown): Fields | undefined => {
  if (!isRecord(config)) return undefined
  const process = record(config["config"])
  return withJson(
    {
      Created: text(config["created"]),
      Author: text(config["author"]),
      Architecture: text(config["architecture"]),
      Variant: text(config["variant"]),
      OS: text(config["os"]),
      OSVersion: text(config["os.version"]),
      OSFeatures: texts(config["os.features"]),
      Config: withJson(
        {
          User: text(process["User"]),
          ExposedPorts: map(process["ExposedPorts"]),
          Env: texts(process["Env"]),
          Entrypoint: texts(process["Entrypoint"]),
          Cmd: texts(process["Cmd"]),
          Volumes: map(process["Volumes"]),
          WorkingDir: text(process["WorkingDir"]),
          Labels: map(process["Labels"]),
          StopSignal: text(process["StopSignal"]),
          ArgsEscaped: process["ArgsEscaped"] === true
        },
        process
      ),
      RootFS: withJson(
        {
          Type: text(record(config["rootfs"])["type"]),
          DiffIDs: texts(record(config["rootfs"])["diff_ids"])
        },
        record(config["rootfs"])
      ),
      History: texts(config["history"]).map((each) =>
        withJson(
          {
            Created: text(record(each)["created"]),
            CreatedBy: text(record(each)["created_by"]),
            Author: text(record(each)["author"]),
            Comment: text(record(each)["comment"]),
            EmptyLayer: record(each)["empty_layer"] === true
          },
          each
        )
      )
    },
    config
  )
}
