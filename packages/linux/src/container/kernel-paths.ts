/** What a container must not see. Source: moby, default masked paths. */
export const maskedPaths: ReadonlyArray<string> = [
  "/proc/acpi",
  "/proc/asound",
  "/proc/interrupts",
  "/proc/kcore",
  "/proc/keys",
  "/proc/latency_stats",
  "/proc/sched_debug",
  "/proc/scsi",
  "/proc/timer_list",
  "/proc/timer_stats",
  "/sys/devices/virtual/powercap",
  "/sys/firmware"
]

/** What a container must not write to. Source: moby, default read-only paths. */
export const readonlyPaths: ReadonlyArray<string> = [
  "/proc/bus",
  "/proc/fs",
  "/proc/irq",
  "/proc/sys",
  "/proc/sysrq-trigger"
]

/** What in /proc only tells of the machine, so that a container can be shown something else there. Source: runc. */
const replaceable: ReadonlySet<string> = new Set([
  "/proc/cpuinfo",
  "/proc/diskstats",
  "/proc/loadavg",
  "/proc/meminfo",
  "/proc/net/dev",
  "/proc/slabinfo",
  "/proc/stat",
  "/proc/swaps",
  "/proc/sys/crypto/fips_enabled",
  "/proc/sys/kernel/ns_last_pid",
  "/proc/uptime"
])

/**
 * Whether nothing is mounted at a path of a container, which has no links in it. What makes the container, and what joins
 * it, finds its own descriptors and the kernel's parameters below /proc: files of somebody else there would lead it astray.
 */
export const closedToMounts = (path: string): boolean =>
  path === "/proc" || (path.startsWith("/proc/") && !replaceable.has(path))

/** One directory for each processor can hold `thermal_throttle`, which moby masks too. */
export const processors = "/sys/devices/system/cpu"

/** The paths to mask among the names in {@link processors}. */
export const throttlePaths = (names: ReadonlyArray<string>): ReadonlyArray<string> =>
  names.filter((name) => /^cpu[0-9]+$/.test(name)).map((name) => `${processors}/${name}/thermal_throttle`)
