import type { ContainerSpec, Resources } from "@gantry/core/runtime/ContainerSpec"
import { cpuTime } from "@gantry/linux/cgroup-limits"
import { anyDevice, defaultDevices, type DeviceRule, parseDeviceRule } from "@gantry/linux/devices"
import type { OciDevice, OciDeviceRule, OciResources } from "./OciConfig.ts"

/** A device of the host that goes into the container, and what may be done with it. */
export interface GivenDevice extends OciDevice {
  readonly access: string
}

const letters = { all: "a", block: "b", char: "c" } as const
const kinds = { b: "block", c: "char" } as const

const ruleOf = ({ access, major, minor, type }: DeviceRule): OciDeviceRule => ({
  allow: true,
  type: letters[type],
  ...(major === null ? {} : { major }),
  ...(minor === null ? {} : { minor }),
  access
})

/**
 * Limits of the control group and its list of devices: what gantry itself keeps the group to, in OCI's words. Those of
 * swap, block devices and of what happens when memory runs out are not among them: gantry has set them in the group by
 * the time that the runtime finds it, and lets a host that has none of them start the container all the same.
 */
export const resourcesOf = (
  spec: Pick<ContainerSpec, "deviceRules" | "privileged" | "resources">,
  devices: ReadonlyArray<GivenDevice>
): OciResources => {
  const { resources } = spec
  const memory = memoryOf(resources)
  const cpu = cpuOf(resources)
  return {
    devices: [{ allow: false, access: "rwm" }, ...allowedDevices(spec, devices).map(ruleOf)],
    ...(Object.keys(memory).length === 0 ? {} : { memory }),
    ...(Object.keys(cpu).length === 0 ? {} : { cpu }),
    ...(resources.pids === undefined ? {} : { pids: { limit: resources.pids } })
  }
}

/** What the container may use of the host's devices; everything else is denied. */
export const allowedDevices = (
  { deviceRules = [], privileged }: Pick<ContainerSpec, "deviceRules" | "privileged">,
  devices: ReadonlyArray<GivenDevice>
): ReadonlyArray<DeviceRule> =>
  privileged
    ? [anyDevice]
    : [
        ...defaultDevices,
        ...devices.map(({ access, major, minor, type }) => ({ type: kinds[type], major, minor, access })),
        ...deviceRules.flatMap((text) => parseDeviceRule(text) ?? [])
      ]

const memoryOf = ({ memoryBytes, memoryReservationBytes }: Resources) => ({
  ...(memoryBytes === undefined ? {} : { limit: memoryBytes }),
  ...(memoryReservationBytes === undefined ? {} : { reservation: memoryReservationBytes })
})

const cpuOf = (resources: Resources) => {
  const { quota, period } = cpuTime({
    ...(resources.nanoCpus === undefined ? {} : { nanoCpus: resources.nanoCpus }),
    ...(resources.cpuQuotaUs === undefined ? {} : { cpuQuota: resources.cpuQuotaUs }),
    ...(resources.cpuPeriodUs === undefined ? {} : { cpuPeriod: resources.cpuPeriodUs })
  })
  return {
    ...(resources.cpuShares === undefined ? {} : { shares: resources.cpuShares }),
    ...(quota === undefined ? {} : { quota, period }),
    ...(resources.cpusetCpus === undefined ? {} : { cpus: resources.cpusetCpus }),
    ...(resources.cpusetMems === undefined ? {} : { mems: resources.cpusetMems })
  }
}
