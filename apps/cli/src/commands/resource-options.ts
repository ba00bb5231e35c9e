import { readFileSync } from "node:fs"
import type { Resources } from "@gantry/core/runtime/ContainerSpec"
import * as Effect from "effect/Effect"
import type { Values } from "../argv/Option.ts"
import type { update } from "../argv/tables/lifecycle.ts"
import { parseBytes, parseSwapBytes } from "../argv/values/bytes.ts"
import { parseCpuSet } from "../argv/values/cpu-set.ts"
import { parseCpus } from "../argv/values/cpus.ts"
import { bad, good, type Result } from "../argv/Result.ts"
import { given, optionalOf } from "./read-values.ts"
import { Usage } from "./Usage.ts"

type All = Values<typeof update.options>
type Options = Pick<All, "cpuShares" | "cpus" | "cpusetCpus" | "memory" | "memorySwap"> &
  Partial<Pick<All, "pidsLimit">>

/** The limits that were asked for. */
export const resourcesOf = (options: Options): Effect.Effect<Resources, Usage> =>
  Effect.gen(function* () {
    const memory = yield* optionalOf("-m, --memory", options.memory, parseMemory)
    const swap = yield* optionalOf("--memory-swap", options.memorySwap, parseSwapBytes)
    if (memory !== undefined && swap !== undefined && swap > 0 && swap < memory) {
      return yield* refused("Minimum memoryswap limit should be larger than memory limit", "--memory-swap counts both")
    }
    const cpus = yield* optionalOf("--cpus", options.cpus, parseCpus)
    const most = cpus === undefined ? undefined : onlineCpus()?.numbers.size
    if (cpus !== undefined && most !== undefined && cpus > most * 1e9) {
      return yield* refused(
        `Range of CPUs is from 0.01 to ${most}.00, as there are only ${most} CPUs available`,
        "give fewer --cpus"
      )
    }
    if (options.cpuShares !== undefined && options.cpuShares < 0) {
      return yield* refused(
        `invalid CPU shares ${options.cpuShares}: less than 0`,
        "--cpu-shares is 2 to 262144, usually 1024"
      )
    }
    return {
      ...given("memoryBytes", memory),
      ...given("memorySwapBytes", swap),
      ...given("nanoCpus", cpus),
      ...given("cpuShares", options.cpuShares),
      ...given("cpusetCpus", yield* optionalOf("--cpuset-cpus", options.cpusetCpus, parseAvailable)),
      ...given("pids", options.pidsLimit)
    }
  })

/** A limit that this host, or another limit, does not allow. */
const refused = (message: string, hint: string): Usage => new Usage({ message, hint, status: 125, speaker: "daemon" })

/** With less, not even the container's first process can begin. Docker's limit. */
const leastMemory = 6 * 1024 * 1024

const parseMemory = (text: string): Result<number> => {
  const bytes = parseBytes(text)
  return bytes.ok && bytes.value > 0 && bytes.value < leastMemory
    ? bad(`'${text}' is too little: the least is 6m, and a number alone is bytes`)
    : bytes
}

/** A list of processors that all are there, as it was written. */
const parseAvailable = (text: string): Result<string> => {
  if (text === "") return good(text)
  const wanted = parseCpuSet(text)
  if (!wanted.ok) return wanted
  const online = onlineCpus()
  // Where the kernel does not say which there are, it says later what is wrong.
  if (online === undefined) return good(text)
  const missing = [...wanted.value].filter((each) => !online.numbers.has(each))
  return missing.length === 0 ? good(text) : bad(`requested CPUs are not available: ${text}; there are ${online.text}`)
}

/** The processors that run, whatever share of them this process has. */
const onlineCpus = (): { readonly text: string; readonly numbers: ReadonlySet<number> } | undefined => {
  try {
    const text = readFileSync("/sys/devices/system/cpu/online", "utf8").trim()
    const read = parseCpuSet(text)
    return read.ok ? { text, numbers: read.value } : undefined
  } catch {
    return undefined
  }
}
