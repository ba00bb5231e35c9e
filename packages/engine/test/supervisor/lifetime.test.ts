import { execFileSync, spawn } from "node:child_process"
import { writeFileSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { type AddressInfo, createServer } from "node:net"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { Runtime } from "@gantry/core/runtime/Runtime"
import { Deferred, Effect, Fiber, Option, Stream } from "effect"
import { describe, expect, it } from "vitest"
import { readState } from "../../src/supervisor/state.ts"
import { descendants, gone, outcomeOf, runToEnd, supervision } from "./rig.ts"
import { useRig } from "./use-rig.ts"

const text = (words: string) => new TextEncoder().encode(words)

describe.skipIf(process.getuid?.() !== 0)("the life of a container, on the real kernel (needs root)", () => {
  const rig = useRig()

  it("lets several clients attach, and tells each how it ended", async () => {
    const spec = rig().spec({ argv: ["sh", "-c", "cat; exit 6"] })
    const outcomes = await rig().run(
      Effect.gen(function* () {
        const runtime = yield* Runtime
        const starter = yield* runtime.start(spec, { ...supervision, stdin: true })
        const second = yield* runtime.attach(spec.id)
        const waiting = yield* Effect.fork(runtime.wait(spec.id))
        // The answer comes through the container, so the second client is attached by then.
        yield* second.input(text("hello\n"))
        yield* Stream.runHead(second.output)
        yield* second.closeInput
        const all = yield* Effect.all([outcomeOf(starter), outcomeOf(second)], { concurrency: 2 })
        return { all, waited: yield* Fiber.join(waiting) }
      })
    )
    expect(outcomes.all[0]).toMatchObject({ stdout: "hello\n", exit: { code: 6 } })
    expect(outcomes.all[1].exit.code).toBe(6)
    expect(outcomes.waited.code).toBe(6)
  })

  it("performs a step as part of the caller, and kills everything when that is interrupted", async () => {
    const step = rig().spec({ argv: ["sh", "-c", "echo done; exit 2"] })
    const stuck = rig().spec({ argv: ["sh", "-c", "echo up; exec sleep 1000"] })
    // Tests of other files share this process.
    const others = new Set(descendants(process.pid))
    const result = await rig().run(
      Effect.gen(function* () {
        const runtime = yield* Runtime
        const written: Array<string> = []
        const exit = yield* runtime.perform(step, ({ bytes }) => void written.push(Buffer.from(bytes).toString()))
        const up = yield* Deferred.make<ReadonlyArray<number>>()
        const performing = yield* Effect.fork(
          runtime.perform(
            stuck,
            () =>
              void Effect.runSync(
                Deferred.succeed(
                  up,
                  descendants(process.pid).filter((pid) => !others.has(pid))
                )
              )
          )
        )
        const pids = yield* Deferred.await(up)
        yield* Fiber.interrupt(performing)
        return { code: exit.code, written, pids }
      })
    )
    expect(result).toMatchObject({ code: 2, written: ["done\n"] })
    expect(result.pids.length).toBeGreaterThan(0)
    await Promise.all(result.pids.map(gone))
  })

  it("outlives its starter, and its end can still be asked for", async () => {
    const spec = rig().spec({ argv: ["sh", "-c", "cat; exit 5"] })
    const code = await rig().run(
      Effect.gen(function* () {
        const runtime = yield* Runtime
        yield* Effect.scoped(runtime.start(spec, { ...supervision, stdin: true }))
        const state = yield* runtime.state(spec.id)
        const later = yield* runtime.attach(spec.id)
        yield* later.closeInput
        const exit = yield* runtime.wait(spec.id)
        return { status: state.status, code: exit.code }
      })
    )
    expect(code).toEqual({ status: "running", code: 5 })
  })

  it("goes on when its starter is killed", async () => {
    const spec = rig().spec({ argv: ["sh", "-c", "echo up; cat; exit 5"] })
    const program = join(rig().directory, "starter.json")
    writeFileSync(program, JSON.stringify(spec))
    const starter = spawn(
      process.execPath,
      [
        "--conditions=gantry-source",
        fileURLToPath(new URL("starter.ts", import.meta.url)),
        rig().directory,
        rig().instance,
        program
      ],
      { stdio: ["ignore", "pipe", "inherit"] }
    )
    await new Promise((resolve) => starter.stdout.once("data", resolve))
    starter.kill("SIGKILL")
    await new Promise((resolve) => starter.once("exit", resolve))
    const code = await rig().run(
      Effect.gen(function* () {
        const runtime = yield* Runtime
        const session = yield* runtime.attach(spec.id)
        yield* session.input(text("still there\n"))
        const answer = yield* Stream.runHead(session.output)
        yield* session.closeInput
        const exit = yield* runtime.wait(spec.id)
        return { answer: Option.map(answer, ({ bytes }) => Buffer.from(bytes).toString()), code: exit.code }
      })
    )
    expect(code).toEqual({ answer: Option.some("still there\n"), code: 5 })
  })

  it("takes the container with it when it is killed, and the container counts as lost", async () => {
    const spec = rig().spec({ argv: ["sh", "-c", "sleep 1000 & echo up; sleep 1000"], user: "app" })
    const lost = await rig().run(
      Effect.gen(function* () {
        const runtime = yield* Runtime
        const session = yield* runtime.start(spec, supervision)
        yield* Stream.runHead(session.output)
        const file = readState(join(rig().directory, "containers", spec.id))
        const supervisor = file?.supervisor.pid ?? 0
        const pids = descendants(supervisor)
        process.kill(supervisor, "SIGKILL")
        yield* Effect.promise(() => Promise.all([supervisor, ...pids].map(gone)))
        const state = yield* runtime.state(spec.id)
        const exit = yield* runtime.wait(spec.id)
        yield* runtime.remove(spec.id)
        return { processes: pids.length, status: state.status, code: exit.code }
      })
    )
    expect(lost.processes).toBeGreaterThanOrEqual(3)
    expect(lost).toMatchObject({ status: "lost", code: 137 })
  })

  it("holds its ports, answers there for the container, and says which port is taken", async () => {
    const server = createServer((socket) => socket.end("mine"))
    const port = await new Promise<number>((resolve) =>
      server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port))
    )
    const ports = [{ hostIp: "127.0.0.1", hostPort: port, containerPort: 80, protocol: "tcp" as const }]
    const error = await rig().run(Effect.flip(runToEnd(rig().spec({}), { ports })))
    server.close()
    expect(error.message).toBe(`could not publish port 127.0.0.1:${port}/tcp: address already in use`)
  })

  it("has the clean-up done after the end", async () => {
    const witness = join(rig().directory, "cleaned")
    execFileSync("mkfifo", [witness])
    const spec = rig().spec({ argv: ["true"] })
    const reading = readFile(witness, "utf8")
    await rig().run(runToEnd(spec, { cleanup: ["/bin/busybox", "sh", "-c", `echo done > "${witness}"`] }))
    expect(await reading).toBe("done\n")
  })
})
