/**
 * Runs inside fresh namespaces (`unshare -m -u`) and prints one JSON object with what the kernel did.
 * Ends in execve: the last line of the output comes from the program that was started.
 *
 * Arguments: an empty directory.
 */
import * as c from "../../src/constants.ts"
import { loadSyscallsSync } from "../../src/load.ts"
import { SyscallError } from "../../src/SyscallError.ts"
import { lstatSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from "node:fs"

const [directory = "/nonexistent"] = process.argv.slice(2)
const sys = loadSyscallsSync()

const codeOf = (action: () => unknown): string => {
  try {
    action()
    return "none"
  } catch (error) {
    return error instanceof SyscallError ? error.message : `not a SyscallError: ${String(error)}`
  }
}

sys.mount(null, "/", null, c.MS_REC | c.MS_PRIVATE, null)
sys.mount("tmpfs", directory, "tmpfs", c.MS_NOSUID | c.MS_NODEV, "mode=0751,size=1m")
const seen: Record<string, unknown> = { tmpfsMode: lstatSync(directory).mode & 0o7777 }

sys.chdir(directory)
sys.umask(0)
sys.mknod("whiteout", c.S_IFCHR, 0, 0)
sys.mknod("big-device", c.S_IFCHR | 0o600, 259, 0x12345)
seen["whiteout"] = [lstatSync("whiteout").isCharacterDevice(), lstatSync("whiteout").rdev]
// The C library's encoding of 259:0x12345, which keeps the low byte of the minor number apart.
seen["bigDevice"] = lstatSync("big-device").rdev

symlinkSync("nowhere", "link")
sys.lsetxattr("link", "trusted.gantry.test", new TextEncoder().encode("y\0z"))
seen["xattrs"] = sys.llistxattr("link")
seen["xattr"] = [...sys.lgetxattr("link", "trusted.gantry.test")]
sys.lremovexattr("link", "trusted.gantry.test")
seen["xattrsAfter"] = sys.llistxattr("link")
seen["missingXattr"] = codeOf(() => sys.lgetxattr("link", "trusted.gantry.test"))

sys.lchown("link", 1234, 70000)
sys.utimensat("link", -1n, 1_700_000_000_123_456_789n, c.AT_SYMLINK_NOFOLLOW)
const link = lstatSync("link")
seen["link"] = [link.uid, link.gid]

// Bytes that are not UTF-8 name a file as they are.
const name = Uint8Array.of(0x66, 0xff, 0x67)
sys.close(sys.open(name, c.O_CREAT | c.O_WRONLY | c.O_CLOEXEC, 0o640))
sys.utimensat(name, null, 5_000_000_000n, 0)
seen["zeroByte"] = codeOf(() => sys.chdir("a\0b"))
seen["noSuchMount"] = codeOf(() => sys.umount2("/proc/self/nowhere", c.MNT_DETACH))

writeFileSync("file", "0123456789")
const from = sys.open("file", c.O_RDONLY | c.O_CLOEXEC)
const copy = sys.open("copy", c.O_CREAT | c.O_RDWR | c.O_CLOEXEC, 0o600)
seen["copied"] = sys.copyFileRange(from, copy, 4)
seen["copy"] = readFileSync("copy", "utf8")
const buffer = new Uint8Array(3)
seen["read"] = [sys.read(from, buffer), new TextDecoder().decode(buffer)]
seen["escape"] = codeOf(() =>
  sys.openat2(c.AT_FDCWD, "../etc", { flags: c.O_PATH | c.O_CLOEXEC, resolve: c.RESOLVE_BENEATH })
)
sys.flock(from, c.LOCK_EX | c.LOCK_NB)
const other = sys.open("file", c.O_RDONLY | c.O_CLOEXEC)
seen["locked"] = codeOf(() => sys.flock(other, c.LOCK_EX | c.LOCK_NB)).replace(String(other), "fd")
seen["pollable"] = sys.poll([{ fd: from, events: c.POLLIN }], 0)

const detached = sys.openTree(c.AT_FDCWD, directory, c.OPEN_TREE_CLONE | c.OPEN_TREE_CLOEXEC)
sys.mountSetattr(detached, "", c.AT_EMPTY_PATH, { attrSet: c.MOUNT_ATTR_RDONLY, propagation: c.MS_PRIVATE })
sys.moveMount(detached, "", c.AT_FDCWD, "/mnt", c.MOVE_MOUNT_F_EMPTY_PATH)
seen["readOnly"] = codeOf(() => sys.open("/mnt/new", c.O_CREAT | c.O_WRONLY, 0o600))
sys.umount2("/mnt", c.MNT_DETACH)

const context = sys.fsopen("tmpfs", c.FSOPEN_CLOEXEC)
sys.fsconfig(context, c.FSCONFIG_SET_STRING, "size", "64k", 0)
sys.fsconfig(context, c.FSCONFIG_CMD_CREATE, null, null, 0)
const mounted = sys.fsmount(context, c.FSMOUNT_CLOEXEC, c.MOUNT_ATTR_NODEV)
sys.moveMount(mounted, "", c.AT_FDCWD, "/mnt", c.MOVE_MOUNT_F_EMPTY_PATH)
seen["newApi"] = readFileSync("/proc/self/mountinfo", "utf8").match(/ \/mnt rw,nodev.* tmpfs .*size=64k/) !== null

sys.sethostname("tour")
seen["hostname"] = readFileSync("/proc/sys/kernel/hostname", "utf8").trim()

const capabilities = sys.capget()
const dropped = capabilities.permitted & ~(1n << 13n) & ~(1n << 38n)
sys.capset({ effective: dropped, permitted: dropped, inheritable: 0n })
seen["capabilities"] = [sys.capget().permitted === dropped, sys.capget().inheritable === 0n]
const limit = sys.getrlimit(c.RLIMIT_NOFILE)
sys.setrlimit(c.RLIMIT_NOFILE, { soft: 123n, hard: limit.hard })
seen["noNewPrivs"] = [
  sys.prctl(c.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
  sys.prctl(c.PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0),
  codeOf(() => sys.prctl(c.PR_CAPBSET_DROP, 4000))
]
sys.setgroups([5, 70000])
sys.setresgid(100, 100, 100)
seen["noSuchProgram"] = codeOf(() => sys.execve("/nowhere", ["a"], []))
seen["exe"] = readlinkSync("/proc/self/exe") !== ""
sys.write(1, new TextEncoder().encode(`${JSON.stringify(seen)}\n`))

for (const fd of [0, 1, 2]) sys.fcntl(fd, c.F_SETFD, 0)
sys.closeRange(3, 0xffffffff, c.CLOSE_RANGE_CLOEXEC)
sys.resetSignals()
sys.execve(
  "/bin/sh",
  [
    "custom-name",
    "-c",
    'stat -c "%.9X %.9Y" link; echo "$0|$1|$GREETING|$(ulimit -Sn)|$(id -G)"; ls /proc/self/fd | wc -l; grep -E "Sig(Blk|Ign)|NoNewPrivs" /proc/self/status',
    "zero",
    "ünï"
  ],
  ["GREETING=hello world", "PATH=/usr/bin:/bin"]
)
