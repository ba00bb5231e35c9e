/** Installs the default filter for the default capabilities and starts a shell under it. */
import { release } from "node:os"
import { defaultCapabilities } from "../../src/capabilities.ts"
import { PR_SET_NO_NEW_PRIVS } from "../../src/constants.ts"
import { loadSyscallsSync } from "../../src/load.ts"
import { compile } from "../../src/seccomp/compile.ts"
import { defaultProfile } from "../../src/seccomp/default-profile.ts"

const sys = loadSyscallsSync()
const arch = process.arch === "arm64" ? "arm64" : "x64"
const filter = compile(defaultProfile, { arch, capabilities: defaultCapabilities, kernel: release() })
for (const fd of [0, 1, 2]) sys.fcntl(fd, 2, 0)
sys.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
sys.seccomp(filter)
const script =
  "grep Seccomp: /proc/self/status | tr -dc 0-9; echo; echo hello; unshare -m true 2>/dev/null || echo unshare refused; (echo child ran)"
sys.execve("/bin/sh", ["sh", "-c", script], ["PATH=/usr/bin:/bin"])
