import { spawn } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { arch } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { F_ADD_SEALS, O_CLOEXEC } from "../../../src/constants.ts"
import { assembledStub } from "../../../src/container/stub/assemble-stub.ts"
import { openStub } from "../../../src/container/stub/open-stub.ts"
import { remoteCalls, StubGone } from "../../../src/container/stub/remote-calls.ts"
import { remoteKernel } from "../../../src/container/stub/remote-kernel.ts"
import { stubFile } from "../../../src/container/stub/stub.ts"
import { stage, StageFailure } from "../../../src/container/StageFailure.ts"
import { archOf } from "../../../src/ffi/Ffi.ts"
import { loadSyscallsSync } from "../../../src/load.ts"
import { makeSyscalls } from "../../../src/make-syscalls.ts"
import { SyscallError } from "../../../src/SyscallError.ts"

describe("the stub's file", () => {
  it.each(["x64", "arm64"] as const)("is what its program comes to on %s", (machine) => {
    expect(Buffer.from(assembledStub(machine)).equals(Buffer.from(stubFile(machine)))).toBe(true)
    expect(stubFile(machine).length).toBeLessThan(1500)
  })
})

describe("a stub that is about to be started", () => {
  it("has a program that nobody can change, and lets go of all that it took", () => {
    const sys = loadSyscallsSync()
    const open = () => readdirSync("/proc/self/fd").length
    const before = open()
    const directed = { sequence: "join", namespaces: 0, private: false, tied: false, rehearses: true }
    const stub = openStub(sys, { ...directed, enters: ["/proc/self/ns/pid"] })
    expect(() => sys.write(stub.program, Uint8Array.of(1))).toThrow("EPERM")
    expect(() => sys.fcntl(stub.program, F_ADD_SEALS, 0)).toThrow("EPERM")
    expect(stub.theirs).toHaveLength(4)
    stub.close()
    expect(open()).toBe(before)
    expect(() => openStub(sys, { ...directed, enters: ["/no/such"] })).toThrow("ENOENT")
    expect(open()).toBe(before)
  })
})

// What runs is machine code, the same whichever runtime has written it; Deno starts it otherwise than is asked for here.
describe.skipIf("Deno" in globalThis)("a process that makes calls for another one", () => {
  const sys = loadSyscallsSync()
  let directory = ""
  const program = () => join(directory, "stub")

  /** A stub, and how it ends. */
  const begin = () => {
    const [requestsIn, requests] = sys.pipe2(O_CLOEXEC)
    const [answers, answersOut] = sys.pipe2(O_CLOEXEC)
    const child = spawn(program(), [], { stdio: ["pipe", "pipe", "inherit", requestsIn, answersOut] })
    sys.close(requestsIn)
    sys.close(answersOut)
    let output = ""
    child.stdout?.on("data", (bytes) => (output += String(bytes)))
    const end = new Promise<unknown>((resolve) =>
      child.on("close", (code, signal) => resolve({ code, signal, output }))
    )
    const calls = remoteCalls(sys, archOf(arch()), { requests, answers })
    const remote = makeSyscalls(calls.ffi)
    const leave = () => {
      sys.close(requests)
      sys.close(answers)
      return end
    }
    return { calls, kernel: remoteKernel(sys, calls, { remote, users: new Map() }), pid: child.pid, child, leave, end }
  }

  const thrown = (ask: () => void): unknown => {
    try {
      ask()
    } catch (error) {
      return error
    }
    return undefined
  }

  beforeAll(() => {
    directory = mkdtempSync("/tmp/gantry-stub-")
    writeFileSync(program(), stubFile(archOf(arch())), { mode: 0o755 })
  })
  afterAll(() => rmSync(directory, { recursive: true }))

  it("has files and numbers of its own, and ends when nobody can ask any more", async () => {
    const { kernel, leave, pid } = begin()
    expect(kernel.files.readLink("/proc/self")).toBe(String(pid))
    expect(kernel.files.read("/proc/sys/kernel/ostype")).toBe("Linux\n")
    const { mode, rdev, size, uid } = statSync("/dev/null")
    expect(kernel.files.kind("/dev/null")).toMatchObject({
      device: "character",
      directory: false,
      mode,
      rdev,
      size,
      uid
    })
    expect(kernel.files.kind("/no/such")).toBeUndefined()
    expect(await leave()).toMatchObject({ code: 125 })
  })

  it("moves more than a pipe holds in either direction", async () => {
    const { kernel, leave } = begin()
    const content = "0123456789abcdef".repeat(20_000)
    kernel.files.write(join(directory, "large"), content, 0o600)
    expect(kernel.files.read(join(directory, "large"))).toBe(content)
    expect(kernel.files.kind(join(directory, "large"))?.size).toBe(content.length)
    expect(readFileSync(join(directory, "large"), "utf8")).toBe(content)
    for (let index = 0; index < 300; index++) kernel.files.link("x", join(directory, `link-${index}`))
    kernel.settle()
    expect(kernel.files.list(directory).filter((name) => name.startsWith("link-"))).toHaveLength(300)
    await leave()
  })

  it("tells an error of a call that is waited for as that call's own, and goes on", async () => {
    const { kernel, leave } = begin()
    const error = thrown(() => kernel.sys.open("/no/such", 0))
    expect(error).toBeInstanceOf(SyscallError)
    expect(error).toMatchObject({ code: "ENOENT" })
    expect(thrown(() => kernel.now(() => kernel.files.makeDirectory("/proc", 0o755)))).toMatchObject({ code: "EEXIST" })
    expect(kernel.files.read("/proc/self/comm")).toBe("stub\n")
    await leave()
  })

  it("does nothing behind a failed call that was not waited for, and names the stage in which it was asked for", async () => {
    const { kernel, leave } = begin()
    const after = join(directory, "after")
    const error = thrown(() => {
      stage("go elsewhere", () => kernel.sys.chdir("/no/such"))
      stage("make a directory", () => kernel.files.makeDirectory(after, 0o755))
      stage("look", () => kernel.files.kind("/"))
    })
    expect(error).toBeInstanceOf(StageFailure)
    expect(error).toMatchObject({ stage: "go elsewhere" })
    expect(statSync(after, { throwIfNoEntry: false })).toBeUndefined()
    // Whoever has caught it does not get further either.
    expect(thrown(() => kernel.files.kind("/"))).toBe(error)
    expect(thrown(() => kernel.settle())).toBe(error)
    await leave()
  })

  it("is its own child after a fork, and ends with that one's code or 128 and the signal", async () => {
    for (const [script, code] of [
      ["exit 7", 7],
      ["exit 255", 255],
      ["kill -TERM $$", 143]
    ] as const) {
      const { calls, end, kernel, pid } = begin()
      calls.meanwhile(calls.fork)()
      expect(kernel.files.readLink("/proc/self")).not.toBe(String(pid))
      const error = thrown(() => kernel.sys.execve("/bin/sh", ["sh", "-c", `echo "$A $0"; ${script}`], ["A=1"]))
      expect(error).toBeInstanceOf(StubGone)
      // oxlint-disable-next-line no-await-in-loop
      expect(await end).toEqual({ code, signal: null, output: "1 sh\n" })
    }
  })

  it("says why it cannot execute something, and is there still", async () => {
    const { kernel, leave } = begin()
    expect(thrown(() => kernel.sys.execve("/no/such", ["such"], []))).toMatchObject({ code: "ENOENT" })
    expect(kernel.files.read("/proc/self/comm")).toBe("stub\n")
    await leave()
  })

  it("does what it was asked for meanwhile, up to the next request", async () => {
    const { calls, kernel, leave } = begin()
    const file = join(directory, "meanwhile")
    kernel.files.write(file, "")
    const fd = kernel.sys.open(file, 1)
    const done = calls.meanwhile(() => {
      kernel.sys.write(fd, Uint8Array.of(0x61))
      // Nobody would wait for the end of that.
      calls.linger(1_000_000)
      kernel.sys.write(fd, Uint8Array.of(0x62))
    })
    done()
    expect(readFileSync(file, "utf8")).toBe("a")
    await leave()
  })

  it("tells of a call that failed meanwhile when it is asked what came of it", async () => {
    const { calls, kernel, leave } = begin()
    const done = calls.meanwhile(() => stage("enter", () => kernel.sys.setns(77, 0)))
    expect(thrown(done)).toMatchObject({ stage: "enter" })
    await leave()
  })

  it("makes several calls in one go and tells what each gave, in their order", async () => {
    const { calls, kernel, leave } = begin()
    const place = join(directory, "together")
    kernel.files.makeDirectory(place, 0o755)
    const results = calls.together(() => {
      kernel.sys.open(place, 0)
      kernel.sys.open("/no/such", 0)
      kernel.sys.open("/", 0)
    })
    expect(results[1]).toBe(-2)
    expect(kernel.files.readLink(`/proc/self/fd/${results[0]}`)).toBe(place)
    expect(kernel.files.readLink(`/proc/self/fd/${results[2]}`)).toBe("/")
    expect(calls.together(() => undefined)).toEqual([])
    const kinds = kernel.files.ownKinds([place, "/no/such", "/proc/self", "/dev/null"])
    expect(kinds.map((kind) => kind?.directory)).toEqual([true, undefined, false, false])
    expect(kinds[3]).toMatchObject({ device: "character", rdev: statSync("/dev/null").rdev })
    expect(thrown(() => kernel.together([() => kernel.sys.open("/no/such", 0)]))).toMatchObject({ code: "ENOENT" })
    await leave()
  })

  it("makes none of several calls behind one that has failed and was not waited for", async () => {
    const { calls, kernel, leave } = begin()
    const made = join(directory, "behind")
    kernel.sys.chdir("/no/such")
    const failure = thrown(() => calls.together(() => stage("make", () => kernel.files.makeDirectory(made, 0o755))))
    expect(failure).toBeInstanceOf(StageFailure)
    expect(statSync(made, { throwIfNoEntry: false })).toBeUndefined()
    await leave()
  })

  it("waits for the end of its input when it is left, and ends without an error", async () => {
    const { child, end, kernel } = begin()
    kernel.leave()
    child.stdin?.end()
    expect(await end).toMatchObject({ code: 0 })
  })

  it("starts what it executes with signals as they are for a new program", async () => {
    const { end, kernel } = begin()
    kernel.sys.resetSignals()
    thrown(() => kernel.sys.execve("/bin/sh", ["sh", "-c", "grep -E 'SigBlk|SigIgn' /proc/self/status"], ["PATH=/bin"]))
    expect(await end).toMatchObject({ output: "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n" })
  })

  it("shares one processor with its parent while it is directed, and executes what it executes on all of them", async () => {
    const ours = () => /Cpus_allowed_list:\s*(\S+)/.exec(readFileSync("/proc/thread-self/status", "utf8"))?.[1]
    const all = ours()
    const { end, kernel } = begin()
    const part = kernel.meet()
    expect(kernel.files.read("/proc/self/status")).toContain(`Cpus_allowed_list:\t${ours()}\n`)
    expect(ours()).toMatch(/^\d+$/)
    part()
    expect(ours()).toBe(all)
    thrown(() => kernel.sys.execve("/bin/sh", ["sh", "-c", "grep Cpus_allowed_list /proc/self/status"], ["PATH=/bin"]))
    expect(await end).toMatchObject({ output: `Cpus_allowed_list:\t${all}\n` })
  })

  it("need not be waited for by a program that a signal is to end", async () => {
    const script = fileURLToPath(new URL("wait-for-signal.ts", import.meta.url))
    const waiting = spawn(process.execPath, ["--conditions=gantry-source", script, program()], {
      stdio: ["ignore", "pipe", "inherit"]
    })
    let output = ""
    waiting.stdout.on("data", (bytes) => (output += String(bytes)))
    const end = new Promise((resolve) => waiting.on("close", resolve))
    // What the stub waits in tells that it has been asked: read(2), of its standard input.
    const stub = () => readFileSync(`/proc/${waiting.pid}/task/${waiting.pid}/children`, "utf8").trim()
    const isAsked = () => stub() !== "" && /^(?:0|63) 0x0 /.test(readFileSync(`/proc/${stub()}/syscall`, "utf8"))
    // And the program waits for the answer: a signal before that is not there to end its waiting.
    const waits = () => /^(?:0|63) /.test(readFileSync(`/proc/${waiting.pid}/syscall`, "utf8"))
    while (!isAsked() || !waits()) await new Promise((resolve) => setImmediate(resolve))
    waiting.kill("SIGINT")
    await end
    expect(output).toBe("EINTR\nheard\n")
  })

  it("is told that its process has ended by whatever is asked for next", async () => {
    const { child, end, kernel } = begin()
    kernel.files.kind("/")
    child.kill("SIGKILL")
    await end
    expect(thrown(() => kernel.files.kind("/"))).toBeInstanceOf(StubGone)
  })
})
