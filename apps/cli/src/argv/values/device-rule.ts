import { parseDeviceRule } from "@gantry/linux/devices"
import { bad, good, type Result } from "../Result.ts"

/** Reads `--device-cgroup-rule`, such as `c 10:* rw`, and gives it back as it is. */
export const checkDeviceRule = (text: string): Result<string> =>
  parseDeviceRule(text) === undefined ? bad(`invalid device cgroup format '${text}'`) : good(text)
