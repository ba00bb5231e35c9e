import { makeRecording } from "@gantry/linux/ffi/recording"
import type { Host, Ran } from "../../src/doctor/Host.ts"

/** A machine on which everything is as it should be, but for what a test says. */
export const fakeHost = (
  differences: Partial<Host> & { readonly files?: { readonly [path: string]: string } } = {}
): Host => {
  const { files = {}, ...rest } = differences
  const all: { readonly [path: string]: string } = {
    "/proc/self/status": "Name:\tgantry\nCapEff:\t000001ffffffffff\n",
    "/proc/filesystems": "nodev\tproc\nnodev\toverlay\n",
    "/proc/sys/kernel/seccomp/actions_avail": "kill_process kill_thread trap errno trace log allow\n",
    "/proc/sys/net/ipv6/conf/all/disable_ipv6": "0\n",
    "/etc/subuid": "ada:100000:65536\n",
    "/etc/subgid": "ada:100000:65536\n",
    ...files
  }
  return {
    uid: 0,
    user: "root",
    kernel: "6.1.0",
    root: "/var/lib/gantry",
    now: Date.UTC(2026, 10, 26),
    read: (path) => all[path],
    mode: () => 0o100755,
    changed: () => undefined,
    find: (program) => `/usr/bin/${program}`,
    run: () => worked,
    trial: (name, ...args) => ["gantry", "__try", name, ...args],
    space: () => ({ free: 50 * 1024 ** 3, total: 100 * 1024 ** 3, filesFree: 1e6, files: 2e6 }),
    syscalls: () => makeRecording().syscalls,
    mounts: () => [],
    cgroups: () => ({
      version: "v2",
      unified: { mountPoint: "/sys/fs/cgroup", controllers: [], own: "/", readOnly: false }
    }),
    delegated: () => ({ version: "none" }),
    trialGroup: () => [],
    ...rest
  }
}

/** An ordinary user on the same machine. */
export const ordinary = { uid: 1000, user: "ada" } as const

/** How programs end. */
export const worked: Ran = { status: 0, said: "" }

/** A machine whose programs fail when their command line has a word in it. */
export const failing =
  (word: string, said: string) =>
  (argv: ReadonlyArray<string>): Ran =>
    argv.includes(word) ? { status: 1, said } : worked
