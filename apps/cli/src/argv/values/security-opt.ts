import { bad, good, type Result } from "../Result.ts"

/** One value of `--security-opt`. */
export type SecurityOption =
  | { readonly kind: "no-new-privileges"; readonly enabled: boolean }
  /** `unconfined`, `builtin`, or the path of a profile that the caller reads. */
  | { readonly kind: "seccomp"; readonly profile: string }
  | { readonly kind: "apparmor"; readonly profile: string }
  | { readonly kind: "label"; readonly value: string }
  /** Neither mask nor write-protect paths of the kernel. */
  | { readonly kind: "systempaths-unconfined" }
  | { readonly kind: "writable-cgroups"; readonly enabled: boolean }

/** Reads `key=value`, the old `key:value`, or a bare `no-new-privileges`. */
export const parseSecurityOption = (text: string): Result<SecurityOption> => {
  const invalid = bad(`Invalid --security-opt: ${JSON.stringify(text)}`)
  const split = text.search(text.includes("=") ? /=/ : /:/)
  const key = split === -1 ? text : text.slice(0, split)
  const value = split === -1 ? undefined : text.slice(split + 1)
  switch (key) {
    case "no-new-privileges":
    case "writable-cgroups": {
      if (value !== undefined && value !== "true" && value !== "false") return invalid
      return good({ kind: key, enabled: value !== "false" })
    }
    case "seccomp":
    case "apparmor":
      return value === undefined || value === "" ? invalid : good({ kind: key, profile: value })
    case "label":
      return value === undefined || value === "" ? invalid : good({ kind: key, value })
    case "systempaths":
      return value === "unconfined" ? good({ kind: "systempaths-unconfined" }) : invalid
    default:
      return invalid
  }
}
