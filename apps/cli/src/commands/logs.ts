import { Containers } from "@gantry/engine/containers/Containers"
import { logs } from "@gantry/engine/containers/Logs"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { logs as table } from "../argv/tables/lifecycle.ts"
import { parseInstant } from "../argv/values/instant.ts"
import { parseTail } from "../argv/values/words.ts"
import { define } from "./define.ts"
import { given, optionalOf } from "./read-values.ts"

/** RFC 3339 with nine digits, so that lines stand below each other. */
const padded = (time: string): string => {
  const [whole = "", fraction = ""] = time.replace(/Z$/, "").split(".")
  return `${whole}.${fraction.padEnd(9, "0")}Z`
}

/** `gantry logs`. */
export default define(table, ({ operands: [name = ""], options }, { terminal }) =>
  Effect.gen(function* () {
    const now = BigInt(terminal.now()) * 1_000_000n
    const since = yield* optionalOf("--since", options.since, (text) => parseInstant(text, now))
    const until = yield* optionalOf("--until", options.until, (text) => parseInstant(text, now))
    const record = yield* (yield* Containers).find(name)
    yield* Stream.runForEach(
      logs(record.id, {
        tail: options.tail === undefined ? "all" : parseTail(options.tail),
        follow: options.follow,
        ...given("since", since),
        ...given("until", until)
      }),
      (line) =>
        Effect.sync(() => {
          const print = line.stream === "stdout" ? terminal.out : terminal.err
          if (options.timestamps) print(`${padded(line.time)} `)
          print(line.bytes)
        })
    )
    return 0
  })
)
