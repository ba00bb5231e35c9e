import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { textLimit } from "@gantry/core/read-text"
import { S_IFIFO } from "@gantry/linux/constants"
import { loadSyscallsSync } from "@gantry/linux/load"
import { it } from "@effect/vitest"
import { Effect } from "effect"
import { afterEach, beforeEach, describe, expect } from "vitest"
import { openContext } from "../../src/contexts/open-context.ts"
import { world } from "../world.ts"

describe("a context whose author means no good", () => {
  let root = ""
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "gantry-context-"))
  })
  afterEach(() => rmSync(root, { recursive: true }))

  const why = Effect.suspend(() =>
    openContext({ context: { of: "folder", path: root }, env: {}, keepGitDir: false }).pipe(
      Effect.scoped,
      Effect.flip,
      Effect.map((failure) => ("why" in failure ? failure.why : failure.message)),
      Effect.provide(world)
    )
  )
  const pipe = (name: string) => loadSyscallsSync().mknod(join(root, name), S_IFIFO | 0o600, 0, 0)

  it.effect("cannot have a build wait for a Dockerfile that is a pipe", () =>
    Effect.gen(function* () {
      pipe("Dockerfile")
      expect(yield* why).toBe("it is a pipe or a device")
    })
  )

  it.effect("cannot have a build read a device that never ends", () =>
    Effect.gen(function* () {
      symlinkSync("/dev/zero", join(root, "Dockerfile"))
      expect(yield* why).toBe("it is a pipe or a device")
    })
  )

  it.effect("cannot fill the memory with a Dockerfile", () =>
    Effect.gen(function* () {
      writeFileSync(join(root, "Dockerfile"), Buffer.alloc(textLimit + 1))
      expect(yield* why).toBe(`it is longer than a Dockerfile can be (${textLimit} bytes)`)
    })
  )

  it.effect("cannot have a build wait for an ignore file that is a pipe", () =>
    Effect.gen(function* () {
      writeFileSync(join(root, "Dockerfile"), "FROM scratch\n")
      pipe(".dockerignore")
      expect(yield* why).toBe("it is a pipe or a device")
    })
  )
})
