import { isRecord } from "@gantry/core/is-record"
import type { ImageConfig } from "@gantry/core/image/ImageConfig"
import type { Descriptor } from "@gantry/core/image/Descriptor"
import { isDigest } from "@gantry/core/image/Digest"
import type { Manifest } from "@gantry/core/image/Manifest"
import * as Either from "effect/Either"

/** What is wrong with a JSON document, in words. */
export type Malformed = string

const text = (bytes: Uint8Array): Either.Either<unknown, Malformed> =>
  Either.try({ try: () => JSON.parse(new TextDecoder().decode(bytes)) as unknown, catch: () => "it is not JSON" })

/** Text that the kernel takes: no program, variable or path of a process can hold a zero byte. */
const isText = (value: unknown): value is string => typeof value === "string" && !value.includes("\0")

const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText)

/**
 * Reads an image config. Only what gantry relies on is checked; unknown fields are kept out of the way, not refused.
 *
 * Spec: OCI image-spec, config.md. Decoded by hand because every `run` does it.
 */
export const decodeConfig = (bytes: Uint8Array): Either.Either<ImageConfig, Malformed> =>
  Either.flatMap(text(bytes), (value): Either.Either<ImageConfig, Malformed> => {
    if (!isRecord(value)) return Either.left("it is not an object")
    const { architecture, config, history, os, rootfs } = value
    if (typeof architecture !== "string" || typeof os !== "string") return Either.left("it names no platform")
    if (!isRecord(rootfs) || !Array.isArray(rootfs["diff_ids"])) return Either.left("it has no rootfs.diff_ids")
    if (!rootfs["diff_ids"].every(isDigest)) return Either.left("a diffID is not a sha256 digest")
    if (history !== undefined && history !== null && !Array.isArray(history))
      return Either.left("history is not a list")
    if (config !== undefined && config !== null && !isRecord(config)) return Either.left("config is not an object")
    const process = isRecord(config) ? dropNulls(config) : {}
    for (const list of ["Env", "Cmd", "Entrypoint", "Shell", "OnBuild"]) {
      if (process[list] !== undefined && !isTexts(process[list]))
        return Either.left(`config.${list} is not a list of texts`)
    }
    for (const word of ["User", "WorkingDir", "StopSignal"]) {
      if (process[word] !== undefined && !isText(process[word])) return Either.left(`config.${word} is not text`)
    }
    for (const record of ["Labels", "Volumes", "ExposedPorts", "Healthcheck"]) {
      if (process[record] !== undefined && !isRecord(process[record]))
        return Either.left(`config.${record} is not an object`)
    }
    if (isRecord(process["Labels"])) {
      process["Labels"] = dropNulls(process["Labels"])
      if (!isTexts(Object.values(process["Labels"] as object)))
        return Either.left("config.Labels has a label that is not text")
    }
    if (isRecord(process["Healthcheck"])) {
      const health = (process["Healthcheck"] = dropNulls(process["Healthcheck"]))
      if (health["Test"] !== undefined && !isTexts(health["Test"]))
        return Either.left("config.Healthcheck.Test is not a list of texts")
      for (const number of ["Interval", "Timeout", "StartPeriod", "StartInterval", "Retries"]) {
        const given = health[number]
        if (given !== undefined && !(typeof given === "number" && given >= 0))
          return Either.left(`config.Healthcheck.${number} is not a number from 0 on`)
      }
    }
    for (const set of ["Volumes", "ExposedPorts"]) {
      if (!isTexts(Object.keys(process[set] ?? {}))) return Either.left(`config.${set} has a zero byte in a name`)
    }
    // Every field the type promises was checked above; the rest is optional text that is only shown.
    return Either.right({
      ...dropNulls({ ...value, created: isTime(value["created"]) ? value["created"] : null }),
      config: process,
      history: Array.isArray(history) ? history.filter(isRecord).map(entryOf) : [],
      rootfs: { type: "layers", diff_ids: rootfs["diff_ids"] }
    } as unknown as ImageConfig)
  })

const isTime = (value: unknown): boolean => typeof value === "string" && !Number.isNaN(Date.parse(value))

/** An entry of a history without what is not of the kind that it should be. */
const entryOf = (entry: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(entry).filter(([name, value]) => {
      if (name === "empty_layer") return typeof value === "boolean"
      return name === "created" ? isTime(value) : typeof value === "string"
    })
  )

/** Go programs write `null` where a field is absent. */
const dropNulls = (record: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null))

/** Reads a manifest. Spec: OCI image-spec, manifest.md. */
export const decodeManifest = (bytes: Uint8Array): Either.Either<Manifest, Malformed> =>
  Either.flatMap(text(bytes), (value): Either.Either<Manifest, Malformed> => {
    if (!isRecord(value)) return Either.left("it is not an object")
    if (!isDescriptor(value["config"])) return Either.left("it names no config")
    if (!Array.isArray(value["layers"]) || !value["layers"].every(isDescriptor))
      return Either.left("it names no layers")
    return Either.right(value as unknown as Manifest)
  })

/** Whether something in a manifest says what it means, with `urls` where it is kept by somebody else. Spec: descriptor.md. */
export const isDescriptor = (value: unknown): value is Descriptor & { readonly urls?: ReadonlyArray<string> } =>
  isRecord(value) &&
  isDigest(value["digest"]) &&
  typeof value["mediaType"] === "string" &&
  Number.isSafeInteger(value["size"]) &&
  Number(value["size"]) >= 0
