import type { ServiceResources } from "../Project.ts"
import { anyText, type At, type Fields, fullText, list, open, type Read, text, truth } from "../read/At.ts"
import { amount, count, size, sizeOrNone } from "../read/measures.ts"

/** Attributes of a service that limit it. */
export const resourceNames = [
  "blkio_config",
  "cpu_period",
  "cpu_quota",
  "cpu_shares",
  "cpus",
  "cpuset",
  "mem_limit",
  "mem_reservation",
  "mem_swappiness",
  "memswap_limit",
  "oom_kill_disable",
  "oom_score_adj",
  "pids_limit",
  "shm_size"
] as const

/** Limits of a service; those without a value were not asked for. */
export const resources = (fields: Fields<(typeof resourceNames)[number]>) => ({
  cpus: fields.read("cpus", amount),
  cpuShares: fields.read("cpu_shares", count(0)),
  cpuPeriod: fields.read("cpu_period", count(0)),
  cpuQuota: fields.read("cpu_quota", count(-1)),
  cpusetCpus: fields.read("cpuset", fullText),
  memory: fields.read("mem_limit", size),
  memoryReservation: fields.read("mem_reservation", size),
  memorySwap: fields.read("memswap_limit", sizeOrNone),
  memorySwappiness: fields.read("mem_swappiness", count(-1, 100)),
  pidsLimit: fields.read("pids_limit", count(-1)),
  oomKillDisable: fields.read("oom_kill_disable", truth),
  oomScoreAdj: fields.read("oom_score_adj", count(-1000, 1000)),
  shmSize: fields.read("shm_size", size),
  ...fields.read("blkio_config", blkio)
})

/** Lists of `blkio_config`, and the options of `run` that they are. */
const devices = [
  ["weight_device", "blkioWeightDevice", "weight"],
  ["device_read_bps", "deviceReadBps", "rate"],
  ["device_read_iops", "deviceReadIops", "rate"],
  ["device_write_bps", "deviceWriteBps", "rate"],
  ["device_write_iops", "deviceWriteIops", "rate"]
] as const

/** The attribute of `blkio_config` for each option of `run`. */
export const blkioNames: ReadonlyMap<string, { readonly name: string; readonly value: "rate" | "weight" }> = new Map(
  devices.map(([name, option, value]) => [option, { name, value }])
)

const blkio: Read<Pick<ServiceResources, "blkio" | "blkioWeight">> = (at) => {
  const fields = open(at, ["weight", ...devices.map(([name]) => name)])
  const weight = fields.read("weight", count(0, 1000))
  const lists = devices.flatMap(([name, option, value]) => {
    const found = fields.read(
      name,
      list((each) => limit(each, value))
    )
    return found === undefined || found.length === 0 ? [] : [[option, found] as const]
  })
  return {
    ...(weight !== undefined && weight !== "0" && { blkioWeight: weight }),
    ...(lists.length > 0 && { blkio: Object.fromEntries(lists) })
  }
}

const limit = (at: At, value: "rate" | "weight"): string | undefined => {
  const fields = open(at, ["path", value])
  const path = fields.read("path", text)
  const amountOf = fields.read(value, value === "rate" ? size : anyText)
  return path === undefined || amountOf === undefined ? undefined : `${path}:${amountOf}`
}
