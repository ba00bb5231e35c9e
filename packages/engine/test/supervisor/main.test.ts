import { readFileSync } from "node:fs"
import { join } from "node:path"
import { lacksInterpreter } from "@gantry/linux/container/find-program"
import { Runtime } from "@gantry/core/runtime/Runtime"
import { Effect, Fiber, Option, Stream } from "effect"
import { describe, expect, it } from "vitest"
import { DirectExec } from "../../src/containers/DirectExec.ts"
import { makeRig, outcomeOf, runToEnd, selves, supervision } from "./rig.ts"
import { useRig } from "./use-rig.ts"

const text = (words: string) => new TextEncoder().encode(words)

describe.skipIf(process.getuid?.() !== 0)("the supervisor, on the real kernel (needs root)", () => {
  const rig = useRig()

  it.each(["node", "deno"] as const)("is the same when %s runs it", async (runtime) => {
    const other = makeRig(selves[runtime])
    const spec = other.spec({ argv: ["sh", "-c", "cat; exit 4"] })
    const outcome = await other.run(
      Effect.gen(function* () {
        const session = yield* (yield* Runtime).start(spec, { ...supervision, stdin: true })
        yield* session.input(text("typed\n"))
        yield* session.closeInput
        return yield* outcomeOf(session)
      })
    )
    other.dispose()
    expect(outcome).toEqual({ exit: { code: 4, oomKilled: false }, stdout: "typed\n", stderr: "" })
  })

  it("runs a command, tells stdout from stderr and passes the exit code", async () => {
    const outcome = await rig().run(runToEnd(rig().spec({ argv: ["sh", "-c", "echo out; echo err >&2; exit 3"] })))
    expect(outcome).toEqual({ exit: { code: 3, oomKilled: false }, stdout: "out\n", stderr: "err\n" })
  })

  it("reports SIGKILL as 137 and writes nothing about it into the output", async () => {
    const spec = rig().spec({ argv: ["sh", "-c", "echo up; exec sleep 1000"] })
    const outcome = await rig().run(
      Effect.gen(function* () {
        const runtime = yield* Runtime
        const session = yield* runtime.start(spec, supervision)
        yield* Stream.runHead(session.output)
        yield* session.signal(9)
        const rest = yield* outcomeOf(session)
        yield* runtime.remove(spec.id)
        return rest
      })
    )
    expect(outcome).toEqual({ exit: { code: 137, oomKilled: false }, stdout: "", stderr: "" })
  })

  it.each([
    { argv: ["no-such-program"], tag: "CommandNotFound" },
    { argv: ["/bin/no-such-program"], tag: "CommandNotFound" },
    { argv: ["/etc"], tag: "CommandNotExecutable" },
    { argv: ["/etc/text"], tag: "CommandNotExecutable" }
  ])("refuses $argv with $tag and leaves no state", async ({ argv, tag }) => {
    const spec = rig().spec({ argv })
    const failure = await rig().run(
      Effect.gen(function* () {
        const runtime = yield* Runtime
        const error = yield* Effect.flip(runtime.start(spec, supervision))
        return { tag: error._tag, state: yield* runtime.state(spec.id) }
      })
    )
    expect(failure).toEqual({ tag, state: { status: "created" } })
  })

  it("says of a script that it is there when its interpreter is not", async () => {
    const error = await rig().run(Effect.flip(runToEnd(rig().spec({ argv: ["/etc/orphan"] }))))
    expect(error).toMatchObject({ _tag: "CommandNotFound", command: "/etc/orphan", lacks: lacksInterpreter })
    const absent = await rig().run(Effect.flip(runToEnd(rig().spec({ argv: ["/etc/absent"] }))))
    expect(absent).not.toHaveProperty("lacks")
  })

  it("names a user that the image does not know", async () => {
    const error = await rig().run(Effect.flip(runToEnd(rig().spec({ user: "nobody-here" }))))
    expect(error.message).toContain("unable to find user nobody-here")
  })

  it("gives the command what is typed and the end of it", async () => {
    const outcome = await rig().run(
      Effect.gen(function* () {
        const runtime = yield* Runtime
        const session = yield* runtime.start(rig().spec({ argv: ["sh", "-c", "cat; echo end"] }), {
          ...supervision,
          stdin: true
        })
        yield* session.input(text("typed\n"))
        yield* session.closeInput
        return yield* outcomeOf(session)
      })
    )
    expect(outcome.stdout).toBe("typed\nend\n")
  })

  it("passes a megabyte of every byte there is, both ways", async () => {
    const bytes = Uint8Array.from({ length: 1 << 20 }, (_, index) => (index * 7919) >> 3)
    const spec = rig().spec({ argv: ["cat"] })
    const outcome = await rig().run(
      Effect.gen(function* () {
        const runtime = yield* Runtime
        const session = yield* runtime.start(spec, {
          ...supervision,
          stdin: true,
          log: { ...supervision.log, driver: "none" }
        })
        const reading = yield* Effect.fork(outcomeOf(session))
        yield* session.input(bytes)
        yield* session.closeInput
        return yield* Fiber.join(reading)
      })
    )
    expect(Buffer.from(outcome.stdout, "latin1").equals(bytes)).toBe(true)
  })

  it("opens /dev/stdout for a user who is not root", async () => {
    const argv = ["sh", "-c", "echo one > /dev/stdout; id -u; id -G; echo $HOME"]
    const outcome = await rig().run(runToEnd(rig().spec({ argv, user: "app" })))
    expect(outcome.stdout).toBe("one\n1000\n1000 10\n/home/app\n")
  })

  it("gives a terminal of the asked size, and a new size with a signal", async () => {
    const script = "trap 'stty size; exit 4' WINCH; stty size; while :; do sleep 1; done"
    const spec = rig().spec({ argv: ["sh", "-c", script], tty: true, size: { rows: 31, columns: 97 } })
    const outcome = await rig().run(
      Effect.gen(function* () {
        const runtime = yield* Runtime
        const session = yield* runtime.start(spec, { ...supervision, stdin: true })
        const first = yield* Stream.runHead(session.output)
        yield* session.resize({ rows: 41, columns: 121 })
        const rest = yield* outcomeOf(session)
        return { first: Option.map(first, ({ bytes }) => Buffer.from(bytes).toString()), rest }
      })
    )
    expect(outcome.first).toEqual(Option.some("31 97\r\n"))
    expect(outcome.rest).toMatchObject({ stdout: "41 121\r\n", exit: { code: 4 } })
  })

  it("keeps what was written in a log", async () => {
    const spec = rig().spec({ argv: ["sh", "-c", "echo one; echo two >&2; head -c 3 /dev/zero"] })
    await rig().run(
      Effect.gen(function* () {
        const session = yield* (yield* Runtime).start(spec, supervision)
        yield* outcomeOf(session)
      })
    )
    const lines = readFileSync(join(rig().directory, "containers", spec.id, "log.json"), "utf8")
      .trim()
      .split("\n")
    const records = lines.map((line) => JSON.parse(line)).map(({ log, stream }) => ({ log, stream }))
    expect(records).toContainEqual({ log: "one\n", stream: "stdout" })
    expect(records).toContainEqual({ log: "two\n", stream: "stderr" })
    expect(records).toContainEqual({ log: "\0\0\0", stream: "stdout" })
  })

  it("runs further processes in the container, with its own exit codes", async () => {
    const spec = rig().spec({ argv: ["sleep", "1000"] })
    const outcome = await rig().run(
      Effect.gen(function* () {
        const runtime = yield* Runtime
        yield* runtime.start(spec, supervision)
        const argv = ["sh", "-c", "cat; ls /proc/1/exe >/dev/null; grep Seccomp: /proc/self/status; exit 9"]
        const session = yield* runtime.exec(spec.id, { ...spec.process, argv }, { stdin: true, privileged: false })
        yield* session.input(text("typed\n"))
        yield* session.closeInput
        const first = yield* outcomeOf(session)
        const killed = yield* runtime.exec(
          spec.id,
          { ...spec.process, argv: ["sleep", "1000"] },
          { stdin: false, privileged: false }
        )
        yield* killed.signal(9)
        const second = yield* outcomeOf(killed)
        const missing = yield* Effect.flip(
          runtime.exec(spec.id, { ...spec.process, argv: ["nothing"] }, { stdin: false, privileged: false })
        )
        yield* runtime.remove(spec.id)
        return { first, second: second.exit.code, missing: missing._tag }
      })
    )
    expect(outcome.first).toMatchObject({ stdout: "typed\nSeccomp:\t2\n", exit: { code: 9 } })
    expect(outcome).toMatchObject({ second: 137, missing: "CommandNotFound" })
  })

  it("gives a further process the caller's own streams", async () => {
    const spec = rig().spec({ argv: ["sleep", "1000"] })
    const code = await rig().run(
      Effect.gen(function* () {
        const runtime = yield* Runtime
        yield* runtime.start(spec, supervision)
        const process = { ...spec.process, argv: ["sh", "-c", "exit 8"] }
        const { exec } = yield* DirectExec
        if (exec === undefined) throw new Error("this machine's own runtime starts processes on the caller's streams")
        const direct = yield* exec(spec.id, process, {
          stdin: false,
          privileged: false,
          discard: false
        })
        const exit = yield* direct.exit
        yield* runtime.remove(spec.id)
        return exit.code
      })
    )
    expect(code).toBe(8)
  })
})
