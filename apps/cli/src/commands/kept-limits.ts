import type { Resources } from "@gantry/core/runtime/ContainerSpec"
import type { RunOptions } from "@gantry/engine/containers/RunOptions"
import { type CgroupLayout, detectCgroups } from "@gantry/linux/cgroup-layout"
import { canLimit, type OptionalLimit } from "@gantry/linux/cgroup-optional"

/** What cannot be had of this machine, and Docker's sentence about it. */
interface Discard {
  readonly limit: OptionalLimit
  /** Whether it was asked for. */
  readonly asked: (resources: Resources) => boolean
  readonly without: (resources: Resources) => Resources
  readonly sentence: string
}

const lacking = (what: string, consequence: string) =>
  `Your kernel does not support ${what} or the cgroup is not mounted. ${consequence}`

const dropping =
  (name: keyof Resources) =>
  (resources: Resources): Resources =>
    Object.fromEntries(Object.entries(resources).filter(([each]) => each !== name))

const discards: ReadonlyArray<Discard> = [
  {
    limit: "swap",
    asked: ({ memorySwapBytes = -1 }) => memorySwapBytes > 0,
    without: dropping("memorySwapBytes"),
    sentence: lacking("swap limit capabilities", "Memory limited without swap.")
  },
  {
    limit: "swappiness",
    asked: ({ swappiness }) => swappiness !== undefined,
    without: dropping("swappiness"),
    sentence: lacking("memory swappiness capabilities", "Memory swappiness discarded.")
  },
  {
    limit: "oom kill disable",
    asked: ({ oomKillDisable }) => oomKillDisable === true,
    without: dropping("oomKillDisable"),
    sentence: "Your kernel does not support OomKillDisable. OomKillDisable discarded."
  },
  {
    limit: "block weight",
    asked: ({ blockWeight }) => blockWeight !== undefined,
    without: dropping("blockWeight"),
    sentence: lacking("Block I/O weight", "Weight discarded.")
  },
  {
    limit: "block weight",
    asked: ({ block = [] }) => block.some(({ kind }) => kind === "weight"),
    without: ({ block = [], ...rest }) => ({ ...rest, block: block.filter(({ kind }) => kind !== "weight") }),
    sentence: lacking("Block I/O weight_device", "Weight-device discarded.")
  }
]

/**
 * The limits of a container that this machine can keep, and, as in Docker, warnings about those that are left out and
 * about what may end badly.
 */
export const keptLimits = (
  resources: Resources,
  layout: () => CgroupLayout = detectCgroups
): { readonly resources: Resources; readonly warnings: ReadonlyArray<string> } => {
  const asked = discards.filter((each) => each.asked(resources))
  const dangerous = ({ memoryBytes = 0, oomKillDisable = false }: Resources) => oomKillDisable && memoryBytes === 0
  // Most containers ask for nothing of this, and need not have the trees looked at.
  const here = asked.length === 0 ? undefined : layout()
  const lost = asked.filter(({ limit }) => here !== undefined && !canLimit(here, limit))
  const kept = lost.reduce((rest, { without }) => without(rest), resources)
  return {
    resources: kept,
    warnings: [
      ...(dangerous(resources)
        ? ["Disabling the OOM killer on containers without setting a '-m/--memory' limit may be dangerous."]
        : []),
      ...lost.map(({ sentence }) => sentence),
      ...(dangerous(kept)
        ? [
            "OOM killer is disabled for the container, but no memory limit is set, this can result in the system running out of resources."
          ]
        : [])
    ]
  }
}

/** {@link keptLimits} for `run` and `create`: the warnings are told. */
export const withKeptLimits = (wished: RunOptions, warn: (line: string) => void): RunOptions => {
  const { resources, warnings } = keptLimits(wished.resources)
  for (const each of warnings) warn(`WARNING: ${each}\n`)
  return { ...wished, resources }
}
