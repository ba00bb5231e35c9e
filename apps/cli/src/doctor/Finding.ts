/** `ok`: as it should be. `degraded`: works, but less well. `missing`: is not there, or does not work. */
export type Status = "ok" | "degraded" | "missing"

/** What one look at the host has found. Sentences for people, with no full stop. */
export interface Finding {
  /** What was looked at, in a few words that stay the same: programs may look for them. */
  readonly subject: string
  readonly status: Status
  /** What is there: a version, a path, what the kernel said. */
  readonly found: string
  /** Whether the engine, run by this user, can do nothing useful without it. */
  readonly needed: boolean
  /** What does not work because of it. Everything that is not `ok` says so, */
  readonly costs?: string
  /** and says what to type to change it: a command, for root unless it says otherwise. */
  readonly mend?: string
}

/** All is well. */
export const fine = (subject: string, found: string, needed = false): Finding => ({
  subject,
  status: "ok",
  found,
  needed
})
