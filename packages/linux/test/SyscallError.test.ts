import { constants } from "node:os"
import { describe, expect, it } from "vitest"
import { errnoCode, errnoNumber, errnoText } from "../src/errno.ts"
import { SyscallError } from "../src/SyscallError.ts"

describe("errors of system calls", () => {
  it("say the call, its arguments, the reason and its name", () => {
    const error = new SyscallError({ call: "mount", errno: 16, detail: '"a", "b"', note: "in use by c" })
    expect(error.message).toBe('mount("a", "b"): device or resource busy (EBUSY): in use by c')
    expect([error.name, error.call, error.errno, error.code, error.detail]).toEqual([
      "SyscallError",
      "mount",
      16,
      "EBUSY",
      '"a", "b"'
    ])
    expect(error).toBeInstanceOf(Error)
  })

  it("have the numbers that the runtime knows them by", () => {
    // Two names of one number: the table has the one that Linux uses itself.
    const aliases = new Set(["EWOULDBLOCK", "ENOTSUP"])
    const known = Object.entries(constants.errno).filter(([name]) => !aliases.has(name))
    const missing = known.filter(([name, number]) => errnoCode(number) !== name).map(([name]) => name)
    expect(missing).toEqual([])
    expect(known.length).toBeGreaterThan(70)
  })

  it("have a name of sorts when the table has none", () => {
    expect([errnoCode(4000), errnoText(4000)]).toEqual(["errno 4000", "unknown error"])
    expect(errnoNumber("ENOSYS")).toBe(38)
    expect(() => errnoNumber("EFOO")).toThrow(RangeError)
  })
})
