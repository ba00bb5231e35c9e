import { join, resolve } from "node:path"
import { describe, expect, it } from "vitest"
import { programPath, useGantry } from "./host/gantry.ts"
import { startProcess } from "./host/started.ts"

const gantry = useGantry()
const repository = resolve(import.meta.dirname, "../../../..")
const program = (name: string) => join(repository, "node_modules/.bin", name)
const main = join(repository, "examples/embedded-engine/main.ts")

/** Runs the example. */
const embedded = (runtime: ReadonlyArray<string>, ...args: ReadonlyArray<string>) =>
  startProcess([...runtime, "--conditions=gantry-source", main, ...args], {
    env: { PATH: process.env["PATH"], HOME: gantry.scratch },
    cwd: gantry.scratch
  }).ended

const said = /^built sha256:[0-9a-f]{64} \(.*\)\nhello from a container\nended with 0 after \d+ ms\n$/

describe("a program that has the engine in it", () => {
  it.each([
    ["Node", [program("node")]],
    ["Bun", [program("bun")]],
    ["Deno", [program("deno"), "run", "-A"]]
  ])("builds and runs in memory under %s", async (_, runtime) => {
    expect(await embedded(runtime)).toMatchObject({ status: 0, stdout: expect.stringMatching(said) })
  })

  it("builds and runs on this machine, in a store that the program gantry reads", async () => {
    await gantry.ok("tag", "base", "busybox")
    const outcome = await embedded([program("node")], gantry.root, programPath)
    expect(outcome).toMatchObject({ status: 0, stdout: expect.stringMatching(said) })
    expect(await gantry.ok("run", "--rm", "greeting")).toBe("hello from a container")
    expect(await gantry.ok("ps", "-aq")).toBe("")
  })
})
