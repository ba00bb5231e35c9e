import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { exec } from "../../src/verbs/exec.ts"
import { image, world } from "../world.ts"
import { box, create, forever, start, stateOf, textOf } from "./play.ts"

describe("exec", () => {
  const request = {
    argv: ["env"],
    env: [],
    tty: false,
    stdin: false,
    privileged: false,
    allCapabilities: ["SYS_ADMIN"]
  }

  it.scoped("runs a further process with the container's environment and what is added to it", () =>
    Effect.gen(function* () {
      yield* box
      const record = yield* create({ ...forever, env: ["A=1", "B=2"] })
      yield* start(record)
      const session = yield* exec(record, { ...request, env: ["A", "C=3", "B=x"] })
      const said = (yield* textOf(session.output)).trimEnd().split("\n")
      expect(said.filter((line) => /^[ABC]=/.test(line))).toEqual(["B=x", "C=3"])
      expect((yield* session.exit).code).toBe(0)
      expect((yield* stateOf(record.id)).status).toBe("running")
    }).pipe(Effect.provide(world))
  )

  it.scoped("lets the container say what its terminal is", () =>
    Effect.gen(function* () {
      yield* box
      const plain = yield* create({ ...forever })
      const special = yield* create({ ...forever, env: ["TERM=vt100"] }, () => "special")
      for (const record of [plain, special]) yield* start(record)
      expect(yield* textOf((yield* exec(plain, { ...request, tty: true })).output)).toContain("TERM=xterm\n")
      expect(yield* textOf((yield* exec(special, { ...request, tty: true })).output)).toContain("TERM=vt100\n")
    }).pipe(Effect.provide(world))
  )

  it.scoped("has no part in the image's ENTRYPOINT, and its own working directory", () =>
    Effect.gen(function* () {
      yield* image(["box"], { Entrypoint: ["sleep"], Cmd: ["1000"], WorkingDir: "/srv" })
      const record = yield* create()
      yield* start(record)
      expect(yield* textOf((yield* exec(record, { ...request, argv: ["pwd"] })).output)).toBe("/srv\n")
      expect(yield* textOf((yield* exec(record, { ...request, argv: ["pwd"], workdir: "/tmp" })).output)).toBe("/tmp\n")
    }).pipe(Effect.provide(world))
  )

  it.scoped("is refused where nothing runs, and says how to help", () =>
    Effect.gen(function* () {
      yield* box
      const record = yield* create({ name: "web" })
      expect(yield* Effect.flip(exec(record, request))).toMatchObject({
        _tag: "WrongState",
        hint: "start it first: gantry start web"
      })
    }).pipe(Effect.provide(world))
  )
})
