import type { HealthProbe } from "../dockerfile/Instruction.ts"
import type { StageState } from "./stage-state.ts"

/**
 * `created_by` texts as BuildKit writes them, because scanners and people read them: RUN with its shell and the declared
 * ARGs, copies without `--from`, lists as Go prints them.
 */
export const runText = ({ args, env }: StageState, argv: ReadonlyArray<string>): string => {
  const values = [...args].map(([name, value]) => `${name}=${env.get(name) ?? value ?? ""}`)
  const prefix = values.length === 0 ? [] : [`|${values.length}`, ...values]
  return `RUN ${[...prefix, ...argv].join(" ")} # buildkit`
}

/** The text of a COPY or ADD. */
export const copyText = (copy: {
  readonly name: "COPY" | "ADD"
  readonly flags: ReadonlyArray<string>
  readonly sources: ReadonlyArray<string>
  readonly inline: ReadonlyArray<string>
  readonly dest: string
}): string =>
  `${[copy.name, ...copy.flags, ...copy.sources, ...copy.inline.map((name) => `<<${name}`), copy.dest].join(" ")} # buildkit`

/** `["sh" "-c"]`: how Go prints a list of quoted words. */
export const quotedList = (words: ReadonlyArray<string>): string =>
  `[${words.map((word) => JSON.stringify(word)).join(" ")}]`

/** The text of a HEALTHCHECK, in the order of the reference. */
export const healthText = (check: "none" | HealthProbe, test: ReadonlyArray<string>): string => {
  if (check === "none") return "HEALTHCHECK NONE"
  const flags = [
    ["interval", check.interval],
    ["timeout", check.timeout],
    ["start-period", check.startPeriod],
    ["start-interval", check.startInterval]
  ] as const
  const words = flags.flatMap(([name, value]) =>
    value === undefined || value === 0 ? [] : [`--${name}=${seconds(value)}`]
  )
  const retries = check.retries === undefined || check.retries === 0 ? [] : [`--retries=${check.retries}`]
  const [kind, ...command] = test
  return [
    "HEALTHCHECK",
    ...words,
    ...retries,
    "CMD",
    kind === "CMD-SHELL" ? command.join(" ") : quotedList(command)
  ].join(" ")
}

const seconds = (nanoseconds: number) => (nanoseconds % 1e9 === 0 ? `${nanoseconds / 1e9}s` : `${nanoseconds / 1e6}ms`)
