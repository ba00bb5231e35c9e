import { mkdirSync } from "node:fs"
import { Settings } from "@gantry/core/Settings"
import { describe, expect, it } from "@effect/vitest"
import { Chunk, Effect, Stream } from "effect"
import * as fc from "fast-check"
import { mergedLogs } from "../../src/containers/merged-logs.ts"
import { directoryOf } from "../../src/containers/directory-of.ts"
import { openLog } from "../../src/supervisor/log.ts"
import { world } from "../world.ts"

const containers = ["a", "b", "c"].map((letter) => ({ id: letter.repeat(64) }))

describe("logs of several containers", () => {
  it.scoped("have every line of each, in the order of time, and of one container in its own order", () =>
    Effect.gen(function* () {
      const { root } = yield* Settings
      const plan = fc.sample(fc.array(fc.tuple(fc.nat(2), fc.nat(1)), { minLength: 20, maxLength: 40 }), {
        numRuns: 1,
        seed: 5
      })[0]
      let seconds = 0
      const logs = containers.map(({ id }) => {
        mkdirSync(directoryOf(root, id), { recursive: true })
        return openLog(directoryOf(root, id), { files: 1, maxBytes: 1e6 }, () => new Date(seconds * 1000))
      })
      // Written at the same moment as the one before, or later.
      for (const [index, [which, pause]] of (plan ?? []).entries()) {
        seconds += pause
        logs[which]?.append("stdout", new TextEncoder().encode(`${index}\n`))
      }
      const lines = Chunk.toReadonlyArray(
        yield* Stream.runCollect(mergedLogs(containers, { tail: "all", follow: false }))
      ).map(([{ id }, { bytes, time }]) => ({ id, time, index: Number(new TextDecoder().decode(bytes)) }))
      expect(lines.map(({ index }) => index).toSorted((a, b) => a - b)).toEqual(plan?.map((_, index) => index))
      expect(lines.map(({ time }) => time)).toEqual(lines.map(({ time }) => time).toSorted())
      for (const { id } of containers) {
        const own = lines.filter((line) => line.id === id).map(({ index }) => index)
        expect(own).toEqual(own.toSorted((a, b) => a - b))
      }
    }).pipe(Effect.provide(world))
  )
})
