import type { BlockResource, Resources } from "@gantry/core/runtime/ContainerSpec"
import * as Effect from "effect/Effect"
import type { Values } from "../argv/Option.ts"
import type { create } from "../argv/tables/run.ts"
import { parseBlockDevice } from "../argv/values/block-device.ts"
import { given, valuesOf } from "./read-values.ts"
import { refused, type Usage } from "./Usage.ts"

type Options = Pick<
  Values<typeof create.options>,
  | "blkioWeight"
  | "blkioWeightDevice"
  | "deviceReadBps"
  | "deviceReadIops"
  | "deviceWriteBps"
  | "deviceWriteIops"
  | "memorySwappiness"
  | "oomKillDisable"
>

/** Limits that only containers have: of block devices, and what happens when memory is short. */
export const furtherResourcesOf = (options: Options): Effect.Effect<Resources, Usage> =>
  Effect.gen(function* () {
    const { blkioWeight = 0, memorySwappiness = -1, oomKillDisable } = options
    if (blkioWeight !== 0 && (blkioWeight < 10 || blkioWeight > 1000)) {
      return yield* refused("Range of blkio weight is from 10 to 1000", "everybody has 500, or leave it out")
    }
    if (memorySwappiness < -1 || memorySwappiness > 100) {
      return yield* refused(
        `Invalid value: ${memorySwappiness}, valid memory swappiness range is 0-100`,
        "-1 leaves what the host has"
      )
    }
    const of = (option: string, texts: ReadonlyArray<string>, kind: BlockResource["kind"]) =>
      valuesOf(option, texts, parseBlockDevice(kind))
    const block = [
      ...(yield* of("--blkio-weight-device", options.blkioWeightDevice, "weight")),
      ...(yield* of("--device-read-bps", options.deviceReadBps, "readBps")),
      ...(yield* of("--device-read-iops", options.deviceReadIops, "readIops")),
      ...(yield* of("--device-write-bps", options.deviceWriteBps, "writeBps")),
      ...(yield* of("--device-write-iops", options.deviceWriteIops, "writeIops"))
    ]
    return {
      ...given("swappiness", memorySwappiness === -1 ? undefined : memorySwappiness),
      ...given("oomKillDisable", oomKillDisable ? true : undefined),
      ...given("blockWeight", blkioWeight === 0 ? undefined : blkioWeight),
      ...given("block", block.length === 0 ? undefined : block)
    }
  })
