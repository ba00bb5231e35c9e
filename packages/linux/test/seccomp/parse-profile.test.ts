import { describe, expect, it } from "vitest"
import { defaultProfile } from "../../src/seccomp/default-profile.ts"
import { compile } from "../../src/seccomp/compile.ts"
import { parseProfile } from "../../src/seccomp/parse-profile.ts"

const target = { arch: "x64", capabilities: [], kernel: "6.1" } as const

/** What the parser says about a text that it refuses. */
const refusal = (text: string): string => {
  try {
    parseProfile(text)
    return "accepted"
  } catch (error) {
    return String(error)
  }
}

const rule = (more: string) =>
  `{ "defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{ "names": ["read"], "action": "SCMP_ACT_ERRNO", ${more} }] }`

describe("profile files", () => {
  it("that hold the default profile compile to the same filter", () => {
    expect(compile(parseProfile(JSON.stringify(defaultProfile)), target)).toEqual(compile(defaultProfile, target))
  })

  it("keep all 64 bits of a value", () => {
    const text = `{ "defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
      { "names": ["read"], "action": "SCMP_ACT_ERRNO", "comment": "\\"value\\": 18446744073709551615",
        "args": [{ "index": 0, "value": 18446744073709551615, "valueTwo": 9007199254740993, "op": "SCMP_CMP_MASKED_EQ" }] }] }`
    expect(parseProfile(text).syscalls[0]?.args).toEqual([
      { index: 0, value: 18446744073709551615n, valueTwo: 9007199254740993n, op: "SCMP_CMP_MASKED_EQ" }
    ])
  })

  it("may use the older form with one name a rule, and null for what is not there", () => {
    const text = `{ "defaultAction": "SCMP_ACT_ERRNO", "archMap": null, "architectures": ["SCMP_ARCH_X86_64"],
      "syscalls": [{ "name": "read", "action": "SCMP_ACT_ALLOW", "args": null }] }`
    expect(parseProfile(text)).toEqual({
      defaultAction: "SCMP_ACT_ERRNO",
      architectures: ["SCMP_ARCH_X86_64"],
      syscalls: [{ names: ["read"], action: "SCMP_ACT_ALLOW" }]
    })
  })

  it("that cannot be used are refused with the place and the reason", () => {
    const cases: ReadonlyArray<readonly [text: string, message: string]> = [
      ["{", "seccomp profile: "],
      ["[]", "the file is no object"],
      ["{}", "defaultAction is undefined, which is no action"],
      [`{ "defaultAction": "SCMP_ACT_NOTIFY" }`, `"SCMP_ACT_NOTIFY", which is no action`],
      [rule(`"args": [{ "index": 6, "op": "SCMP_CMP_EQ" }]`), "syscalls[0].args[0].index is no number from 0 to 5"],
      [rule(`"args": [{ "index": 0, "op": "EQ" }]`), `syscalls[0].args[0].op is "EQ"`],
      [rule(`"args": [{ "index": 0, "op": "SCMP_CMP_EQ", "value": 18446744073709551616 }]`), "does not fit"],
      [rule(`"args": [{ "index": 0, "op": "SCMP_CMP_EQ", "value": -1 }]`), "value is no whole number"],
      [rule(`"errnoRet": 5000`), "errnoRet is no error number"]
    ]
    for (const [text, message] of cases) expect(refusal(text)).toContain(message)
  })
})
