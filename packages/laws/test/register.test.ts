import { spawn } from "node:child_process"
import { once } from "node:events"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { text } from "node:stream/consumers"
import { describe, expect, it } from "vitest"
import { register, type Runner } from "../src/register.ts"
import { twoLaws } from "./runners/two-laws.ts"

const here = fileURLToPath(new URL("runners", import.meta.url))

/** Without what makes a runner write colours, or for a machine that reads along. */
const { CI: _, CLICOLOR_FORCE: _color, FORCE_COLOR: _force, GITHUB_ACTIONS: _actions, ...plain } = process.env

/** What a program writes, both streams, and how it ends. */
const output = async (program: string, ...args: ReadonlyArray<string>) => {
  const child = spawn(program, args, { cwd: here, stdio: ["ignore", "pipe", "pipe"], env: plain })
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")])
  return { all: out + err, code }
}

const times = (all: string, line: string) => all.split(line).length - 1

describe("a suite of laws", () => {
  it("makes one test of each law, on one subject, and lets the subject go", async () => {
    const names: Array<string> = []
    const bodies: Array<() => Promise<void>> = []
    const afters: Array<() => Promise<void>> = []
    const runner: Runner = {
      describe: (name, body) => {
        names.push(name)
        body()
      },
      it: (name, body) => {
        names.push(name)
        bodies.push(body)
      },
      afterAll: (body) => void afters.push(body)
    }
    register(runner, twoLaws)
    expect(names).toEqual(["the subject keeps its laws", "ONE-1 this holds", "ONE-2 this does not hold"])
    const [first, second] = bodies
    await expect(first?.()).resolves.toBeUndefined()
    await expect(second?.()).rejects.toThrow("ONE-2")
    await Promise.all(afters.map((after) => after()))
    expect(afters).toHaveLength(1)
    await expect(first?.()).rejects.toThrow("ManagedRuntime disposed")
  })

  it("runs under the runner of Node", async () => {
    const node = (process.versions["bun"] ?? process.versions["deno"]) ? "node" : process.execPath
    const { all, code } = await output(node, "--conditions=gantry-source", "--test-reporter=tap", "node.ts")
    expect(code).toBe(1)
    expect(all).toMatch(/^\s*ok 1 - ONE-1 this holds$/m)
    expect(all).toMatch(/^\s*not ok 2 - ONE-2 this does not hold$/m)
    expect([times(all, "subject made"), times(all, "subject released")]).toEqual([1, 1])
  })

  it("runs under the runner of Bun", async () => {
    const bun = join(dirname(createRequire(import.meta.url).resolve("bun/package.json")), "bin", "bun.exe")
    const { all, code } = await output(bun, "--conditions=gantry-source", "test", "./bun.ts")
    expect(code).toBe(1)
    expect(all).toContain("(pass) the subject keeps its laws > ONE-1 this holds")
    expect(all).toContain("(fail) the subject keeps its laws > ONE-2 this does not hold")
    expect([times(all, "subject made"), times(all, "subject released")]).toEqual([1, 1])
  })
})
