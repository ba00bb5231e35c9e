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

const record = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {})

/** A record of JSON that nobody has checked, read as if each of its fields were what it should be. */
const readerOf = (from: Record<string, unknown>) => ({
  text: (name: string): string => (typeof from[name] === "string" ? from[name] : ""),
  list: (name: string): ReadonlyArray<unknown> => (Array.isArray(from[name]) ? from[name] : []),
  map: (name: string): ReadonlyMap<string, unknown> => new Map(Object.entries(record(from[name]))),
  isOn: (name: string): boolean => from[name] === true
})

/** The config of an image; JSON that nobody has checked. Undefined when it is none. Spec: OCI image-spec, config.md. */
export const configForTemplates = (config: unknown): Fields | undefined => {
  if (!isRecord(config)) return undefined
  const { list, text } = readerOf(config)
  return withJson(
    {
      Created: text("created"),
      Author: text("author"),
      Architecture: text("architecture"),
      Variant: text("variant"),
      OS: text("os"),
      OSVersion: text("os.version"),
      OSFeatures: list("os.features"),
      Config: processFields(record(config["config"])),
      RootFS: rootFields(record(config["rootfs"])),
      History: list("history").map(historyFields)
    },
    config
  )
}

const processFields = (process: Record<string, unknown>): Fields => {
  const { isOn, list, map, text } = readerOf(process)
  return withJson(
    {
      User: text("User"),
      ExposedPorts: map("ExposedPorts"),
      Env: list("Env"),
      Entrypoint: list("Entrypoint"),
      Cmd: list("Cmd"),
      Volumes: map("Volumes"),
      WorkingDir: text("WorkingDir"),
      Labels: map("Labels"),
      StopSignal: text("StopSignal"),
      ArgsEscaped: isOn("ArgsEscaped")
    },
    process
  )
}

const rootFields = (root: Record<string, unknown>): Fields => {
  const { list, text } = readerOf(root)
  return withJson({ Type: text("type"), DiffIDs: list("diff_ids") }, root)
}

const historyFields = (entry: unknown): Fields => {
  const { isOn, text } = readerOf(record(entry))
  return withJson(
    {
      Created: text("created"),
      CreatedBy: text("created_by"),
      Author: text("author"),
      Comment: text("comment"),
      EmptyLayer: isOn("empty_layer")
    },
    entry
  )
}
