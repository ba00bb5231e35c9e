import { describe, expect, it } from "vitest"
import * as c from "../../src/constants.ts"
import { Executed, makeRecording } from "../../src/ffi/recording.ts"
import { failedWith } from "../../src/SyscallError.ts"

describe("the recording double", () => {
  it("writes calls down as they would be read aloud", () => {
    const { syscalls: sys, calls } = makeRecording()
    sys.mount("tmpfs", "/dev", "tmpfs", c.MS_NOSUID | c.MS_STRICTATIME, "mode=755")
    sys.unshare(c.CLONE_NEWNS | c.CLONE_NEWPID)
    sys.mknod("/dev/null", c.S_IFCHR | 0o666, 1, 3)
    sys.prctl(c.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    sys.mountSetattr(5, "", c.AT_EMPTY_PATH, { attrSet: c.MOUNT_ATTR_RDONLY, propagation: c.MS_PRIVATE })
    sys.setrlimit(c.RLIMIT_NOFILE, { soft: 1024n, hard: 4096n })
    sys.seccomp(new Uint8Array(16))
    expect(calls).toEqual([
      'mount("tmpfs", "/dev", "tmpfs", MS_NOSUID|MS_STRICTATIME, "mode=755")',
      "unshare(CLONE_NEWNS|CLONE_NEWPID)",
      'mknod("/dev/null", 0020666, 1:3)',
      "prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)",
      'mountSetattr(5, "", AT_EMPTY_PATH, { set: MOUNT_ATTR_RDONLY, clear: 0, propagation: MS_PRIVATE })',
      "setrlimit(RLIMIT_NOFILE, 1024, 4096)",
      "seccomp(2 instructions)"
    ])
  })

  it("fails the call that a test picks, once, and as the kernel would", () => {
    const { syscalls: sys, failNext } = makeRecording()
    failNext("mount", "EBUSY", 1)
    const mount = () => sys.mount(null, "/a", null, c.MS_BIND, null)
    mount()
    expect(mount).toThrow('mount(null, "/a", null, MS_BIND, null): device or resource busy (EBUSY)')
    expect(mount).not.toThrow()
  })

  it("answers what a script answers and counts descriptors up", () => {
    const { syscalls: sys, error } = makeRecording({
      lgetxattr: () => Uint8Array.of(7),
      chroot: (path) => {
        throw error("chroot", "EPERM", path)
      }
    })
    expect(sys.lgetxattr("a", "user.b")).toEqual(Uint8Array.of(7))
    expect([sys.open("a", 0), sys.open("b", 0)]).toEqual([100, 101])
    let caught: unknown
    try {
      sys.chroot("/x")
    } catch (thrown) {
      caught = thrown
    }
    expect(failedWith(caught, "ENOENT", "EPERM")).toBe(true)
    expect(failedWith(caught, "ENOENT")).toBe(false)
  })

  it("ends at execve with what would have been started", () => {
    const { syscalls: sys } = makeRecording()
    expect(() => sys.execve("/bin/sh", ["sh", "-c"], ["A=1"])).toThrow(Executed)
  })
})
