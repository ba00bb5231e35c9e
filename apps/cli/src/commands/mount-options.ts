import type { MountRequest, VolumesFrom } from "@gantry/engine/containers/RunOptions"
import * as Effect from "effect/Effect"
import { bad, good, type Result } from "../argv/Result.ts"
import { type MountSpec, parseMount } from "../argv/values/mount.ts"
import { parseTmpfs } from "../argv/values/tmpfs.ts"
import { parseVolume } from "../argv/values/volume.ts"
import { given, valueOf, valuesOf } from "./read-values.ts"
import { badValue, type Usage } from "./Usage.ts"

/** `--volumes-from`. */
export const volumesFromOf = (texts: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<VolumesFrom>, Usage> =>
  valuesOf("--volumes-from", texts, parseVolumesFrom)

const parseVolumesFrom = (text: string): Result<VolumesFrom> => {
  const [container = "", mode = "", ...rest] = text.split(":")
  if (container === "") return bad(`malformed volumes-from specification: ${text}`)
  const words = mode === "" ? [] : mode.split(",")
  const access = words.filter((word) => word === "ro" || word === "rw")
  const labels = words.filter((word) => word === "z" || word === "Z")
  if (rest.length > 0 || access.length > 1 || labels.length > 1 || access.length + labels.length < words.length) {
    return bad(`invalid mode: ${text.slice(container.length + 1)}`)
  }
  return good({ container, readonly: access[0] === "ro" })
}

interface MountOptions {
  readonly volume: ReadonlyArray<string>
  readonly tmpfs: ReadonlyArray<string>
  readonly mount: ReadonlyArray<string>
}

/** `--volume`, `--tmpfs` and `--mount`. */
export const mountsOf = (options: MountOptions, cwd: string): Effect.Effect<ReadonlyArray<MountRequest>, Usage> =>
  Effect.gen(function* () {
    const volumes = yield* Effect.forEach(options.volume, (typed) =>
      Effect.map(valueOf("-v, --volume", typed, parseVolume(typed, cwd)), (volume): MountRequest => {
        const common = { target: volume.target, readonly: volume.readOnly, typed: `-v ${typed}` }
        if (volume.kind === "bind") {
          return {
            type: "bind",
            source: volume.source,
            recursive: true,
            create: false,
            ...given("propagation", volume.propagation),
            ...given("idMap", volume.idMap),
            ...common
          }
        }
        return {
          type: "volume",
          noCopy: volume.noCopy,
          ...(volume.kind === "volume" ? { name: volume.name } : {}),
          ...given("idMap", volume.idMap),
          ...common
        }
      })
    )
    const tmpfs = yield* Effect.forEach(options.tmpfs, (typed) =>
      Effect.map(valueOf("--tmpfs", typed, parseTmpfs(typed)), ({ data, flags, target }): MountRequest => ({
        type: "tmpfs",
        target,
        options: [...flags, ...Object.entries(data).map(([name, value]) => `${name}=${value}`)].join(","),
        typed: `--tmpfs ${typed}`
      }))
    )
    const mounts = yield* Effect.forEach(options.mount, (typed) =>
      Effect.flatMap(valueOf("--mount", typed, parseMount(typed, cwd)), (mount) =>
        mountRequest(mount, `--mount ${typed}`)
      )
    )
    return [...volumes, ...tmpfs, ...mounts]
  })

const mountRequest = (mount: MountSpec, typed: string): Effect.Effect<MountRequest, Usage> => {
  switch (mount.type) {
    case "bind":
      return Effect.succeed({
        type: "bind",
        source: mount.source,
        target: mount.target,
        readonly: mount.readOnly,
        recursive: mount.recursion !== "disabled",
        create: mount.createSource,
        typed,
        ...given("writableBelow", mount.recursion === "writable" ? true : undefined),
        ...given("propagation", mount.propagation),
        ...given("idMap", mount.idMap)
      })
    case "volume":
      if (mount.subpath?.startsWith("/") === true) {
        return badValue(`${typed}: invalid subpath ${JSON.stringify(mount.subpath)}: it must be a relative path`)
      }
      if (Object.keys(mount.driverOptions).length > 0) {
        return badValue(
          `${typed}: the volume driver local has no options, such as volume-opt=${Object.keys(mount.driverOptions)[0]}`,
          "mount the file system on the host, and bind that directory"
        )
      }
      if (mount.driver !== undefined && mount.driver !== "local") {
        return badValue(`${typed}: there is no volume driver ${mount.driver}`)
      }
      return Effect.succeed({
        type: "volume",
        target: mount.target,
        readonly: mount.readOnly,
        noCopy: mount.noCopy,
        labels: mount.labels,
        typed,
        ...given("name", mount.source),
        ...given("idMap", mount.idMap),
        ...given("subpath", mount.subpath === "" ? undefined : mount.subpath)
      })
    case "tmpfs": {
      const words = [
        mount.readOnly ? "ro" : undefined,
        mount.sizeBytes === undefined ? undefined : `size=${mount.sizeBytes}`,
        mount.mode === undefined ? undefined : `mode=${mount.mode.toString(8)}`
      ]
      return Effect.succeed({
        type: "tmpfs",
        target: mount.target,
        options: words.filter((word) => word !== undefined).join(","),
        typed
      })
    }
    case "image":
      return Effect.succeed({
        type: "image",
        source: mount.source,
        target: mount.target,
        readonly: mount.readOnly,
        typed,
        ...given("subpath", mount.subpath)
      })
  }
}
