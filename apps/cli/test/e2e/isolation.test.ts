import { readFileSync } from "node:fs"
import { hostname } from "node:os"
import { describe, expect, it } from "vitest"
import { useGantry } from "./host/gantry.ts"

describe("a container with no options", () => {
  const gantry = useGantry()
  const run = (script: string) => gantry.try("run", "--rm", "base", "sh", "-c", script)

  it("has fourteen capabilities, a system call filter, and no way to get more", async () => {
    const { stdout } = await run("cat /proc/self/status")
    const field = (name: string) => new RegExp(`^${name}:\\s+(.*)$`, "m").exec(stdout)?.[1]
    expect(field("CapEff")).toBe("00000000a80425fb")
    expect(field("CapPrm")).toBe("00000000a80425fb")
    expect(field("CapBnd")).toBe("00000000a80425fb")
    expect(field("CapInh")).toBe("0000000000000000")
    expect(field("CapAmb")).toBe("0000000000000000")
    expect(field("Seccomp")).toBe("2")
  })

  it("gives another user no capabilities", async () => {
    const status = await gantry.ok("run", "--rm", "-u", "app", "base", "cat", "/proc/self/status")
    expect(/^CapEff:\s+(.*)$/m.exec(status)?.[1]).toBe("0000000000000000")
  })

  it.each([
    ["mount a file system", "mkdir /x && mount -t tmpfs none /x"],
    ["mount the host's devices", "mkdir /x && mount -t devtmpfs none /x"],
    ["unmount what hides parts of /proc", "umount /proc/keys"],
    ["make /sys writable", "mount -o remount,rw /sys"],
    ["make a network namespace", "unshare -n true"],
    ["make a user namespace", "unshare -U true"],
    ["make a mount namespace", "unshare -m true"],
    ["enter the namespaces of process 1", "nsenter -t 1 -m true"],
    ["set the clock", "! date -s @$(date +%s) 2>&1 | grep 'not permitted'"],
    ["set the host name", "hostname other"],
    ["read the kernel's messages", "dmesg"],
    ["write kernel settings", "echo 1 > /proc/sys/kernel/panic"],
    ["write below /sys", "echo 1 > /sys/kernel/mm/ksm/run"],
    ["change its control group", "echo 1 > /sys/fs/cgroup/pids/pids.max; [ -s /none ]"],
    ["make a control group", "mkdir /sys/fs/cgroup/pids/x"],
    ["write to /proc/sysrq-trigger", "echo h > /proc/sysrq-trigger"],
    ["read the memory of the kernel", "head -c 1 /proc/kcore | grep ."],
    ["list the keys of the kernel", "grep . /proc/keys"],
    ["use swap", "dd if=/dev/zero of=/s bs=4096 count=20 2>/dev/null; mkswap /s >/dev/null; swapon /s"],
    ["add a network interface", "ip link add x type dummy"],
    ["change the routes", "ip route del default"],
    ["load a kernel module", "insmod /none.ko"],
    ["raise the priority of a process", "renice -n -5 -p $$"],
    ["change the root of the whole namespace", "mkdir /r; pivot_root / /r"]
  ])("cannot %s", async (_, script) => {
    const { status, stderr, stdout } = await run(script)
    expect({ status, stderr, stdout }).not.toMatchObject({ status: 0 })
  })

  it("cannot restart the machine", async () => {
    // Tried only where the capability and the filter are known to be missing for it.
    const { stdout } = await run("cat /proc/self/status")
    expect(stdout).toMatch(/^CapEff:\s+00000000a80425fb$/m)
    expect(stdout).toMatch(/^Seccomp:\s+2$/m)
    const { status, stderr } = await run("reboot -f")
    expect(status).not.toBe(0)
    expect(stderr).toContain("not permitted")
  })

  it("can make the node of a disk, and cannot open it", async () => {
    const { status, stderr } = await run("mknod /disk b 8 0 && dd if=/disk of=/dev/null bs=1 count=1")
    expect(status).not.toBe(0)
    expect(stderr).toContain("Operation not permitted")
  })

  it("sees its own root behind process 1, not the host's", async () => {
    const { stdout } = await run("echo inside > /mark; cat /proc/1/root/mark; cat /proc/1/root/etc/hostname")
    expect(stdout).toMatch(/^inside\n[0-9a-f]{12}\n$/)
    expect(stdout).not.toContain(hostname())
  })

  it("sees neither the host's mounts nor its control groups", async () => {
    const { stdout } = await run("cat /proc/self/mountinfo; cat /proc/self/cgroup; cat /proc/1/environ")
    expect(stdout).not.toContain("/etc/passwd ")
    expect(stdout).not.toContain("GANTRY_")
    for (const line of stdout.split("\n").filter((each) => /^\d+:[^:]*:\//.test(each))) expect(line).toMatch(/:\/$/)
  })

  it("has empty files where the kernel would tell of the host", async () => {
    const { stdout } = await run(
      "for f in /proc/keys /proc/timer_list /proc/interrupts; do [ -e $f ] && wc -c < $f; done; ls /sys/firmware /proc/acpi 2>/dev/null | grep -v :"
    )
    expect(stdout.replaceAll(/[0\s]/g, "")).toBe("")
  })

  it("has the mark by which programs know that they are in a container, which is no change to its files", async () => {
    await gantry.ok("run", "--name", "marked", "base", "test", "-f", "/.dockerenv")
    expect(await gantry.ok("diff", "marked")).toBe("")
  })

  it("has the usual devices and file systems", async () => {
    const { stdout } = await run("cd /dev && ls; mount")
    for (const name of [
      "null",
      "zero",
      "full",
      "random",
      "urandom",
      "tty",
      "ptmx",
      "pts",
      "shm",
      "mqueue",
      "fd",
      "stdin",
      "stdout",
      "stderr"
    ]) {
      expect(stdout).toMatch(new RegExp(`^${name}$`, "m"))
    }
    expect(stdout).toMatch(/^overlay on \/ type overlay \(rw/m)
    expect(stdout).toMatch(/ on \/sys type sysfs \(ro/)
    expect(stdout).toMatch(/ on \/proc\/sys type proc \(ro/)
    expect(stdout).toMatch(/ on \/dev\/shm type tmpfs \(rw.*size=65536k/)
  })

  it("has nothing open but its three streams", async () => {
    const { stdout } = await run("ls /proc/self/fd | wc -l; ls -l /proc/1/fd")
    expect(stdout).not.toMatch(/\/tmp\/ge-/)
    // ls itself has the directory open.
    expect(stdout).toMatch(/^[345]\n/)
  })
})

describe("isolation by options", () => {
  const gantry = useGantry()
  const run = (...args: ReadonlyArray<string>) => gantry.try("run", "--rm", ...args)
  const capabilities = async (...args: ReadonlyArray<string>) =>
    /^CapEff:\s+(.*)$/m.exec((await run(...args, "base", "cat", "/proc/self/status")).stdout)?.[1]

  it("is lifted by --privileged", async () => {
    const own = /^CapEff:\s+(.*)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]
    expect(await capabilities("--privileged")).toBe(own)
    const { status, stderr, stdout } = await run(
      "--privileged",
      "base",
      "sh",
      "-c",
      "grep Seccomp: /proc/self/status; mkdir /x && mount -t tmpfs none /x && mount -o remount,rw /sys && unshare -n true && ls /dev/loop-control /dev/kmsg"
    )
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
    expect(stdout).toMatch(/Seccomp:\s+0/)
    // Also for one process of a container that is isolated.
    await gantry.ok("run", "-d", "--name", "web", "base", "sleep", "600")
    const further = await gantry.ok("exec", "--privileged", "web", "grep", "-E", "CapEff|Seccomp:", "/proc/self/status")
    expect(further.split(/\s+/)).toEqual(["CapEff:", own, "Seccomp:", "0"])
  })

  it("is changed by --cap-drop and --cap-add", async () => {
    expect(await capabilities("--cap-drop", "ALL")).toBe("0000000000000000")
    expect(await capabilities("--cap-drop", "ALL", "--cap-add", "chown")).toBe("0000000000000001")
    expect(await capabilities("--cap-add", "CAP_SYS_ADMIN")).toBe("00000000a82425fb")
    expect((await run("--cap-drop", "ALL", "base", "chown", "app", "/etc/passwd")).status).not.toBe(0)
    expect((await run("--cap-add", "SYS_ADMIN", "base", "sh", "-c", "mkdir /x && mount -t tmpfs none /x")).status).toBe(
      0
    )
    const unknown = await run("--cap-add", "NO_SUCH", "base", "true")
    expect(unknown.status).toBe(125)
  })

  it("can be without the system call filter, or without new privileges", async () => {
    expect(
      (await run("--security-opt", "seccomp=unconfined", "base", "grep", "Seccomp:", "/proc/self/status")).stdout
    ).toMatch(/\s0$/m)
    expect(
      (await run("--security-opt", "no-new-privileges", "base", "grep", "NoNewPrivs", "/proc/self/status")).stdout
    ).toMatch(/\s1$/m)
  })

  it("keeps the root read-only with --read-only, and other places writable", async () => {
    const { stderr, stdout } = await run(
      "--read-only",
      "--tmpfs",
      "/scratch:size=1m,mode=1777",
      "base",
      "sh",
      "-c",
      "touch /x; rm /etc/passwd; touch /scratch/a /dev/shm/b && echo ok; dd if=/dev/zero of=/scratch/big bs=1M count=2"
    )
    expect(stdout).toBe("ok\n")
    expect(stderr.match(/Read-only file system/g)).toHaveLength(2)
    expect(stderr).toContain("No space left on device")
  })

  it("runs as the user it is told, by name or number, with the groups of the image", async () => {
    const id = async (user: string) =>
      (await run("-u", user, "base", "sh", "-c", "id -u; id -G; echo $HOME")).stdout.split("\n")
    expect(await id("app")).toEqual(["1000", "1000 2000", "/home/app", ""])
    expect(await id("1000")).toEqual(["1000", "1000 2000", "/home/app", ""])
    expect(await id("app:extra")).toEqual(["1000", "2000", "/home/app", ""])
    expect(await id("4321:8765")).toEqual(["4321", "8765", "/", ""])
    const unknown = await run("-u", "nobody", "base", "true")
    expect([unknown.status, unknown.stderr.includes("nobody")]).toEqual([125, true])
  })
})
