import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import { execProcess } from "../../src/containers/exec-process.ts"
import { secretVariables } from "../../src/containers/secret-variables.ts"
import type { Conversation } from "../../src/supervisor/client.ts"
import { makeOutputQueue } from "../../src/supervisor/output-queue.ts"
import type { Control, Event } from "../../src/supervisor/protocol.ts"
import { plainSpec } from "@gantry/core/runtime/ContainerSpec"

const withheld = [
  { placeholder: "p1", variable: "TOKEN" },
  { placeholder: "p2" },
  { placeholder: "p3", variable: "KEY" }
]

/** A supervisor that answers so, and what it was asked. */
const supervisor = (answer: (control: Control) => Promise<Event | undefined>) => {
  const asked: Array<Control> = []
  let open = 0
  const conversation = {
    output: makeOutputQueue(),
    event: () => Promise.resolve(undefined),
    input: () => Promise.resolve(),
    tell: () => undefined,
    ask: ((control: Control) => {
      asked.push(control)
      return answer(control)
    }) as Conversation["ask"],
    close: () => void open--
  }
  const connect = Effect.sync((): Conversation => {
    open++
    return conversation
  })
  return { connect, asked, open: () => open }
}

const telling = () =>
  supervisor((control) =>
    Promise.resolve({ type: "secret-told", text: control.type === "tell-secret" ? `of ${control.placeholder}` : "" })
  )

describe("variables of a further process that are secret", () => {
  it.effect("are told by the supervisor, less what is said for this process", () =>
    Effect.gen(function* () {
      const one = telling()
      expect(yield* secretVariables("c", one.connect, withheld, { env: ["A=1"] })).toEqual([
        "A=1",
        "TOKEN=of p1",
        "KEY=of p3"
      ])
      const other = telling()
      const process = execProcess(
        { process: { ...plainSpec("c", { type: "directory", path: "/" }, { argv: ["x"] }).process, env: ["A=1"] } },
        {
          argv: ["x"],
          env: ["TOKEN", "KEY=mine", "A", "A=2"],
          tty: false,
          stdin: false,
          privileged: false,
          allCapabilities: []
        }
      )
      expect(process.unset).toEqual(["TOKEN"])
      expect(yield* secretVariables("c", other.connect, withheld, process)).toEqual(["KEY=mine", "A=2"])
      expect(other.asked).toEqual([])
      expect(one.open()).toBe(0)
    })
  )

  it.effect("are never left out: a supervisor that ends, has none or stays silent is a failure", () =>
    Effect.gen(function* () {
      const ended = supervisor(() => Promise.resolve(undefined))
      expect(yield* Effect.flip(secretVariables("c", ended.connect, withheld, { env: [] }))).toMatchObject({
        _tag: "NotRunning",
        container: "c"
      })
      const without = supervisor(() => Promise.resolve({ type: "secret-told" }))
      expect(yield* Effect.flip(secretVariables("c", without.connect, withheld, { env: [] }))).toMatchObject({
        message: "could not give it the secret variable TOKEN: the container's supervisor does not have it"
      })
      const silent = supervisor(() => new Promise(() => undefined))
      const asking = yield* Effect.fork(Effect.flip(secretVariables("c", silent.connect, withheld, { env: [] })))
      yield* TestClock.adjust("10 seconds")
      expect(yield* Fiber.join(asking)).toMatchObject({
        message: "could not give it the secret variable TOKEN: the container's supervisor does not answer"
      })
      expect(silent.open()).toBe(0)
    })
  )
})
