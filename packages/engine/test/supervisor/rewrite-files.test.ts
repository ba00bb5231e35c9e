import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync
} from "node:fs"
import { join } from "node:path"
import { loadSyscallsSync } from "@gantry/linux/load"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { rewriteFiles } from "../../src/supervisor/rewrite-files.ts"

/** A process that waits, as static as a container's root needs it. */
const program = "/usr/bin/busybox"

const before = { wiring: [], mounts: [], files: { hosts: "10.0.0.2\tweb\n", resolvConf: "nameserver 192.0.2.1\n" } }
const after = { ...before, files: { hosts: "10.0.1.2\tweb\n", resolvConf: "nameserver 127.0.0.11\n" } }

const possible = process.getuid?.() === 0 && existsSync(program) && existsSync("/dev/shm")

describe.skipIf(!possible)("files of a running container (needs root and a static busybox)", () => {
  let root: string
  let waiting: ChildProcess | undefined

  /** A process whose root is the directory, once it has gone there. */
  const begin = async (): Promise<number> => {
    copyFileSync(program, join(root, "busybox"))
    const child = spawn("chroot", [root, "/busybox", "sh", "-c", "echo there; exec /busybox sleep 100"], {
      stdio: ["ignore", "pipe", "inherit"]
    })
    waiting = child
    await new Promise((resolve, reject) => {
      child.stdout.once("data", resolve)
      child.once("error", reject)
      child.once("close", () => reject(new Error("nobody is there")))
    })
    return child.pid ?? 0
  }
  const write = (directory: string) => {
    mkdirSync(join(root, directory), { recursive: true })
    writeFileSync(join(root, directory, "hosts"), `${before.files.hosts}192.0.2.9\tmine\n`)
    writeFileSync(join(root, directory, "resolv.conf"), before.files.resolvConf)
  }
  const read = (path: string) => readFileSync(join(root, path), "utf8")

  beforeEach(() => {
    root = mkdtempSync("/dev/shm/gantry-test-")
  })
  afterEach(() => {
    waiting?.kill("SIGKILL")
    rmSync(root, { recursive: true, force: true })
  })

  it("say the new addresses, and what somebody has written into them still", async () => {
    write("etc")
    rewriteFiles(loadSyscallsSync(), await begin(), before, after)
    expect(read("etc/hosts")).toBe("192.0.2.9\tmine\n10.0.1.2\tweb\n")
    expect(read("etc/resolv.conf")).toBe(after.files.resolvConf)
  })

  it("are left alone when somebody has changed the servers, or mounted a file of his own there", async () => {
    write("etc")
    writeFileSync(join(root, "etc/resolv.conf"), "nameserver 192.0.2.2\n")
    const hosts = read("etc/hosts")
    const mount = { type: "bind", source: "/x", target: "/etc/hosts", readonly: false, recursive: false } as const
    rewriteFiles(loadSyscallsSync(), await begin(), before, { ...after, mounts: [mount] })
    expect(read("etc/hosts")).toBe(hosts)
    expect(read("etc/resolv.conf")).toBe("nameserver 192.0.2.2\n")
  })

  it("are not looked for behind links that the container has put in their place", async () => {
    write("trap")
    symlinkSync("/trap", join(root, "etc"))
    const hosts = read("trap/hosts")
    rewriteFiles(loadSyscallsSync(), await begin(), before, after)
    expect(read("trap/hosts")).toBe(hosts)
    rmSync(join(root, "etc"))
    mkdirSync(join(root, "etc"))
    symlinkSync("/trap/hosts", join(root, "etc/hosts"))
    rewriteFiles(loadSyscallsSync(), waiting?.pid ?? 0, before, after)
    expect(read("trap/hosts")).toBe(hosts)
  })

  it("are left alone when the container has made them so long that reading them would fill the host's memory", async () => {
    write("etc")
    const size = 5 * 1024 ** 3
    truncateSync(join(root, "etc/hosts"), size)
    rewriteFiles(loadSyscallsSync(), await begin(), before, after)
    expect(statSync(join(root, "etc/hosts")).size).toBe(size)
    expect(read("etc/resolv.conf")).toBe(after.files.resolvConf)
  })

  it("are as they were when the container has left no room for what they are to say", async () => {
    mkdirSync(join(root, "etc"))
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=16k", "tmpfs", join(root, "etc")])
    try {
      write("etc")
      writeFileSync(join(root, "etc/filler"), Buffer.alloc(8192))
      const hosts = read("etc/hosts")
      const long = Array.from({ length: 500 }, (_, index) => `10.0.1.2\tname${index}\n`).join("")
      rewriteFiles(loadSyscallsSync(), await begin(), before, { ...after, files: { ...after.files, hosts: long } })
      expect(read("etc/hosts")).toBe(hosts)
      expect(read("etc/resolv.conf")).toBe(after.files.resolvConf)
    } finally {
      waiting?.kill("SIGKILL")
      execFileSync("umount", ["-l", join(root, "etc")])
    }
  })
})
