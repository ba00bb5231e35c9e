import { readFileSync } from "node:fs"
import type { Resources } from "@gantry/core/runtime/ContainerSpec"
import * as Effect from "effect/Effect"
import type { Values } from "../argv/Option.ts"
import type { update } from "../argv/tables/lifecycle.ts"
import { parseBytes, parseSwapBytes } from "../argv/values/bytes.ts"
import { parseCpuSet } from "../argv/values/cpu-set.ts"
import { parseCpus } from "../argv/values/cpus.ts"
import { given, optionalOf } from "./read-values.ts"
import { refused, type Usage } from "./Usage.ts"

type All = Values<typeof update.options>
type Options = Pick<All, "cpuShares" | "cpus" | "cpusetCpus" | "memory" | "memorySwap"> &
  Partial<Pick<All, "cpuPeriod" | "cpuQuota" | "cpusetMems" | "memoryReservation" | "pidsLimit">>

/** The limits that were asked for, each possible on this host and with the others. */
export const resourcesOf = (options: Options): Effect.Effect<Resources, Usage> =>
  Effect.gen(function* () {
    return {
      ...(yield* memoryOf(options)),
      ...(yield* timeOf(options)),
      // As in Docker, none of the shares are the usual ones.
      ...given("cpuShares", options.cpuShares || undefined),
      ...given("cpusetCpus", yield* availableOf("CPUs", options.cpusetCpus)),
      ...given("cpusetMems", yield* availableOf("memory nodes", options.cpusetMems)),
      ...given("pids", options.pidsLimit)
    }
  })

/** The limits of a new container, which has no earlier ones that a single option could go with. */
export const firstResourcesOf = (options: Options): Effect.Effect<Resources, Usage> =>
  Effect.filterOrElse(
    resourcesOf(options),
    ({ memoryBytes, memorySwapBytes = 0 }) => memoryBytes !== undefined || memorySwapBytes <= 0,
    () =>
      refused(
        "You should always set the Memory limit when using Memoryswap limit, see usage",
        "--memory-swap counts what --memory limits, and swap besides"
      )
  )

/** The size of `--shm-size`, when one was said. As in Docker, a size of 0 is the usual one. */
export const shmOf = (text: string | undefined): Effect.Effect<number | undefined, Usage> =>
  Effect.map(optionalOf("--shm-size", text, parseBytes), (bytes) => bytes || undefined)

/** With less, not even the container's first process can begin. Docker's limit. */
const leastMemory = 6 * 1024 * 1024

const memoryOf = (options: Options): Effect.Effect<Resources, Usage> =>
  Effect.gen(function* () {
    // A size of 0 is no limit of this container's, or the one that it has.
    const memory = (yield* optionalOf("-m, --memory", options.memory, parseBytes)) || undefined
    const swap = (yield* optionalOf("--memory-swap", options.memorySwap, parseSwapBytes)) || undefined
    const reservation = (yield* optionalOf("--memory-reservation", options.memoryReservation, parseBytes)) || undefined
    if (tooLittle(memory)) {
      return yield* refused("Minimum memory limit allowed is 6MB", "a number alone is bytes: write 64m or 1g")
    }
    if (memory !== undefined && swap !== undefined && swap > 0 && swap < memory) {
      return yield* refused(
        "Minimum memoryswap limit should be larger than memory limit, see usage",
        "--memory-swap counts both"
      )
    }
    if (tooLittle(reservation)) {
      return yield* refused("Minimum memory reservation allowed is 6MB", "a number alone is bytes: write 64m or 1g")
    }
    if (memory !== undefined && reservation !== undefined && memory > 0 && memory < reservation) {
      return yield* refused(
        "Minimum memory limit can not be less than memory reservation limit, see usage",
        "--memory-reservation is what is kept for it of --memory"
      )
    }
    return {
      ...given("memoryBytes", memory),
      ...given("memorySwapBytes", swap),
      ...given("memoryReservationBytes", reservation)
    }
  })

const tooLittle = (bytes: number | undefined): boolean => bytes !== undefined && bytes > 0 && bytes < leastMemory

/** Shares of the processors' time. A quota of 0 or less is none, and a period of 0 the usual one. */
const timeOf = (options: Options): Effect.Effect<Resources, Usage> =>
  Effect.gen(function* () {
    const { cpuPeriod = 0, cpuQuota = 0, cpuShares = 0 } = options
    const cpus = yield* optionalOf("--cpus", options.cpus, parseCpus)
    const most = cpus === undefined ? undefined : listed("/sys/devices/system/cpu/online")?.numbers.size
    if (cpus !== undefined && most !== undefined && (cpus < 0 || cpus > most * 1e9)) {
      return yield* refused(
        `Range of CPUs is from 0.01 to ${most}.00, as there are only ${most} CPUs available`,
        "give fewer --cpus"
      )
    }
    if (cpuShares < 0) {
      return yield* refused(`invalid CPU shares ${cpuShares}: less than 0`, "--cpu-shares is 2 to 262144, usually 1024")
    }
    if (cpus !== undefined && (cpuPeriod > 0 || cpuQuota > 0)) {
      const other = cpuPeriod > 0 ? "CPU Period" : "CPU Quota"
      return yield* refused(
        `Conflicting options: Nano CPUs and ${other} cannot both be set`,
        "--cpus 1.5 says what --cpu-quota 150000 does"
      )
    }
    if (cpuPeriod !== 0 && (cpuPeriod < 1000 || cpuPeriod > 1_000_000)) {
      return yield* refused(
        "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)",
        "the usual period is 100000"
      )
    }
    if (cpuQuota > 0 && cpuQuota < 1000) {
      return yield* refused("CPU cfs quota can not be less than 1ms (i.e. 1000)", "the quota is in microseconds")
    }
    return {
      ...given("nanoCpus", cpus),
      ...given("cpuQuotaUs", options.cpuQuota === 0 ? undefined : options.cpuQuota),
      ...given("cpuPeriodUs", cpuPeriod === 0 ? undefined : cpuPeriod)
    }
  })

const lists = { CPUs: "/sys/devices/system/cpu/online", "memory nodes": "/sys/devices/system/node/online" } as const

/** A list of processors or memory nodes that all are there, as it was written. */
const availableOf = (what: keyof typeof lists, text: string | undefined): Effect.Effect<string | undefined, Usage> => {
  if (text === undefined || text === "") return Effect.succeed(text)
  const kind = what === "CPUs" ? "cpus" : "mems"
  const wanted = parseCpuSet(text)
  if (!wanted.ok) return refused(`Invalid value ${text} for cpuset ${kind}: ${wanted.problem}`, "write 0-2,5")
  const online = listed(lists[what])
  // Where the kernel does not say which there are, it says later what is wrong.
  if (online === undefined || [...wanted.value].every((each) => online.numbers.has(each))) return Effect.succeed(text)
  return refused(
    `Requested ${what} are not available - requested ${text}, available: ${online.text}`,
    "choose of those that are available"
  )
}

/** What runs of a kind, whatever share of it this process has. */
const listed = (path: string): { readonly text: string; readonly numbers: ReadonlySet<number> } | undefined => {
  try {
    const text = readFileSync(path, "utf8").trim()
    const read = parseCpuSet(text)
    return read.ok ? { text, numbers: read.value } : undefined
  } catch {
    return undefined
  }
}

/** How likely the kernel ends the container when memory is short. */
export const oomScoreOf = (score: number | undefined): Effect.Effect<number | undefined, Usage> =>
  score !== undefined && Math.abs(score) > 1000
    ? refused(`Invalid value ${score}, range for oom score adj is [-1000, 1000]`, "0 is what every process begins with")
    : Effect.succeed(score)
