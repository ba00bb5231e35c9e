import { describe, expect, it } from "vitest"
import { parseCapability } from "../../../src/argv/values/capability.ts"
import { parseDetachKeys } from "../../../src/argv/values/detach-keys.ts"
import { parseDevice } from "../../../src/argv/values/device.ts"
import { parseFilters } from "../../../src/argv/values/filters.ts"
import { parseName } from "../../../src/argv/values/name.ts"
import { parseRestart } from "../../../src/argv/values/restart.ts"
import { parseSecurityOption } from "../../../src/argv/values/security-opt.ts"
import { parseSignal, signalName } from "../../../src/argv/values/signal.ts"
import { parseUser } from "../../../src/argv/values/user.ts"
import { parseAttach, parsePull, parseTail } from "../../../src/argv/values/words.ts"

describe("names of containers", () => {
  it("have two characters or more out of a small set", () => {
    expect(["web", "w1", "0_.-"].filter((text) => !parseName(text).ok)).toEqual([])
    expect(["", "w", "-web", "we b", "wéb", "_a", "a/b"].filter((text) => parseName(text).ok)).toEqual([])
  })
})

describe("--user", () => {
  it.each([
    ["app", { user: "app" }],
    ["1000:1000", { user: "1000", group: "1000" }],
    ["app:", { user: "app" }],
    [":staff", { user: "0", group: "staff" }]
  ])("reads %s", (text, value) => {
    expect(parseUser(text)).toEqual({ ok: true, value })
  })

  it.each(["", ":", "a:b:c"])("refuses %j", (text) => {
    expect(parseUser(text).ok).toBe(false)
  })
})

describe("signals", () => {
  it.each([
    ["9", 9],
    ["KILL", 9],
    ["sigterm", 15],
    ["SIGUSR1", 10],
    ["RTMIN+3", 37],
    ["SIGRTMAX-1", 63]
  ])("read %s", (text, value) => {
    expect(parseSignal(text)).toEqual({ ok: true, value })
  })

  it.each(["", "0", "65", "FOO", "RTMIN+99", "SIG", "toString", "-9"])("refuse %j", (text) => {
    expect(parseSignal(text)).toEqual({ ok: false, problem: `invalid signal: ${text}` })
  })

  it("have names that lead back to them", () => {
    const all = Array.from({ length: 66 }, (_, number) => number)
    expect(all.filter((number) => signalName(number) === undefined)).toEqual([0, 32, 33, 65])
    const named = all.filter((number) => signalName(number) !== undefined)
    expect(named.map((number) => parseSignal(signalName(number) ?? ""))).toEqual(
      named.map((value) => ({ ok: true, value }))
    )
    expect(signalName(6)).toBe("SIGABRT")
  })
})

describe("--restart", () => {
  it("reads the four policies", () => {
    expect(parseRestart("on-failure:3")).toEqual({ ok: true, value: { name: "on-failure", maximumRetryCount: 3 } })
    expect(parseRestart("always")).toEqual({ ok: true, value: { name: "always", maximumRetryCount: 0 } })
    expect(parseRestart("")).toEqual({ ok: true, value: { name: "no", maximumRetryCount: 0 } })
  })

  it.each([
    [":3", "invalid restart policy format: no policy provided before colon"],
    ["on-failure:x", "invalid restart policy format: maximum retry count must be an integer"],
    ["on-failure:3:4", "invalid restart policy format: maximum retry count must be an integer"],
    ["on-failure:-1", "invalid restart policy: maximum retry count cannot be negative"],
    ["always:3", "invalid restart policy: maximum retry count can only be used with 'on-failure'"]
  ])("refuses %s", (text, problem) => {
    expect(parseRestart(text)).toEqual({ ok: false, problem })
  })
})

describe("--filter", () => {
  const keys = ["id", "name", "label", "status"] as const

  it("collects alternatives of one key", () => {
    const result = parseFilters(["name=a", "NAME = b", "label=x=y"], keys)
    expect(result.ok ? [...result.value] : result).toEqual([
      ["name", ["a", "b"]],
      ["label", ["x=y"]]
    ])
  })

  it("refuses what is no pair and what nobody knows", () => {
    expect(parseFilters(["x"], keys)).toEqual({ ok: false, problem: "bad format of filter (expected name=value)" })
    expect(parseFilters(["stauts=x"], keys)).toEqual({
      ok: false,
      problem: "invalid filter 'stauts' (did you mean status?)"
    })
  })
})

describe("--security-opt", () => {
  it.each([
    ["no-new-privileges", { kind: "no-new-privileges", enabled: true }],
    ["no-new-privileges=false", { kind: "no-new-privileges", enabled: false }],
    ["no-new-privileges:true", { kind: "no-new-privileges", enabled: true }],
    ["seccomp=unconfined", { kind: "seccomp", profile: "unconfined" }],
    ["seccomp:/p.json", { kind: "seccomp", profile: "/p.json" }],
    ["label=type:x", { kind: "label", value: "type:x" }],
    ["systempaths=unconfined", { kind: "systempaths-unconfined" }]
  ])("reads %s", (text, value) => {
    expect(parseSecurityOption(text)).toEqual({ ok: true, value })
  })

  it.each(["foo", "seccomp", "apparmor", "systempaths=x", "foo=bar", "no-new-privileges:x"])("refuses %s", (text) => {
    expect(parseSecurityOption(text)).toEqual({ ok: false, problem: `Invalid --security-opt: "${text}"` })
  })
})

describe("capabilities", () => {
  it("are spelled in one way", () => {
    expect(parseCapability("net_admin")).toEqual({ ok: true, value: "CAP_NET_ADMIN" })
    expect(parseCapability("cap_chown")).toEqual({ ok: true, value: "CAP_CHOWN" })
    expect(parseCapability("all")).toEqual({ ok: true, value: "ALL" })
    expect(parseCapability("foo")).toEqual({ ok: false, problem: 'unknown capability: "foo"' })
  })
})

describe("--device", () => {
  it.each([
    ["/dev/fuse", { kind: "path", host: "/dev/fuse", container: "/dev/fuse", permissions: "rwm" }],
    ["/dev/fuse:rw", { kind: "path", host: "/dev/fuse", container: "/dev/fuse", permissions: "rw" }],
    ["/dev/a:/dev/b:r", { kind: "path", host: "/dev/a", container: "/dev/b", permissions: "r" }],
    ["vendor.com/class=name", { kind: "cdi", name: "vendor.com/class=name" }]
  ])("reads %s", (text, value) => {
    expect(parseDevice(text)).toEqual({ ok: true, value })
  })

  it.each(["", "null", "/dev/a:/b:rwx", "/dev/a:/b:rr", "/dev/a:/b:/c:rw", "/dev/a:rwq"])("refuses %j", (text) => {
    expect(parseDevice(text).ok).toBe(false)
  })
})

describe("single words", () => {
  it("for pulling, attaching and tailing are read", () => {
    expect(parsePull("foo")).toEqual({
      ok: false,
      problem: `invalid pull option: 'foo': must be one of "always", "missing" or "never"`
    })
    expect(parsePull("never")).toEqual({ ok: true, value: "never" })
    expect(parseAttach("STDERR")).toEqual({ ok: true, value: "stderr" })
    expect(parseAttach("foo")).toEqual({ ok: false, problem: "valid streams are STDIN, STDOUT and STDERR" })
    expect([parseTail("5"), parseTail("-1"), parseTail("x"), parseTail("0")]).toEqual([5, "all", "all", 0])
  })

  it("for detaching become bytes", () => {
    expect(parseDetachKeys("ctrl-p,ctrl-q")).toEqual({ ok: true, value: Uint8Array.of(16, 17) })
    expect(parseDetachKeys("a,ctrl-[")).toEqual({ ok: true, value: Uint8Array.of(97, 27) })
    expect(parseDetachKeys("foo").ok).toBe(false)
  })
})
