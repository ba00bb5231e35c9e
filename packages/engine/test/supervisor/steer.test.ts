import { readdirSync, readFileSync, readlinkSync } from "node:fs"
import { loadSyscallsSync } from "@gantry/linux/load"
import { SyscallError } from "@gantry/linux/SyscallError"
import { Runtime } from "@gantry/core/runtime/Runtime"
import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import type { Source } from "../../src/supervisor/channel.ts"
import { follow, type FollowedMessage, type FollowerAnswer } from "../../src/supervisor/follow.ts"
import { openSteering } from "../../src/supervisor/steer.ts"
import { outcomeOf, type Rig, supervision } from "./rig.ts"
import { useRig } from "./use-rig.ts"

const bytesOf = (...messages: ReadonlyArray<FollowedMessage>): Uint8Array =>
  new TextEncoder().encode(messages.map((message) => `${JSON.stringify(message)}\n`).join(""))

const ready = { type: "ready", pid: 7 } as const
const running = { type: "running" } as const

describe("a supervisor that follows its starter", () => {
  const stepsThat = (ready_: () => void = () => undefined, begun: () => void = () => undefined) => ({
    begun,
    ready: ready_,
    terminal: () => 3
  })

  /** What came of a launch of which these pieces are said: the first before anybody listens. */
  const followed = async (
    [early, ...late]: ReadonlyArray<Uint8Array>,
    steps = stepsThat(),
    answer?: (message: FollowerAnswer) => void
  ) => {
    const answers: Array<FollowerAnswer> = []
    // oxlint-disable-next-line require-await
    async function* chunks() {
      yield* late
    }
    const source: Source = { chunks: chunks(), cancel: () => undefined }
    const outcome = await follow(
      {
        type: "followed",
        heard: () => early ?? new Uint8Array(),
        said: () => Promise.resolve(source),
        answer: answer ?? ((message) => void answers.push(message))
      },
      steps
    )
    return { outcome, answers }
  }

  it("hears the same of pieces of any length", async () => {
    const all = bytesOf(ready, { type: "terminal" }, running)
    const told = { outcome: { type: "started", pid: 7 }, answers: [{ type: "go" }, { type: "terminal", number: 3 }] }
    expect(await followed([all])).toEqual(told)
    expect(await followed([new Uint8Array(), all])).toEqual(told)
    expect(await followed(Array.from(all, (byte) => Uint8Array.of(byte)))).toEqual(told)
  })

  const full = () => {
    throw new Error("no room in the group")
  }
  const ours = { type: "failed", status: 125, stage: "prepare container", why: "no room in the group" } as const

  it("tells why it cannot do its part, which is why the launch fails unless the process has failed for another reason", async () => {
    const own = { type: "failed", status: 126, stage: "find user", why: "no such user" } as const
    expect(await followed([bytesOf(ready, running)], stepsThat(full))).toEqual({ outcome: ours, answers: [ours] })
    expect(await followed([bytesOf(ready)], stepsThat(full))).toEqual({ outcome: ours, answers: [ours] })
    expect(await followed([bytesOf(ready, own)], stepsThat(full))).toEqual({ outcome: own, answers: [ours] })
    expect(await followed([bytesOf(ready, ours)], stepsThat(undefined, full))).toEqual({
      outcome: ours,
      answers: [ours]
    })
  })

  it("tells that a starter has ended in the middle, also one that cannot be answered any more", async () => {
    const ended = { type: "failed", status: 125, stage: "start", why: "whoever started the container has ended" }
    const deaf = () => {
      throw new SyscallError({ call: "write", errno: 32, detail: "" })
    }
    expect(await followed([bytesOf(ready)])).toMatchObject({ outcome: ended })
    expect(await followed([bytesOf(ready)], stepsThat(), deaf)).toMatchObject({ outcome: ended })
  })
})

describe("the lines of a starter that steers", () => {
  const sys = loadSyscallsSync()
  const directed = { sequence: "init", namespaces: 0, enters: [], private: false, tied: true, rehearses: false }
  const likely = (more: object = {}) => ({
    plan: { argv: ["gantry", "__init"], program: 0, env: {}, directed: { ...directed, ...more } },
    terminal: false,
    stdin: false
  })

  it("are let go of with all that they took", () => {
    const descriptors = () => readdirSync("/proc/self/fd").length
    const before = descriptors()
    const steering = openSteering(sys, likely())
    expect(steering?.theirs).toHaveLength(5)
    steering?.started()
    steering?.close()
    steering?.close()
    expect(descriptors()).toBe(before)
  })

  it("are for a launch that was begun just so", () => {
    const steering = openSteering(sys, likely())
    expect(steering?.fits(likely())).toBe(true)
    expect(steering?.fits({ ...likely(), terminal: true })).toBe(false)
    expect(steering?.fits({ ...likely(), stdin: true })).toBe(false)
    expect(steering?.fits(likely({ namespaces: 1 }))).toBe(false)
    expect(steering?.fits({ ...likely(), plan: { argv: [], env: {} } })).toBe(false)
    steering?.started()
    steering?.close()
  })

  it("are not made for one that enters namespaces, or that nobody can direct", () => {
    expect(openSteering(sys, likely({ enters: ["/proc/self/ns/pid"] }))).toBeUndefined()
    expect(openSteering(sys, { ...likely(), plan: { argv: ["gantry"], env: {} } })).toBeUndefined()
  })
})

describe.skipIf(process.getuid?.() !== 0)("a container whose start is steered (needs root)", () => {
  const rig = useRig()

  const parentOf = (pid: number): number =>
    Number(/^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1])

  /** The program of whatever waits for the container's first process. */
  const waiterOf = (more: Parameters<Rig["spec"]>[1]) =>
    rig().run(
      Effect.gen(function* () {
        const runtime = yield* Runtime
        const spec = rig().spec({ argv: ["cat"] }, more)
        const session = yield* runtime.start(spec, { ...supervision, stdin: true })
        const state = yield* runtime.state(spec.id)
        const pid = state.status === "running" ? (state.pid ?? 0) : 0
        const waiter = readlinkSync(`/proc/${parentOf(pid)}/exe`)
        yield* session.closeInput
        const { exit } = yield* outcomeOf(session)
        yield* runtime.remove(spec.id)
        return { waiter, code: exit.code }
      })
    )

  it("has no program of gantry's between its supervisor and its command", async () => {
    expect(await waiterOf({})).toEqual({ waiter: "/memfd:gantry (deleted)", code: 0 })
  })

  it("is put together by a program of its own where it is not launched as most are", async () => {
    const plain = rig().spec({})
    const { code, waiter } = await waiterOf({ namespaces: { ...plain.namespaces, uts: "host" } })
    expect(code).toBe(0)
    expect(waiter).not.toContain("memfd")
  })
})
