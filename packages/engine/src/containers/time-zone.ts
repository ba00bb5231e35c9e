import { readFileSync } from "node:fs"
import { LayerStore, type Stack, type TreeHandle } from "@gantry/core/store/LayerStore"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { BadOption } from "../EngineError.ts"
import { reasonOf } from "../file-problem.ts"

/** Where hosts keep what they know of time zones. */
const zones = "/usr/share/zoneinfo"

/** What every such file begins with. Spec: RFC 9636, 3.1. */
const magic = "TZif"

const refused = (zone: string, why: string): BadOption =>
  new BadOption({
    option: `--tz ${zone}`,
    why,
    hint: `name one below ${zones} of this host, such as Europe/Berlin (Debian: tzdata), or local`
  })

/** The file of a zone, `local` for the host's own. */
const zoneFile = (zone: string): Effect.Effect<Uint8Array, BadOption> =>
  Effect.gen(function* () {
    if (!/^[A-Za-z0-9+_-]+(?:\/[A-Za-z0-9+_-]+)*$/.test(zone))
      return yield* refused(zone, "it is no name of a time zone")
    const path = zone === "local" ? "/etc/localtime" : `${zones}/${zone}`
    const bytes = yield* Effect.try({
      try: () => new Uint8Array(readFileSync(path)),
      catch: (cause) => refused(zone, `cannot read ${path}: ${reasonOf(cause)}`)
    })
    const isZone = Buffer.from(bytes.subarray(0, magic.length)).toString() === magic
    return isZone ? bytes : yield* refused(zone, `${path} does not describe a time zone`)
  })

/**
 * Gives a container, before its first start, a time zone of this host. It is written into the container's own files: a
 * mount would be on what the image's /etc/localtime leads to, and so would change a zone that has another name.
 */
export const setTimeZone = (
  zone: string,
  tree: TreeHandle,
  stack: Stack
): Effect.Effect<void, BadOption | StorageFailure, LayerStore> =>
  Effect.gen(function* () {
    const bytes = yield* zoneFile(zone)
    const layers = yield* LayerStore
    const found = yield* Effect.option(layers.lookup(stack, "etc", false))
    const etc = Option.getOrUndefined(Option.flatten(found))
    if (etc !== undefined && etc.type !== "directory") return yield* refused(zone, "/etc of the image is no directory")
    const content = { from: "bytes", bytes } as const
    const meta = { path: "etc/localtime", mode: 0o644, uid: 0, gid: 0, mtimeNs: 0n }
    yield* layers
      .write(tree, [{ ...meta, type: "file", size: bytes.length, content }])
      .pipe(Effect.catchTag("UnsafePath", ({ why }) => refused(zone, `/etc/localtime cannot be written: ${why}`)))
  })
