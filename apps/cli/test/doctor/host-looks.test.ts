import { errnoNumber } from "@gantry/linux/errno"
import { makeRecording } from "@gantry/linux/ffi/recording"
import { SyscallError } from "@gantry/linux/SyscallError"
import { describe, expect, it } from "vitest"
import { clock } from "../../src/doctor/clock.ts"
import { controlGroups, delegation, layoutName } from "../../src/doctor/control-groups.ts"
import { disk } from "../../src/doctor/disk.ts"
import { examine, isSick } from "../../src/doctor/examine.ts"
import { seccomp } from "../../src/doctor/filters.ts"
import { idRanges, idsFor } from "../../src/doctor/id-ranges.ts"
import { installCommand } from "../../src/doctor/install-command.ts"
import { kernel } from "../../src/doctor/kernel.ts"
import { namespaces, userNamespaces } from "../../src/doctor/namespaces.ts"
import { ipv6, links, packetFilter } from "../../src/doctor/networks.ts"
import { overlay } from "../../src/doctor/overlay.ts"
import { programs } from "../../src/doctor/programs.ts"
import { rights } from "../../src/doctor/rights.ts"
import { userNetwork } from "../../src/doctor/user-network.ts"
import { failing, fakeHost, ordinary } from "./fake-host.ts"

const hierarchy = { mountPoint: "/sys/fs/cgroup", controllers: [], own: "/", readOnly: false }

describe("the kernel", () => {
  it("is missing, with the reason, when the runtime cannot reach it", () => {
    const host = fakeHost({
      syscalls: () => {
        throw new Error("koffi is not installed")
      }
    })
    expect(kernel(host)).toMatchObject([
      { subject: "system calls", status: "missing", needed: true, found: "koffi is not installed" }
    ])
    expect(isSick(examine(host))).toBe(true)
  })

  it("is named too old by the calls that it does not have, and by no other failure of them", () => {
    const refusing = (code: string) => () => {
      throw new SyscallError({ call: "mountSetattr", errno: errnoNumber(code), detail: "" })
    }
    const old = fakeHost({ syscalls: () => makeRecording({ mountSetattr: refusing("ENOSYS") }).syscalls })
    expect(kernel(old)[1]).toMatchObject({ status: "missing", found: "6.1.0 does not have mount_setattr (of 5.12)" })
    const usual = fakeHost({ syscalls: () => makeRecording({ mountSetattr: refusing("EBADF") }).syscalls })
    expect(kernel(usual)[1]).toMatchObject({ status: "ok" })
  })
})

describe("rights", () => {
  it("are named one by one where root lacks them", () => {
    // All but CAP_NET_ADMIN, number 12.
    const host = fakeHost({ files: { "/proc/self/status": "CapEff:\t000001ffffffefff\n" } })
    expect(rights(host)).toMatchObject({ status: "missing", found: "root without CAP_NET_ADMIN", costs: "networks" })
  })

  it("cannot be told without /proc, which is no crash", () => {
    expect(rights(fakeHost({ read: () => undefined })).status).toBe("degraded")
  })
})

describe("namespaces", () => {
  it("are missing by kind, with what was said", () => {
    const host = fakeHost({ run: failing("--net", "unshare failed: Operation not permitted") })
    expect(namespaces(host)).toMatchObject({
      status: "missing",
      needed: true,
      found: "net: unshare failed: Operation not permitted"
    })
  })

  it("that nobody may make are told once, and come before all that is tried in them", () => {
    const said = "unshare: unshare failed: Operation not permitted"
    const host = fakeHost({ run: () => ({ status: 1, said }) })
    expect(namespaces(host).found).toBe(`mount, pid, ipc, uts, net, cgroup: ${said}`)
    for (const { mend } of [...overlay(host), packetFilter(host), links(host)]) {
      expect(mend).toBe("mend the namespaces first, see there")
    }
  })

  it("of users are mended by the setting that forbids them", () => {
    const sealed = {
      run: failing("--user", "unshare failed: No space left on device"),
      files: { "/proc/sys/user/max_user_namespaces": "0\n" }
    }
    const asked = { status: "missing", mend: "sysctl -w user.max_user_namespaces=15000" }
    expect(userNamespaces(fakeHost(sealed))).toMatchObject({ ...asked, needed: false })
    expect(userNamespaces(fakeHost({ ...sealed, ...ordinary }))).toMatchObject({ ...asked, needed: true })
  })

  it("of users are degraded where root may and others may not", () => {
    const host = fakeHost({ files: { "/proc/sys/kernel/apparmor_restrict_unprivileged_userns": "1\n" } })
    expect(userNamespaces(host)).toMatchObject({
      status: "degraded",
      mend: "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
    })
  })
})

describe("overlay", () => {
  it("is needed by root outside, and by ordinary users inside a user namespace", () => {
    const said = "mount(overlay): Operation not permitted (EPERM)"
    const [outside, inside] = overlay(fakeHost({ run: failing("--user", said) }))
    expect(outside).toMatchObject({ subject: "overlay", status: "ok", needed: true })
    expect(inside).toMatchObject({ subject: "overlay in user namespaces", status: "missing", needed: false })
    const mine = overlay(fakeHost({ ...ordinary, run: failing("--user", said) }))
    expect(mine).toMatchObject([{ subject: "overlay in user namespaces", status: "missing", needed: true }])
  })

  it("is mended according to what is in its way", () => {
    const mend = (said: string, files = {}) => overlay(fakeHost({ files, run: () => ({ status: 1, said }) }))[0]?.mend
    expect(mend("EROFS: read-only file system")).toContain("remount,rw")
    expect(mend("ENOSPC: no space left on device")).toContain("system prune")
    expect(mend("mount: No such device (ENODEV)", { "/proc/filesystems": "ext4\n" })).toBe("modprobe overlay")
    expect(mend("mount: Invalid argument (EINVAL)")).toContain("ext4")
  })

  it("is tried in the nearest directory that exists", () => {
    const seen: Array<string> = []
    overlay(
      fakeHost({
        root: "/srv/a/b",
        mode: (path) => (path === "/srv" || path === "/" ? 0o40755 : undefined),
        run: (argv) => (seen.push(argv[argv.indexOf("overlay") + 1] ?? ""), { status: 0, said: "" })
      })
    )
    expect(seen).toEqual(["/srv", "/srv"])
  })
})

describe("control groups", () => {
  it("are of three layouts, or none", () => {
    expect(layoutName({ version: "v2", unified: hierarchy })).toBe("v2")
    expect(layoutName({ version: "v1", hierarchies: [hierarchy], unified: undefined, named: [] })).toBe("v1")
    expect(layoutName({ version: "v1", hierarchies: [hierarchy], unified: hierarchy, named: [] })).toBe("hybrid")
    expect(controlGroups(fakeHost({ cgroups: () => ({ version: "none" }) }))).toMatchObject({
      status: "missing",
      needed: false
    })
  })

  it("say which limits do not hold", () => {
    const host = fakeHost({ trialGroup: () => [{ feature: "memory limit", reason: "no memory controller" }] })
    expect(controlGroups(host)).toMatchObject({
      status: "degraded",
      found: "v2, without memory limit: no memory controller"
    })
  })

  it("are delegated to a user as the group that the user is in, with the controllers that it has", () => {
    const at = "/sys/fs/cgroup/user.slice/scope"
    const asUser = (controllers: string) =>
      delegation(
        fakeHost({
          ...ordinary,
          files: { [`${at}/cgroup.controllers`]: controllers },
          delegated: () => ({ version: "v2", unified: { ...hierarchy, mountPoint: at } })
        })
      )
    expect(asUser("cpu memory pids\n").status).toBe("ok")
    expect(asUser("memory pids\n")).toMatchObject({ status: "degraded", found: `${at} without cpu` })
    const memory = { ...hierarchy, controllers: ["memory"] }
    const first = fakeHost({
      ...ordinary,
      delegated: () => ({ version: "v1", hierarchies: [memory], unified: undefined, named: [] })
    })
    expect(delegation(first)).toMatchObject({ status: "degraded", found: "groups of v1 without pids, cpu" })
    expect(delegation(fakeHost(ordinary))).toMatchObject({
      status: "missing",
      mend: "as ada: systemd-run --user --scope -p Delegate=yes gantry …"
    })
  })
})

describe("the network of ordinary users", () => {
  it("needs a device that they may open", () => {
    expect(userNetwork(fakeHost({ ...ordinary, mode: () => 0o020_666 })).status).toBe("ok")
    expect(userNetwork(fakeHost({ ...ordinary, mode: () => 0o020_600 })).mend).toBe("chmod 666 /dev/net/tun")
    expect(userNetwork(fakeHost({ ...ordinary, mode: () => undefined })).mend).toBe("modprobe tun")
  })
})

describe("networks", () => {
  it("lack nft, or what it says", () => {
    const without = fakeHost({ find: (program) => (program === "nft" ? undefined : `/usr/bin/${program}`) })
    expect(packetFilter(without)).toMatchObject({ status: "missing", mend: "apt-get install nftables" })
    const refused = fakeHost({ run: failing("-f", "Error: Could not process rule: No such file or directory") })
    expect(packetFilter(refused)).toMatchObject({ status: "missing", needed: true })
    expect(links(fakeHost({ run: failing("links", "netlink RTM_NEWLINK: Operation not supported") }))).toMatchObject({
      status: "missing",
      mend: "modprobe -a bridge veth"
    })
  })

  it("have IPv6 or not, which only those that ask for it need", () => {
    const setting = "/proc/sys/net/ipv6/conf/all/disable_ipv6"
    expect(ipv6(fakeHost())).toMatchObject({ status: "ok", needed: false })
    expect(ipv6(fakeHost({ read: () => undefined }))).toMatchObject({
      status: "degraded",
      found: "the kernel has none"
    })
    expect(ipv6(fakeHost({ files: { [setting]: "1\n" } }))).toMatchObject({
      status: "degraded",
      mend: "sysctl -w net.ipv6.conf.all.disable_ipv6=0"
    })
    expect(ipv6(fakeHost({ run: failing("-f", "Error: no fib") }))).toMatchObject({
      status: "degraded",
      needed: false,
      mend: expect.stringContaining("nft_fib_ipv6")
    })
  })
})

describe("ids of ordinary users", () => {
  it("are counted by name and by number, and strange lines count nothing", () => {
    const text = "# none\nada:100000:65536\n1000:300000:10\nbob:1:1\nada:x:y\nada:1\n:::\n"
    expect(idsFor(text, "ada", 1000)).toBe(65546)
    expect(idsFor("", "ada", 1000)).toBe(0)
  })

  it("are asked for behind those that others have", () => {
    const files = { "/etc/subuid": "bob:100000:65536\n", "/etc/subgid": "bob:100000:200000\n" }
    expect(idRanges(fakeHost({ ...ordinary, files }))).toMatchObject({
      status: "missing",
      mend: "usermod --add-subuids 300000-365535 --add-subgids 300000-365535 ada"
    })
  })

  it("are degraded when there are fewer than images may use", () => {
    const files = { "/etc/subuid": "ada:100000:1000\n" }
    expect(idRanges(fakeHost({ ...ordinary, files })).status).toBe("degraded")
  })
})

describe("programs", () => {
  it("say what they cost and how to install them here", () => {
    const host = fakeHost({
      find: (program) => (program === "apk" ? "/sbin/apk" : undefined),
      mode: () => undefined
    })
    const found = programs(host)
    expect(found.every(({ costs, mend, status }) => status !== "ok" && costs !== undefined && mend !== undefined)).toBe(
      true
    )
    expect(found.find(({ subject }) => subject === "setpriv")).toMatchObject({ mend: "apk add setpriv", needed: true })
  })

  it("are installed by what the machine has", () => {
    const on = (manager: string) => ({ find: (program: string) => (program === manager ? manager : undefined) })
    expect(installCommand(on("dnf"), { debian: "uidmap", fedora: "shadow-utils" })).toBe("dnf install shadow-utils")
    expect(installCommand(on("pacman"), { debian: "git" })).toBe("pacman -S git")
    expect(installCommand(on("nothing"), { debian: "git" })).toBe("install git")
  })
})

describe("disk and clock", () => {
  const room = { free: 50 * 1024 ** 3, total: 100 * 1024 ** 3, filesFree: 1e6, files: 2e6 }

  it("tell a full disk from one that gets full, and bytes from files", () => {
    const at = (space: Partial<typeof room>) => disk(fakeHost({ space: () => ({ ...room, ...space }) }))
    expect(at({ free: 1024 })[0]).toMatchObject({ status: "missing", needed: true })
    expect(at({ free: 1024 ** 3 })[0]).toMatchObject({ status: "degraded" })
    expect(at({ filesFree: 10 })[1]).toMatchObject({ subject: "inodes", status: "degraded" })
    expect(at({ filesFree: 0, files: 0 })[1]).toMatchObject({ status: "ok" })
    expect(disk(fakeHost({ space: () => undefined }))[0]).toMatchObject({ status: "missing" })
  })

  it("find a clock that is long ago, that went back, or that nobody sets", () => {
    expect(clock(fakeHost({ now: 0 })).status).toBe("degraded")
    const back = fakeHost({ changed: () => Date.UTC(2026, 11, 24) })
    expect(clock(back).found).toContain("the store was written at 2026-12-24")
    const unset = fakeHost({ syscalls: () => makeRecording({ adjtimex: () => 5 }).syscalls })
    expect(clock(unset)).toMatchObject({ status: "degraded", needed: false })
    expect(clock(fakeHost()).status).toBe("ok")
  })
})

describe("the whole", () => {
  it("is healthy on a good host", () => {
    const findings = examine(fakeHost())
    expect(findings.filter(({ status }) => status !== "ok")).toEqual([])
    expect(isSick(findings)).toBe(false)
  })

  it("is a report of the same subjects where everything fails", () => {
    const nowhere = fakeHost({
      read: () => undefined,
      mode: () => undefined,
      find: () => undefined,
      run: () => ({ status: undefined, said: "spawn ENOENT" }),
      space: () => undefined,
      cgroups: () => ({ version: "none" })
    })
    const findings = examine(nowhere)
    expect(isSick(findings)).toBe(true)
    expect(
      findings.every(({ costs, mend, status }) => status === "ok" || (costs !== undefined && mend !== undefined))
    ).toBe(true)
  })

  it("survives a look that fails in an unforeseen way", () => {
    const findings = examine(
      fakeHost({
        space: () => {
          throw new Error("statfs: Function not implemented")
        }
      })
    )
    expect(findings).toContainEqual(
      expect.objectContaining({ subject: "disk", status: "degraded", found: expect.stringContaining("statfs") })
    )
  })

  it("misses seccomp where the kernel does not list its actions", () => {
    expect(seccomp(fakeHost({ read: () => undefined }))).toMatchObject({ status: "missing", needed: true })
  })
})
