import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { SolveEvent, StepLabel } from "@gantry/build/solve/SolveEvent"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { buildIds, lastInputs, logOf, readBuild, recordOf } from "../../src/build-logs/BuildRecord.ts"
import { recordBuild } from "../../src/build-logs/record-build.ts"

let root = ""
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "gantry-builds-"))
})
afterEach(() => rmSync(root, { recursive: true }))

const label = (number: number, text: string): StepLabel => ({
  stage: 0,
  stageName: "stage-0",
  number,
  total: 3,
  text,
  range: { start: { line: number, column: 1 }, end: { line: number, column: 9 } }
})
const about = { dockerfile: "/c/Dockerfile", context: "/c", names: ["web"] }
const output = (number: number, text: string): SolveEvent => ({
  type: "output",
  step: label(number, "RUN x"),
  output: { stream: "stdout", bytes: new TextEncoder().encode(text) }
})
const started = (number: number): SolveEvent => ({
  type: "started",
  step: label(number, "RUN x"),
  cause: { kind: "first" }
})
const clock = (from = 1_700_000_000_000) => {
  let at = from
  return () => at++
}
/** A build of one step that writes `text`. */
const once = (text: string, now = clock(), keeping?: { readonly builds: number; readonly bytes: number }) => {
  const recorder = recordBuild(root, about, now, keeping)
  recorder.onEvent(started(2))
  recorder.onEvent(output(2, text))
  recorder.onEvent({ type: "done", step: label(2, "RUN x"), tookMs: 5, layer: null })
  recorder.end({ status: "done", image: "sha256:1" })
  return recorder.id
}

describe("what is kept of builds", () => {
  it("is what they took from elsewhere, which the next build of the same Dockerfile is compared with", () => {
    const now = clock()
    const input = (source: string, is: string) => ({ kind: "image", source, is }) as const
    const build = (context: string, ...inputs: ReadonlyArray<ReturnType<typeof input>>) => {
      const recorder = recordBuild(root, { ...about, context }, now)
      recorder.onEvent(started(2))
      for (const each of inputs) recorder.onInput(each)
      return recorder
    }
    expect(lastInputs(root, about)).toBeUndefined()
    build("/c", input("a:1", "one"), input("b:1", "one"), input("a:1", "two")).end({ status: "done" })
    build("/other", input("a:1", "three")).end({ status: "done" })
    build("/c").end({ status: "failed", why: "no" })
    build("/c", input("a:1", "four")).onEvent(started(2))
    expect(lastInputs(root, about)).toEqual([input("a:1", "two"), input("b:1", "one")])
  })

  it("is everything that steps wrote, and how each went", () => {
    const recorder = recordBuild(root, about, clock())
    recorder.onEvent({ type: "based", step: label(1, "FROM a") })
    recorder.onEvent({ type: "cached", step: label(2, "RUN x"), ageMs: 5 })
    recorder.onEvent(started(3))
    recorder.onEvent(output(3, "one\ntw"))
    recorder.onEvent(output(3, "o\n"))
    recorder.onEvent({ type: "failed", step: label(3, "RUN x"), why: "it ended with 3" })
    recorder.end({ status: "failed", why: "it ended with 3" })
    expect(readFileSync(logOf(root, recorder.id, 3), "utf8")).toBe("one\ntwo\n")
    expect(recorder.lastLines()).toEqual(["one", "two"])
    expect(readBuild(root, recorder.id)).toMatchObject({
      ...about,
      status: "failed",
      why: "it ended with 3",
      steps: [
        { index: 1, how: "applied" },
        { index: 2, how: "cached" },
        { index: 3, how: "failed", why: "it ended with 3", logBytes: 8, line: 3 }
      ]
    })
  })

  it("is written once at the end when all was cached, and while it runs otherwise", () => {
    const recorder = recordBuild(root, about, clock())
    recorder.onEvent({ type: "cached", step: label(2, "RUN x"), ageMs: 5 })
    expect(readdirSync(root)).toEqual([])
    recorder.onEvent(started(3))
    expect(readBuild(root, recorder.id)?.status).toBe("running")
    recorder.end({ status: "done" })
    expect(readBuild(root, recorder.id)?.status).toBe("done")
  })

  it("shows only the last lines again, however much was written", () => {
    const recorder = recordBuild(root, about, clock())
    const lines = Array.from({ length: 5000 }, (_, at) => `line ${at}`)
    recorder.onEvent(started(2))
    for (const line of lines) recorder.onEvent(output(2, `${line}\n`))
    recorder.onEvent({ type: "failed", step: label(2, "RUN x"), why: "no" })
    expect(recorder.lastLines()).toEqual(lines.slice(-20))
    recorder.end({ status: "failed" })
    expect(readFileSync(logOf(root, recorder.id, 1), "utf8")).toBe(lines.map((line) => `${line}\n`).join(""))
  })

  it("of a build that was killed says that it was stopped", () => {
    const recorder = recordBuild(root, about, clock())
    recorder.onEvent(started(2))
    const path = recordOf(root, recorder.id)
    const text = readFileSync(path, "utf8").replace(/"startTime":\d+/, '"startTime":1')
    rmSync(path)
    expect(readBuild(root, recorder.id)).toBeUndefined()
    recorder.onEvent(started(3))
    expect(text).not.toBe(readFileSync(path, "utf8"))
    recorder.end({ status: "stopped" })
    expect(readBuild(root, recorder.id)?.status).toBe("stopped")
  })

  it("is bounded in number, the oldest going first", () => {
    const now = clock()
    const ids = Array.from({ length: 5 }, () => once("x", now, { builds: 3, bytes: 1e6 }))
    expect(buildIds(root)).toEqual(ids.slice(-3).toReversed())
  })

  it("is bounded in bytes, but the newest is whole", () => {
    const now = clock()
    once("x".repeat(1000), now, { builds: 10, bytes: 3000 })
    const second = once("y".repeat(1000), now, { builds: 10, bytes: 3000 })
    const big = once("z".repeat(10_000), now, { builds: 10, bytes: 3000 })
    expect(buildIds(root)).toEqual([big])
    expect(existsSync(logOf(root, second, 1))).toBe(false)
    expect(readFileSync(logOf(root, big, 1), "utf8")).toHaveLength(10_000)
  })

  it("never stops a build when the disk takes nothing", () => {
    const recorder = recordBuild(join(root, "nowhere\0"), about, clock())
    recorder.onEvent(started(2))
    recorder.onEvent(output(2, "x\n"))
    recorder.onEvent({ type: "failed", step: label(2, "RUN x"), why: "no" })
    recorder.end({ status: "failed" })
    expect(readdirSync(root)).toEqual([])
  })
})
