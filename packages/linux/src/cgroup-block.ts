import type { Setting } from "./cgroup-limits.ts"

/** What of a block device is limited: its share, or bytes or operations in a second. */
export type BlockKind = "weight" | "readBps" | "writeBps" | "readIops" | "writeIops"

/** One limit of one block device. */
export interface BlockLimit {
  readonly major: number
  readonly minor: number
  readonly kind: BlockKind
  /** A weight of 10 to 1000, or a rate; 0 lifts a limit. */
  readonly value: number
}

const weightFeature = "block IO weight"
const rateFeature = "block IO limit"

const filesV1 = {
  readBps: "blkio.throttle.read_bps_device",
  writeBps: "blkio.throttle.write_bps_device",
  readIops: "blkio.throttle.read_iops_device",
  writeIops: "blkio.throttle.write_iops_device"
} as const

const keysV2 = { readBps: "rbps", writeBps: "wbps", readIops: "riops", writeIops: "wiops" } as const

/** The weight of v2 without the BFQ scheduler, 1 to 10000, for one of 10 to 1000. */
const wideWeight = (weight: number): number => 1 + Math.floor(((weight - 10) * 9999) / 990)

/** The files of cgroup v1; what BFQ schedules has names of its own. Spec: kernel, cgroup-v1/blkio-controller. */
export const weightV1 = (weight: number): ReadonlyArray<Setting> => [
  {
    controller: "blkio",
    file: "blkio.weight",
    value: String(weight),
    feature: weightFeature,
    otherwise: { file: "blkio.bfq.weight", value: String(weight) }
  }
]

/** As {@link weightV1}, for single devices. */
export const blockV1 = (limits: ReadonlyArray<BlockLimit>): ReadonlyArray<Setting> =>
  limits.map(({ kind, major, minor, value: number }) => {
    const value = `${major}:${minor} ${number}`
    return kind === "weight"
      ? {
          controller: "blkio",
          file: "blkio.weight_device",
          value,
          feature: weightFeature,
          otherwise: { file: "blkio.bfq.weight_device", value }
        }
      : { controller: "blkio", file: filesV1[kind], value, feature: rateFeature }
  })

/** The files of cgroup v2. Spec: kernel, cgroup-v2, IO interface files. */
export const weightV2 = (weight: number): ReadonlyArray<Setting> => [
  {
    controller: "io",
    file: "io.bfq.weight",
    value: String(weight),
    feature: weightFeature,
    otherwise: { file: "io.weight", value: `default ${wideWeight(weight)}` }
  }
]

/** As {@link weightV2}, for single devices. */
export const blockV2 = (limits: ReadonlyArray<BlockLimit>): ReadonlyArray<Setting> =>
  limits.map(({ kind, major, minor, value }) =>
    kind === "weight"
      ? {
          controller: "io",
          file: "io.bfq.weight",
          value: `${major}:${minor} ${value}`,
          feature: weightFeature,
          otherwise: { file: "io.weight", value: `${major}:${minor} ${wideWeight(value)}` }
        }
      : {
          controller: "io",
          file: "io.max",
          value: `${major}:${minor} ${keysV2[kind]}=${value === 0 ? "max" : value}`,
          feature: rateFeature
        }
  )
