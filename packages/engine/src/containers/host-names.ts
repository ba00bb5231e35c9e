import { readFileSync } from "node:fs"
import * as Effect from "effect/Effect"

/** The host's side of name resolution, read once for a start. */
export interface HostNames {
  /** Contents of the host's /etc/resolv.conf; empty when it has none. */
  readonly resolvConf: string
  /** Contents of what systemd's resolver keeps beside its own local stub. */
  readonly upstream?: string
}

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, "utf8")
  } catch {
    return undefined
  }
}

/** Reads the host's resolver files. */
export const hostNames: Effect.Effect<HostNames> = Effect.sync(() => {
  const upstream = read("/run/systemd/resolve/resolv.conf")
  return { resolvConf: read("/etc/resolv.conf") ?? "", ...(upstream === undefined ? {} : { upstream }) }
})
