import { findKeptLog } from "@gantry/engine/autopsies/kept-logs"
import { Containers } from "@gantry/engine/containers/Containers"
import type { ContainerRecord } from "@gantry/engine/containers/ContainerRecord"
import type { LogLine } from "@gantry/engine/containers/Logs"
import { logAttributes } from "@gantry/engine/containers/LogSettings"
import { mergedLogs } from "@gantry/engine/containers/merged-logs"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { logs as table } from "../argv/tables/lifecycle.ts"
import { parseInstant } from "../argv/values/instant.ts"
import { patternOf } from "../argv/values/pattern.ts"
import { parseTail } from "../argv/values/words.ts"
import type { Terminal } from "../terminal.ts"
import { define } from "./define.ts"
import { given, optionalOf } from "./read-values.ts"
import { Usage } from "./Usage.ts"

/** RFC 3339 with nine digits, so that lines stand below each other. */
const padded = (time: string): string => {
  const [whole = "", fraction = ""] = time.replace(/Z$/, "").split(".")
  return `${whole}.${fraction.padEnd(9, "0")}Z`
}

const newline = 0x0a

/** Prints lines one after the other; with the names of their containers when there are several. */
const printer = (
  containers: ReadonlyArray<ContainerRecord>,
  { details, timestamps }: { readonly details: boolean; readonly timestamps: boolean },
  terminal: Terminal
) => {
  const width = Math.max(...containers.map(({ name }) => name.length))
  const several = containers.length > 1
  const attributes = new Map(
    containers.map(({ id, labels, options, spec }) => [
      id,
      logAttributes(options.log, labels, spec.process.env)
        .map((pair) => pair.map(encodeURIComponent).join("="))
        .join(",")
    ])
  )
  return ({ id, name }: ContainerRecord, { bytes, stream, time }: LogLine): void => {
    const print = stream === "stdout" ? terminal.out : terminal.err
    const head = [
      several ? `${name.padEnd(width)} | ` : "",
      timestamps ? `${padded(time)} ` : "",
      details ? `${attributes.get(id)} ` : ""
    ].join("")
    if (head !== "") print(head)
    print(bytes)
    // What has no end yet would have the line of another container behind it.
    if (several && bytes.at(-1) !== newline) print("\n")
  }
}

/** The value of `--since` or `--until`. A wrong one ends with 1, as with Docker, whose command line does not look at it. */
export const logInstant = (name: string, text: string | undefined, now: bigint) =>
  Effect.mapError(
    optionalOf(`--${name}`, text, (value) => parseInstant(value, now)),
    ({ hint }) =>
      new Usage({
        message: `invalid value for "${name}": failed to parse value as time or duration: ${JSON.stringify(text)}`,
        status: 1,
        speaker: "plain",
        ...(hint === undefined ? {} : { hint })
      })
  )

/** A container, or one that was removed and whose log is kept. Docker has no such logs, and scripts ask it what there is. */
const writerOf = (name: string, { program }: Terminal) =>
  Effect.gen(function* () {
    const containers = yield* Containers
    return yield* Effect.catchTag(containers.find(name), "NoSuchContainer", (missing) =>
      Effect.gen(function* () {
        const kept = program === "docker" ? undefined : yield* findKeptLog(name)
        return kept === undefined ? yield* missing : { ...kept.record, keptLog: kept.directory }
      })
    )
  })

/** `gantry logs`. */
export default define(table, ({ operands, options }, { terminal }) =>
  Effect.gen(function* () {
    const now = BigInt(terminal.now()) * 1_000_000n
    const since = yield* logInstant("since", options.since, now)
    const until = yield* logInstant("until", options.until, now)
    const pattern = yield* optionalOf("--grep", options.grep, patternOf)
    const found = yield* Effect.forEach(operands, (name) => writerOf(name, terminal))
    const records = [...new Map(found.map((record) => [record.id, record])).values()]
    const silent = records.find(({ options: { log } }) => log.driver === "none")
    if (silent !== undefined) {
      return yield* new Usage({
        message: "configured logging driver does not support reading",
        hint: `${silent.name} was made with --log-driver none: nothing that it writes is kept`,
        status: 1,
        speaker: "daemon"
      })
    }
    const print = printer(records, options, terminal)
    const query = {
      tail: options.tail === undefined ? "all" : parseTail(options.tail),
      follow: options.follow,
      ...given("since", since),
      ...given("until", until),
      ...given("matches", pattern === undefined ? undefined : (text: string) => pattern.test(text))
    } as const
    yield* Stream.runForEach(mergedLogs(records, query), ([record, line]) => Effect.sync(() => print(record, line)))
    return 0
  })
)
