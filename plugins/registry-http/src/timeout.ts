import { readIdleTime } from "@gantry/core/registry/idle-time"

const usualTimeout = 60_000

/** Longest time without a byte, in milliseconds: as asked for in seconds, else as the environment says. */
export const idleOf = ({
  env,
  timeout
}: {
  readonly env: { readonly [name: string]: string | undefined }
  readonly timeout?: number
}): number => {
  const wished = timeout === undefined ? env["GANTRY_REGISTRY_TIMEOUT"] : String(timeout)
  return readIdleTime(wished ?? "") ?? usualTimeout
}
