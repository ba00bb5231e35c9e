import { Network } from "@gantry/core/network/Network"
import { describe, expect, it } from "@effect/vitest"
import { Containers } from "@gantry/engine/containers/Containers"
import { Effect } from "effect"
import { engine, gantry } from "./bench.ts"
import { build } from "./box.ts"

describe("gantry ps", () => {
  it.scoped("gives back what a killed start held, and lists its container also when it was made with --rm", () =>
    Effect.gen(function* () {
      yield* build("box")
      const id = (yield* gantry("create", ["--rm", "--name", "passing", "box"])).out.trim()
      const network = yield* Network
      const asked = { container: id, containerName: "passing", network: "bridge", ports: [] }
      const held = yield* network.attach(asked)
      yield* (yield* Containers).attach(id, () => [held])
      expect((yield* gantry("ps", ["-a", "--format", "{{.Names}} {{.State}}"])).out).toBe("passing created\n")
      expect(yield* network.attached).toEqual([])
    }).pipe(Effect.provide(engine))
  )
})
