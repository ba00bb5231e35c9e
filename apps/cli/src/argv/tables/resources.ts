import type { OptionTable, TextOption } from "../Option.ts"

/** Limits of a container. */
export const resourceOptions = {
  memory: { kind: "text", short: "m", value: "bytes", about: "Memory limit" },
  memorySwap: { kind: "text", value: "bytes", about: "Limit of memory plus swap; -1 for unlimited swap" },
  memoryReservation: { kind: "text", value: "bytes", about: "Soft memory limit" },
  memorySwappiness: { kind: "number", about: "Swappiness, 0 to 100; -1 leaves it (cgroup v1)" },
  cpus: { kind: "text", value: "decimal", about: "Number of CPUs, such as 1.5" },
  cpuShares: { kind: "number", short: "c", about: "CPU weight relative to other containers" },
  cpusetCpus: { kind: "text", about: "CPUs that may be used, such as 0-3 or 0,1" },
  cpusetMems: { kind: "text", about: "Memory nodes that may be used, such as 0 or 0-1" },
  cpuPeriod: { kind: "number", about: "Period of the CPU quota in microseconds (default 100000)" },
  cpuQuota: { kind: "number", about: "CPU time in each period in microseconds" },
  cpuRtPeriod: { kind: "number", about: "Real-time period in microseconds", supported: false, harmless: ["0"] },
  cpuRtRuntime: { kind: "number", about: "Real-time runtime in microseconds", supported: false, harmless: ["0"] },
  pidsLimit: { kind: "number", about: "Greatest number of processes; -1 for unlimited" },
  ulimit: { kind: "list", value: "ulimit", about: "Process limit, as type=soft[:hard]" },
  shmSize: { kind: "text", value: "bytes", about: "Size of /dev/shm" },
  oomKillDisable: { kind: "flag", about: "Do not kill on memory shortage (cgroup v1)" },
  oomScoreAdj: { kind: "number", about: "OOM preference, -1000 to 1000" },
  blkioWeight: { kind: "number", about: "Block IO weight, 10 to 1000; 0 leaves it" },
  blkioWeightDevice: {
    kind: "list",

    about: "Block IO weight of a device, such as /dev/sda:200"
  },
  deviceReadBps: {
    kind: "list",

    about: "Most bytes read of a device in a second, such as /dev/sda:1mb"
  },
  deviceReadIops: { kind: "list", about: "Most reads of a device in a second" },
  deviceWriteBps: { kind: "list", about: "Most bytes written to a device in a second" },
  deviceWriteIops: { kind: "list", about: "Most writes to a device in a second" }
} as const satisfies OptionTable

/** When a container is started again. */
export const restartOption = {
  kind: "text",
  about: "When to start the container again: no, always, unless-stopped or on-failure[:n] (default no)"
} as const satisfies TextOption
