import { describe, expect, it } from "vitest"
import { complaintIn, refusalOf } from "../../src/run/invoke.ts"

const statusOf = (said: string) => refusalOf("create container", "runtime", said).status

describe("what a runtime complains about", () => {
  it("ends with 127 when there is no such command", () => {
    expect(statusOf("executable file `nope` not found in $PATH: No such file or directory")).toBe(127)
    expect(statusOf("open executable: No such file or directory")).toBe(127)
    expect(statusOf('starting sandbox: error finding executable "nope" in PATH [/bin]: no such file')).toBe(127)
    expect(statusOf('runc create failed: exec: "/nope": stat /nope: no such file or directory')).toBe(127)
  })

  it("ends with 126 when the command is a directory or must not be executed", () => {
    expect(statusOf("open executable: Operation not permitted")).toBe(126)
    expect(statusOf("open executable: Permission denied")).toBe(126)
    expect(statusOf('runc create failed: exec: "/etc": is a directory')).toBe(126)
    expect(statusOf('runc create failed: exec: "/etc": permission denied')).toBe(126)
  })

  it("ends with 125 and the runtime's words when the container could not be made", () => {
    const refusal = refusalOf("create container", "runc", "cannot mount")
    expect(refusal.status).toBe(125)
    expect(refusal.message).toContain("runc: cannot mount")
  })

  it("says what runc's helper met with, and not what came of that", () => {
    const line = (level: string, msg: string) => JSON.stringify({ level, msg })
    const met = line("fatal", "nsexec-0[20]: failed to open mount source /dev/mqueue: No such file or directory")
    const then = line("fatal", "nsexec-1[21]: failed to receive fd from unix socket 12: Invalid argument")
    const last = line("error", "runc create failed: can't get final child's PID from pipe: EOF")
    const said = [line("debug", "nsexec-0[20]: ~> nsexec stage-0"), met, then, last, "no JSON", ""].join("\n")
    expect(complaintIn(said)).toBe("failed to open mount source /dev/mqueue: No such file or directory")
    expect(complaintIn([line("error", "first"), last].join("\n"))).toContain("from pipe: EOF")
    expect(complaintIn("")).toBeUndefined()
  })

  it("comes with what to do where crun does not get along with the host's control groups", () => {
    const said = "invalid file system type on `/sys/fs/cgroup`"
    expect(refusalOf("create container", "crun", said).message).toMatch(/crun: invalid.*--runtime runc/)
  })
})
