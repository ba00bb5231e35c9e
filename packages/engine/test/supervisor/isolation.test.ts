import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { ContainerSpec, ProcessSpec } from "@gantry/core/runtime/ContainerSpec"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { makeRig, type Rig, runToEnd } from "./rig.ts"

describe.skipIf(process.getuid?.() !== 0)("a default container, on the real kernel (needs root)", () => {
  let rig: Rig
  beforeAll(() => {
    rig = makeRig()
  })
  afterAll(() => rig.dispose())

  const sh = (script: string, process_: Partial<ProcessSpec> = {}, more: Partial<ContainerSpec> = {}) =>
    rig.run(runToEnd(rig.spec({ argv: ["sh", "-c", script], ...process_ }, more)))

  it("has fourteen capabilities, a seccomp filter and a bounding set to match", async () => {
    const { stdout } = await sh("grep -E '^(Cap|Seccomp:|NoNewPrivs)' /proc/self/status")
    expect(
      Object.fromEntries(
        stdout
          .trim()
          .split("\n")
          .map((line) => line.split(":\t"))
      )
    ).toEqual({
      CapInh: "0000000000000000",
      CapPrm: "00000000a80425fb",
      CapEff: "00000000a80425fb",
      CapBnd: "00000000a80425fb",
      CapAmb: "0000000000000000",
      NoNewPrivs: "0",
      Seccomp: "2"
    })
  })

  it.each([
    ["mounts a file system", "mount -t tmpfs none /etc"],
    ["takes a mount away", "umount /proc/sys"],
    ["opens a block device that it has made", "mknod /tmp-disk b 8 0 && head -c 1 /tmp-disk"],
    ["reboots", "reboot -f"],
    ["writes to sysrq-trigger", "echo h > /proc/sysrq-trigger"],
    ["writes to a kernel parameter", "echo 1 > /proc/sys/kernel/panic"],
    ["writes to /sys", "echo 1 > /sys/kernel/mm/ksm/run"],
    ["writes to its control group", "touch /sys/fs/cgroup/new"],
    ["reads kernel memory", "head -c 1 /proc/kcore | grep -q ."],
    ["lists the firmware", "ls /sys/firmware | grep -q ."]
  ])("never %s", async (_, script) => {
    const { exit } = await sh(`${script} 2>/dev/null`)
    expect(exit.code).not.toBe(0)
  })

  it.each([
    ["keyctl", { x64: 250, arm64: 219 }],
    ["mount", { x64: 165, arm64: 40 }],
    ["reboot", { x64: 169, arm64: 142 }],
    ["kexec_load", { x64: 246, arm64: 104 }],
    ["unshare", { x64: 272, arm64: 97 }],
    ["bpf", { x64: 321, arm64: 280 }]
  ] as const)("is refused the system call %s", async (_, numbers) => {
    const number = process.arch === "arm64" ? numbers.arm64 : numbers.x64
    const host = ["/usr", "/lib", "/lib64", "/bin"]
    const mounts = host
      .filter((path) => existsSync(path))
      .map((path) => ({
        type: "bind" as const,
        source: path,
        target: path === "/bin" ? "/host-bin" : path,
        readonly: true,
        recursive: false
      }))
    // The first argument makes unshare ask for a user namespace; the others ignore or refuse it.
    const argv = ["/usr/bin/perl", "-e", `exit(syscall(${number}, 0x10000000, 0, 0, 0, 0) == -1 ? 40 + $! : 0)`]
    const { exit } = await rig.run(runToEnd(rig.spec({ argv }, { mounts })))
    expect(exit.code).toBe(41)
  })

  it("sees no process of the host, and its own root through /proc/1/root", async () => {
    const { stdout } = await sh("ls /proc | grep -c '^[0-9]'; ls /proc/1/root/etc/passwd; ls /proc/1/root/usr 2>&1")
    const [processes = "", passwd, host] = stdout.split("\n")
    expect(Number(processes)).toBeLessThan(6)
    expect(passwd).toBe("/proc/1/root/etc/passwd")
    expect(host).toContain("No such file")
  })

  it("has Docker's devices and nothing else", async () => {
    const { stdout } = await sh("echo $(ls /dev); ls /dev/pts; stty < /dev/null; echo x > /dev/null")
    // It leads to the kernel's memory, which a kernel need not show.
    const core = existsSync("/proc/kcore") ? "core " : ""
    expect(stdout.split("\n")[0]).toBe(
      `${core}fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero`
    )
  })

  it("keeps no descriptor of ours and no ignored signal", async () => {
    const list = await rig.run(runToEnd(rig.spec({ argv: ["ls", "/proc/self/fd"] })))
    // The last one is the directory that ls reads.
    expect(list.stdout).toBe("0\n1\n2\n3\n")
    const signals = await rig.run(runToEnd(rig.spec({ argv: ["grep", "-E", "Sig(Ign|Blk)", "/proc/self/status"] })))
    expect(signals.stdout).toBe("SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n")
  })

  it("mounts what the user asked for, read-only and not, and follows links inside the root only", async () => {
    const shared = join(rig.directory, "shared")
    const link = join(rig.directory, "lower/escape")
    mkdirSync(shared)
    writeFileSync(join(shared, "note"), "hello\n")
    symlinkSync("/../../../../proc/self/cwd/deep", link)
    const bind = { type: "bind", source: shared, recursive: true } as const
    const { stdout } = await sh(
      "cat /one/note; echo x > /one/new && echo written; echo x 2>/dev/null > /two/three/new || echo refused; ls /deep",
      {},
      {
        mounts: [
          { ...bind, target: "/two/three", readonly: true },
          { ...bind, target: "/one", readonly: false },
          { type: "tmpfs", target: "/scratch", options: "size=1m" }
        ]
      }
    )
    expect(stdout).toContain("hello\nwritten\nrefused\n")
  })

  it("makes the root read-only when asked, and /dev/shm stays writable", async () => {
    const { stdout } = await sh(
      "echo x 2>/dev/null > /new || echo refused; echo x > /dev/shm/new && echo written",
      {},
      {
        readonlyRoot: true
      }
    )
    expect(stdout).toBe("refused\nwritten\n")
  })

  it("limits processes and memory", async () => {
    const pids = await sh("sleep 5 & sleep 5 & sleep 5 & sleep 5 & wait", {}, { resources: { pids: 3 } })
    expect(pids.stderr).toContain("can't fork")
    const memory = await sh(
      "head -c 200000000 /dev/zero | tail",
      {},
      { resources: { memoryBytes: 32 << 20, memorySwapBytes: 32 << 20 } }
    )
    expect(memory.exit.oomKilled).toBe(true)
  })

  it("applies limits of its own", async () => {
    const { stdout } = await sh("ulimit -n; ulimit -Hn", { rlimits: [{ name: "nofile", soft: 100, hard: 200 }] })
    expect(stdout).toBe("100\n200\n")
  })
})
