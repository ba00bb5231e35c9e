import { isUtf8 } from "node:buffer"
import { readFileSync } from "node:fs"
import * as Effect from "effect/Effect"
import type { Result } from "../argv/Result.ts"
import { reasonOf } from "@gantry/engine/file-problem"
import { badValue, Usage } from "./Usage.ts"

/** Options whose values docker's command line reads after all arguments, */
const readLate = new Set<string>([
  "-p, --publish",
  "--expose",
  "--security-opt",
  "--device",
  "--env-file",
  "--label-file",
  "--pull",
  "--log-opt"
])
/** of which it names some, */
const readLateByName = new Set<string>(["--pid", "--uts", "--userns", "--cgroupns"])
/** and those that only its daemon looks at, with what it says where it names the value. */
const readByDaemon: { readonly [option: string]: (text: string, reason: string) => string } = {
  "--name": (_, reason) => reason,
  "--restart": (_, reason) => reason,
  "--ipc": (_, reason) => reason,
  "--tmpfs": (_, reason) => reason,
  "-s, --signal": (text) => `Invalid signal: ${text}`,
  "-u, --user": (_, reason) => reason,
  "-v, --volume": (_, reason) => reason,
  NEW_NAME: (_, reason) => reason
}

const refusal = (
  option: string,
  text: string,
  reason: string
): Pick<ConstructorParameters<typeof Usage>[0], "reason" | "speaker"> => {
  if (option === "--platform") {
    const parts = text.split("/").length
    const what = parts > 3 ? "cannot parse platform specifier" : "unknown operating system or architecture"
    return {
      speaker: "client",
      reason: `error parsing specified platform: ${JSON.stringify(text)}: ${what}: invalid argument`
    }
  }
  // What the shape alone tells, its command line sees by itself.
  if (readLate.has(option) || /^invalid (spec:|restart policy format)|^no name set for network$/.test(reason))
    return { speaker: "client", reason }
  if (readLateByName.has(option)) return { speaker: "client", reason: `${option}: ${reason}` }
  const said = readByDaemon[option]
  return said === undefined ? { speaker: "flag" } : { speaker: "daemon", reason: said(text, reason) }
}

/** A parsed value, or the usage error that names the option it stands behind. */
export const valueOf = <A>(option: string, text: string, result: Result<A>): Effect.Effect<A, Usage> =>
  result.ok
    ? Effect.succeed(result.value)
    : new Usage({
        message: `invalid argument ${JSON.stringify(text)} for "${option}" flag: ${result.problem}`,
        status: 125,
        ...refusal(option, text, result.problem)
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

/** The value of an option that, as in Docker, has none when the text is empty: scripts write `--name "$NAME"`. */
export const unlessEmpty = (text: string | undefined): string | undefined => (text === "" ? undefined : text)

/** The text of a file that an option names. */
export const fileOf = (option: string, path: string): Effect.Effect<string, Usage> =>
  Effect.try({
    // By descriptor: standard input may be a socket, which has no path that could be opened.
    try: () => readFileSync(path === "/dev/stdin" ? 0 : path),
    catch: (cause) => {
      const message = `${option}: ${path} cannot be read: ${reasonOf(cause)}`
      const opening = `open ${path}: ${fileTrouble(cause)}`
      const profile = option === "--security-opt seccomp"
      const reason = profile ? `opening seccomp profile (${path}) failed: ${opening}` : opening
      return new Usage({ message, status: 125, reason })
    }
  }).pipe(
    Effect.filterOrFail(isUtf8, (bytes) => {
      const line =
        bytes
          .toString("latin1")
          .split("\n")
          .findIndex((each) => !isUtf8(Buffer.from(each, "latin1"))) + 1
      return badValue(`${option}: ${path} contains invalid utf8 bytes at line ${line}`)
    }),
    Effect.map((bytes) => bytes.toString("utf8"))
  )

/** What a kernel says of a file, in the words of Go's programs. */
export const fileTrouble = (cause: unknown): string => {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined
  if (code === "ENOENT") return "no such file or directory"
  if (code === "EACCES") return "permission denied"
  if (code === "ENOSPC") return "no space left on device"
  return code === "EISDIR" ? "is a directory" : String(code ?? cause)
}

/** Leaves out what is undefined, as exact optional properties want it. */
export const given = <Key extends string, A>(key: Key, value: A | undefined): { readonly [K in Key]?: A } =>
  // A record with the one key `Key`, or none.
  (value === undefined ? {} : { [key]: value }) as { readonly [K in Key]?: A }
