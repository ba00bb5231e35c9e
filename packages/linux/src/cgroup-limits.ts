import { type BlockLimit, blockV1, blockV2, weightV1, weightV2 } from "./cgroup-block.ts"

/** What a group of processes may use. What is left out is not limited. */
export interface Limits {
  readonly memoryBytes?: number
  /** Memory and swap together; -1 for as much swap as there is. */
  readonly memorySwapBytes?: number
  /** What is left to the group as long as there is enough for all. */
  readonly memoryReservationBytes?: number
  /** Billionths of one processor, in place of quota and period. */
  readonly nanoCpus?: number
  /** Microseconds in each period. */
  readonly cpuQuota?: number
  /** Microseconds; 100000 unless given. */
  readonly cpuPeriod?: number
  /** Relative weight, 2 to 262144; 1024 is everybody's. */
  readonly cpuShares?: number
  /** Such as `0-2,7`. */
  readonly cpusetCpus?: string
  readonly cpusetMems?: string
  /** Processes and threads; -1 for no limit. */
  readonly pidsMax?: number
  /** How readily memory is written to swap, 0 to 100. v1 only: v2 leaves the choice to the kernel. */
  readonly swappiness?: number
  /** Processes wait for memory instead of being killed. v1 only. */
  readonly oomKillDisable?: boolean
  /** Relative weight for all block devices, 10 to 1000. */
  readonly blockWeight?: number
  readonly block?: ReadonlyArray<BlockLimit>
}

/** One file to write. In order: the kernel checks some values against others. */
export interface Setting {
  /** Of v1, and for messages. */
  readonly controller: string
  readonly file: string
  readonly value: string
  /** What the user asked for. */
  readonly feature: string
  /** What is written where the kernel does not have the file. */
  readonly otherwise?: { readonly file: string; readonly value: string }
}

const defaultPeriod = 100_000

interface Cpu {
  readonly quota: number | undefined
  readonly period: number
}

/** Quota and period in microseconds. The kernel takes no quota below one millisecond. */
export const cpuTime = ({ nanoCpus, cpuQuota, cpuPeriod = defaultPeriod }: Limits): Cpu => ({
  quota: nanoCpus === undefined ? cpuQuota : Math.max(1000, Math.round((nanoCpus * cpuPeriod) / 1e9)),
  period: cpuPeriod
})

/** The v2 weight (1 to 10000) for v1 shares (2 to 262144), the lowest to the lowest and the highest to the highest. */
export const weightOfShares = (shares: number): number => {
  const within = Math.min(262_144, Math.max(2, shares))
  return 1 + Math.floor(((within - 2) * 9999) / 262_142)
}

const given = <A>(value: A | undefined, settings: (value: A) => ReadonlyArray<Setting>): ReadonlyArray<Setting> =>
  value === undefined ? [] : settings(value)

const one = (controller: string, file: string, feature: string) => (value: number | string) => [
  { controller, file, feature, value: String(value) }
]

/** The files of cgroup v1. Spec: kernel, cgroup-v1. */
export const settingsV1 = (limits: Limits): ReadonlyArray<Setting> => {
  const { quota, period } = cpuTime(limits)
  return [
    ...given(limits.memoryBytes, one("memory", "memory.limit_in_bytes", "memory limit")),
    ...given(limits.memorySwapBytes, one("memory", "memory.memsw.limit_in_bytes", "swap limit")),
    ...given(limits.memoryReservationBytes, one("memory", "memory.soft_limit_in_bytes", "memory reservation")),
    ...given(limits.cpuShares, one("cpu", "cpu.shares", "cpu shares")),
    ...given(quota, (value) => [
      ...one("cpu", "cpu.cfs_period_us", "cpu limit")(period),
      ...one("cpu", "cpu.cfs_quota_us", "cpu limit")(value)
    ]),
    ...given(limits.cpusetCpus, one("cpuset", "cpuset.cpus", "cpu set")),
    ...given(limits.cpusetMems, one("cpuset", "cpuset.mems", "memory nodes")),
    ...given(limits.pidsMax, (value) => one("pids", "pids.max", "pids limit")(value < 0 ? "max" : value)),
    ...given(limits.swappiness, one("memory", "memory.swappiness", "swappiness")),
    ...given(limits.oomKillDisable, (disabled) =>
      one("memory", "memory.oom_control", "disabling of OOM kills")(disabled ? 1 : 0)
    ),
    ...given(limits.blockWeight, weightV1),
    ...given(limits.block, blockV1)
  ]
}

/** The files of cgroup v2. Spec: kernel, cgroup-v2. */
export const settingsV2 = (limits: Limits): ReadonlyArray<Setting> => {
  const { quota, period } = cpuTime(limits)
  const { memoryBytes = 0 } = limits
  return [
    ...given(limits.memoryBytes, one("memory", "memory.max", "memory limit")),
    // v2 counts swap apart from memory.
    ...given(limits.memorySwapBytes, (both) =>
      one("memory", "memory.swap.max", "swap limit")(both < 0 ? "max" : Math.max(0, both - memoryBytes))
    ),
    ...given(limits.memoryReservationBytes, one("memory", "memory.low", "memory reservation")),
    ...given(limits.cpuShares, (shares) => one("cpu", "cpu.weight", "cpu shares")(weightOfShares(shares))),
    ...given(quota, (value) => one("cpu", "cpu.max", "cpu limit")(`${value < 0 ? "max" : value} ${period}`)),
    ...given(limits.cpusetCpus, one("cpuset", "cpuset.cpus", "cpu set")),
    ...given(limits.cpusetMems, one("cpuset", "cpuset.mems", "memory nodes")),
    ...given(limits.pidsMax, (value) => one("pids", "pids.max", "pids limit")(value < 0 ? "max" : value)),
    ...given(limits.blockWeight, weightV2),
    ...given(limits.block, blockV2)
  ]
}
