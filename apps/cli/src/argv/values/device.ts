import { bad, good, type Result } from "../Result.ts"

/** One value of `--device`. */
export type DeviceSpec =
  | {
      readonly kind: "path"
      readonly host: string
      readonly container: string
      /** Some of `r`, `w` and `m` (make), each at most once. */
      readonly permissions: string
    }
  /** A Container Device Interface name, `vendor.com/class=name`. */
  | { readonly kind: "cdi"; readonly name: string }

/** Reads `host[:container][:rwm]`, or a CDI name. */
export const parseDevice = (text: string): Result<DeviceSpec> => {
  if (/^[A-Za-z][\w.-]*\/[A-Za-z][\w.-]*=[\w.:-]+$/.test(text)) return good({ kind: "cdi", name: text })
  const [host = "", second, third, ...more] = text.split(":")
  if (host === "" || more.length > 0) return bad(`invalid device specification: ${text}`)
  const secondIsMode = second !== undefined && third === undefined && isPermissions(second)
  const container = second === undefined || second === "" || secondIsMode ? host : second
  const permissions = third ?? (secondIsMode ? second : "rwm")
  if (!isPermissions(permissions)) return bad(`bad permissions ${JSON.stringify(permissions)} in device ${text}`)
  if (!host.startsWith("/") || !container.startsWith("/")) {
    return bad(`${host.startsWith("/") ? container : host} is not an absolute path`)
  }
  return good({ kind: "path", host, container, permissions })
}

const isPermissions = (text: string): boolean => /^(?!.*(.).*\1)[rwm]{1,3}$/.test(text)
