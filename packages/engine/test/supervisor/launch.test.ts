import { readdirSync } from "node:fs"
import { loadSyscallsSync } from "@gantry/linux/load"
import { describe, expect, it } from "vitest"
import { exitCode, launch } from "../../src/supervisor/launch.ts"
import { openLaunch } from "../../src/supervisor/open-launch.ts"

describe("a launch", () => {
  const tryOut = (...argv: ReadonlyArray<string>) =>
    launch({
      plan: { argv, env: { PATH: "/usr/bin:/bin" }, config: {} },
      stdin: true,
      wiring: [],
      onOutput: () => undefined
    })

  it("of a program that the host does not have is a failure", async () => {
    expect(await tryOut("no-such-program")).toMatchObject({ type: "failed", status: 125, stage: "start" })
  })

  it("of a program that says nothing is a failure that names it", async () => {
    expect(await tryOut("true")).toEqual({
      type: "failed",
      status: 125,
      stage: "start",
      why: "true ended before the namespaces were made"
    })
  })

  describe("whose process cannot be put into its group", () => {
    /** What the process does once it has its configuration and has said that it is ready. */
    const launched = (then: string) =>
      launch({
        plan: {
          argv: ["sh", "-c", `read config <&3; echo "{\\"type\\":\\"ready\\",\\"pid\\":$$}" >&3; ${then}`],
          env: { PATH: "/usr/bin:/bin" },
          config: {}
        },
        stdin: true,
        wiring: [],
        onOutput: () => undefined,
        group: {
          prepare: () => undefined,
          add: () => {
            throw new Error("no room in the group")
          },
          kill: () => undefined,
          oomKilled: () => false,
          remove: () => Promise.resolve()
        }
      })
    const ours = { type: "failed", status: 125, stage: "prepare container", why: "no room in the group" }

    it("fails for the reason that the process has given, if it has: that is why it is not there", async () => {
      const own = { type: "failed", status: 126, stage: "find user", why: "no such user" }
      expect(await launched(`echo '${JSON.stringify(own)}' >&3`)).toEqual(own)
    })

    it("fails for that when the process says it back, or ends without a word", async () => {
      expect(await launched('read answer <&3; echo "$answer" >&3')).toEqual(ours)
      expect(await launched("kill -KILL $$")).toEqual(ours)
    })
  })

  it("comes to its end while nobody takes what it writes, and hands on all of it", async () => {
    const heard: Array<string> = []
    let begun: () => void = () => undefined
    const beginning = new Promise<void>((resolve) => {
      begun = resolve
    })
    const ready = String.raw`read config <&3; echo "{\"type\":\"ready\",\"pid\":$$}" >&3; read go <&3; exec 3>&- 4>&-`
    const launched = await launch({
      plan: {
        argv: ["sh", "-c", `${ready}; echo one; read line; echo two; exit 3`],
        env: { PATH: "/usr/bin:/bin" },
        config: {}
      },
      stdin: true,
      wiring: [],
      onOutput: ({ bytes }) => {
        heard.push(Buffer.from(bytes).toString())
        begun()
        return new Promise(() => undefined)
      }
    })
    if (launched.type === "failed") throw new Error(launched.why)
    await beginning
    await launched.write(Buffer.from("go on\n"))
    expect((await launched.ended).code).toBe(3)
    expect(heard).toEqual(["one\n", "two\n"])
  })

  it("leaves no descriptor behind when it fails", async () => {
    const descriptors = () => readdirSync("/proc/self/fd").length
    await tryOut("true")
    const before = descriptors()
    for (let time = 0; time < 5; time++) await tryOut("true")
    expect(descriptors()).toBeLessThanOrEqual(before)
  })
})

describe("a process that was made ahead", () => {
  const beginning = (...argv: ReadonlyArray<string>) => ({
    plan: { argv, env: { PATH: "/usr/bin:/bin" } },
    terminal: false,
    stdin: false
  })
  const request = (...argv: ReadonlyArray<string>) => ({
    plan: { ...beginning(...argv).plan, config: {} },
    stdin: false,
    wiring: [],
    onOutput: () => undefined
  })
  const sys = loadSyscallsSync()
  const listening = ["sh", "-c", "read -r line <&3"]

  it("is taken by a launch that begins just so", async () => {
    const ahead = openLaunch(sys, beginning(...listening))
    const launching = launch(request(...listening), ahead)
    expect((await ahead.end).code).toBe(0)
    expect(await launching).toMatchObject({ type: "failed", why: "sh ended before the namespaces were made" })
  })

  it("is let go of by a launch that begins otherwise, and killed when it does not care", async () => {
    const ahead = openLaunch(sys, beginning("sleep", "1000"))
    expect(await launch(request("true"), ahead)).toMatchObject({ why: "true ended before the namespaces were made" })
    expect(await ahead.end).toEqual({ code: null, signal: "SIGKILL" })
  })

  it.each([{ terminal: true }, { stdin: true }, { inherit: ["ignore", 1, 2] as const }])(
    "does not fit a launch with other streams: %o",
    async (other) => {
      const ahead = openLaunch(sys, beginning(...listening))
      expect(ahead.fits(beginning(...listening))).toBe(true)
      expect(ahead.fits({ ...beginning(...listening), ...other })).toBe(false)
      ahead.discard()
      await ahead.end
    }
  )

  it("leaves no descriptor behind when nobody wants it", async () => {
    const once = async () => {
      const ahead = openLaunch(sys, beginning(...listening))
      ahead.discard()
      await ahead.end
    }
    const descriptors = () => readdirSync("/proc/self/fd").length
    await once()
    const before = descriptors()
    for (let time = 0; time < 5; time++) await once()
    expect(descriptors()).toBeLessThanOrEqual(before)
  })
})

describe("an exit code", () => {
  it("is the command's own, or 128 and the signal", () => {
    expect(exitCode({ code: 3, signal: null })).toBe(3)
    expect(exitCode({ code: null, signal: "SIGKILL" })).toBe(137)
    expect(exitCode({ code: null, signal: "SIGTERM" })).toBe(143)
  })
})
