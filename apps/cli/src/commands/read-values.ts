import { readFileSync } from "node:fs"
import * as Effect from "effect/Effect"
import type { Result } from "../argv/Result.ts"
import { badValue, Usage } from "./Usage.ts"

/** Options whose values docker's command line reads after all arguments, and those that only its daemon looks at. */
const readLate = new Set<string>([
  "-p, --publish",
  "--expose",
  "--security-opt",
  "--device",
  "--env-file",
  "--pull",
  "--platform",
  "--pid",
  "--uts",
  "--userns",
  "--cgroupns",
  "--label-file",
  "--log-opt"
])
const readByDaemon = new Set<string>([
  "--restart",
  "--name",
  "--stop-signal",
  "--tmpfs",
  "-v, --volume",
  "--ipc",
  "-s, --signal",
  "-u, --user",
  "--group-add",
  "--cap-add",
  "--cap-drop",
  "-w, --workdir"
])

const refusal = (
  option: string,
  reason: string
): Pick<ConstructorParameters<typeof Usage>[0], "reason" | "speaker"> => {
  if (readLate.has(option)) return { speaker: "client", reason }
  return readByDaemon.has(option) ? { speaker: "daemon", reason } : { speaker: "flag" }
}

/** A parsed value, or the usage error that names the option it stands behind. */
export const valueOf = <A>(option: string, text: string, result: Result<A>): Effect.Effect<A, Usage> =>
  result.ok
    ? Effect.succeed(result.value)
    : new Usage({
        message: `invalid argument ${JSON.stringify(text)} for "${option}" flag: ${result.problem}`,
        status: 125,
        ...refusal(option, result.problem)
      })

/** All values of a repeated option, in order. */
export const valuesOf = <A>(
  option: string,
  texts: ReadonlyArray<string>,
  parse: (text: string) => Result<A>
): Effect.Effect<ReadonlyArray<A>, Usage> => Effect.forEach(texts, (text) => valueOf(option, text, parse(text)))

/** The value of an option that may be absent. */
export const optionalOf = <A>(
  option: string,
  text: string | undefined,
  parse: (text: string) => Result<A>
): Effect.Effect<A | undefined, Usage> =>
  text === undefined ? Effect.succeed(undefined) : valueOf(option, text, parse(text))

/** The text of a file that an option names. */
export const fileOf = (option: string, path: string): Effect.Effect<string, Usage> =>
  Effect.try({
    // By descriptor: standard input may be a socket, which has no path that could be opened.
    try: () => readFileSync(path === "/dev/stdin" ? 0 : path, "utf8"),
    catch: (cause) => badValue(`${option}: ${cause instanceof Error ? cause.message : String(cause)}`)
  })

/** Leaves out what is undefined, as exact optional properties want it. */
export const given = <Key extends string, A>(key: Key, value: A | undefined): { readonly [K in Key]?: A } =>
  // A record with the one key `Key`, or none.
  (value === undefined ? {} : { [key]: value }) as { readonly [K in Key]?: A }
