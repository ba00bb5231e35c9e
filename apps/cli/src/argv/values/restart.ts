import { bad, good, type Result } from "../Result.ts"

const policies = ["no", "always", "on-failure", "unless-stopped"] as const

/** When a container is started again after it ended. */
export interface RestartPolicy {
  readonly name: (typeof policies)[number]
  /** Only for `on-failure`; 0 is no limit. */
  readonly maximumRetryCount: number
}

/** Reads `--restart`: `no`, `always`, `unless-stopped` or `on-failure[:count]`. */
export const parseRestart = (text: string): Result<RestartPolicy> => {
  if (text === "") return good({ name: "no", maximumRetryCount: 0 })
  const colon = text.indexOf(":")
  const word = colon === -1 ? text : text.slice(0, colon)
  const count = colon === -1 ? "" : text.slice(colon + 1)
  if (word === "") return bad("invalid restart policy format: no policy provided before colon")
  const name = policies.find((each) => each === word)
  if (name === undefined) {
    return bad(
      `invalid restart policy: unknown policy '${word}'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'`
    )
  }
  if (colon === -1) return good({ name, maximumRetryCount: 0 })
  if (!/^-?\d{1,9}$/.test(count)) {
    return bad("invalid restart policy format: maximum retry count must be an integer")
  }
  if (name !== "on-failure") {
    return bad("invalid restart policy: maximum retry count can only be used with 'on-failure'")
  }
  if (count.startsWith("-")) return bad("invalid restart policy: maximum retry count cannot be negative")
  return good({ name, maximumRetryCount: Number(count) })
}
