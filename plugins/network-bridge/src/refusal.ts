import { NetworkRefused } from "@gantry/core/network/NetworkError"

const reasonOf = (cause: unknown): string => {
  // A failed transaction holds what was thrown inside it, and that is what people need to read.
  if (cause instanceof Error && "cause" in cause && cause.cause instanceof Error) return reasonOf(cause.cause)
  return cause instanceof Error ? cause.message : String(cause)
}

/** Translates whatever the kernel, `nft` or the database threw while something was tried. */
export const refusal =
  (action: string) =>
  (cause: unknown): NetworkRefused =>
    new NetworkRefused({ action, why: reasonOf(cause) })
