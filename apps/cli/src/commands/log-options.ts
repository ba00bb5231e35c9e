import { defaults } from "@gantry/engine/containers/RunOptions"
import type { LogSettings } from "@gantry/engine/containers/LogSettings"
import * as Effect from "effect/Effect"
import { bad, good, type Result } from "../argv/Result.ts"
import { parseBytes } from "../argv/values/bytes.ts"
import { keyAndValue } from "../argv/values/csv.ts"
import { patternOf } from "../argv/values/pattern.ts"
import { refused, Usage } from "./Usage.ts"

/** Drivers of Docker that send what is written somewhere else. */
const elsewhere: ReadonlySet<string> = new Set([
  "awslogs",
  "etwlogs",
  "fluentd",
  "gcplogs",
  "gelf",
  "journald",
  "splunk",
  "syslog"
])

/** Options that Docker's file drivers have and gantry's has not. */
const missing: ReadonlySet<string> = new Set(["tag", "max-buffer-size"])

/** No limit that a file would ever reach. */
const unlimited = Number.MAX_SAFE_INTEGER

/** `--log-driver` and `--log-opt`; none when the usual is meant. */
export const logOf = (options: {
  readonly logDriver: string | undefined
  readonly logOpt: ReadonlyArray<string>
}): Effect.Effect<LogSettings | undefined, Usage> =>
  Effect.gen(function* () {
    const type = options.logDriver === undefined || options.logDriver === "" ? "json-file" : options.logDriver
    const asked = Object.fromEntries(
      options.logOpt
        .map((text): readonly [string, string] => {
          const [name, value = ""] = keyAndValue(text)
          return [name, value]
        })
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
    )
    const names = Object.keys(asked)
    if (type === "none") {
      if (names.length === 0) return { ...defaults.log, driver: "none", asked: { type, options: {} } }
      return yield* new Usage({
        message: "invalid logging opts for driver none",
        hint: "leave out --log-opt, or --log-driver none",
        status: 125,
        speaker: "client"
      })
    }
    if (type !== "json-file" && type !== "local") {
      const why = elsewhere.has(type)
        ? `gantry has no log driver ${type}: it keeps what containers write in files`
        : `logger: no log driver named '${type}' is registered`
      return yield* refused(why, "use json-file, local or none")
    }
    if (options.logDriver === undefined && names.length === 0) return undefined
    const changes = yield* Effect.forEach(Object.entries(asked), ([name, value]) => {
      const change = changeOf(type, name, value)
      return change.ok
        ? Effect.succeed(change.value)
        : refused(change.problem, "gantry run --help tells the options of logs")
    })
    return Object.assign({ ...defaults.log, asked: { type, options: asked } }, ...changes)
  })

const changeOf = (type: string, name: string, value: string): Result<Partial<LogSettings>> => {
  switch (name) {
    case "max-size": {
      if (value === "-1") return good({ maxBytes: unlimited })
      const size = parseBytes(value)
      if (!size.ok) return bad(`invalid value for log opt max-size: ${size.problem}`)
      return size.value > 0 ? good({ maxBytes: size.value }) : bad("max-size must be a positive number")
    }
    case "max-file": {
      if (!/^-?\d{1,6}$/.test(value)) return bad(`invalid value for log opt max-file: ${JSON.stringify(value)}`)
      return Number(value) < 1 ? bad("max-file cannot be less than 1") : good({ files: Number(value) })
    }
    case "labels":
    case "env":
      return good({})
    case "labels-regex":
    case "env-regex": {
      const pattern = patternOf(value)
      return pattern.ok ? good({}) : bad(`invalid value for log opt ${name}: ${pattern.problem}`)
    }
    case "compress":
      return value === "false" ? good({}) : bad("logs are not compressed: log opt compress can only be false")
    case "mode":
      return value === "blocking" ? good({}) : bad(`log opt mode=${value}: what is written goes straight to a file`)
    default:
      return bad(
        missing.has(name) ? `gantry's logs have no log opt ${name}` : `unknown log opt '${name}' for ${type} log driver`
      )
  }
}
