import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { hostname } from "node:os"
import { dirname, join } from "node:path"
import { describe, expect, it } from "vitest"
import { useGantry } from "./host/gantry.ts"

describe("options of run", () => {
  const gantry = useGantry()
  const run = (...args: ReadonlyArray<string>) => gantry.try("run", "--rm", ...args)
  const out = (...args: ReadonlyArray<string>) => gantry.ok("run", "--rm", ...args)

  it("--memory limits what a container may use, and its end says why", async () => {
    const limits = "cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max"
    expect(await out("-m", "32m", "base", "sh", "-c", limits)).toBe(`${32 * 1024 * 1024}`)
    const swap =
      "cat /sys/fs/cgroup/memory/memory.memsw.limit_in_bytes /sys/fs/cgroup/memory.swap.max 2>/dev/null; true"
    // Where swap is counted at all: as much as memory, which v1 counts into it.
    expect(await out("-m", "32m", "base", "sh", "-c", swap)).toMatch(/^(67108864|33554432|)$/)
    const greedy = await gantry.try("run", "--name", "greedy", "-m", "24m", "base", "tail", "/dev/zero")
    expect(greedy.status).toBe(137)
    expect(await gantry.field("greedy", "{{.State.OOMKilled}} {{.State.ExitCode}}")).toBe("true 137")
  })

  it("--cgroup-parent puts a container below a group of the user's choice, for all that is done to it", async () => {
    const parent = `parent-${gantry.instance}/low`
    const place = ["sh", "-c", "grep -cE ':/parent-[^/]+/low/[0-9a-f]{64}$' /proc/self/cgroup || true"]
    const run_ = ["run", "-d", "--name", "low", "--cgroupns", "host", "--cgroup-parent", `/${parent}`]
    await gantry.ok(...run_, "base", "sleep", "1000")
    expect(Number(await gantry.ok("exec", "low", ...place))).toBeGreaterThan(0)
    expect(await gantry.field("low", "{{.HostConfig.CgroupParent}}")).toBe(`/${parent}`)
    expect(await gantry.ok("top", "low")).toContain("sleep 1000")
    await gantry.ok("pause", "low")
    expect(await gantry.field("low", "{{.State.Status}}")).toBe("paused")
    await gantry.ok("unpause", "low")
    await gantry.ok("update", "--pids-limit", "33", "low")
    const pids = "cat /sys/fs/cgroup/pids/pids.max 2>/dev/null || cat /sys/fs/cgroup/pids.max"
    await gantry.ok("restart", "-t", "0", "low")
    expect(await out("--cgroup-parent", parent, "--pids-limit", "34", "base", "sh", "-c", pids)).toBe("34")
    const id = await gantry.field("low", "{{.Id}}")
    await gantry.ok("rm", "-f", "low")
    const trees = readdirSync("/sys/fs/cgroup").map((name) => join("/sys/fs/cgroup", name, parent))
    const made = [...trees, join("/sys/fs/cgroup", parent)].filter((path) => existsSync(path))
    expect(made.flatMap((path) => readdirSync(path)).filter((name) => name.startsWith(id.slice(0, 12)))).toEqual([])
    // A parent is the user's, who may have given it limits.
    expect(made).not.toEqual([])
    for (const path of made) for (const each of [path, dirname(path)]) rmdirSync(each)
    const refused = await run("--cgroup-parent", "cgroup.procs", "base", "true")
    expect([refused.status, refused.stderr]).toEqual([
      125,
      expect.stringContaining("no control group below cgroup.procs")
    ])
  })

  it("--device takes names of the Container Device Interface, as the host describes them at each start", async () => {
    const vendor = `gantry-${gantry.instance}.example`
    const path = join("/etc/cdi", `${vendor}.json`)
    const describeDevice = (word: string) =>
      writeFileSync(
        path,
        JSON.stringify({
          cdiVersion: "0.6.0",
          kind: `${vendor}/odd`,
          containerEdits: { env: ["ODD=all"] },
          devices: [
            {
              name: "one",
              containerEdits: {
                env: [`WORD=${word}`],
                deviceNodes: [{ path: "/dev/odd0", hostPath: "/dev/null", permissions: "rw" }],
                mounts: [{ hostPath: gantry.scratch, containerPath: "/opt/odd", options: ["ro", "bind"] }]
              }
            },
            { name: "two", containerEdits: { hooks: [{ hookName: "poststop", path: "/bin/true" }] } }
          ]
        })
      )
    const had = existsSync("/etc/cdi")
    mkdirSync("/etc/cdi", { recursive: true })
    try {
      describeDevice("first")
      const look = "echo $ODD $WORD; echo x > /dev/odd0 && echo written; touch /opt/odd/x 2>/dev/null || echo locked"
      await gantry.ok("create", "--name", "odd", "--device", `${vendor}/odd=one`, "base", "sh", "-c", look)
      expect(await gantry.ok("start", "-a", "odd")).toBe("all first\nwritten\nlocked")
      describeDevice("second")
      expect(await gantry.ok("start", "-a", "odd")).toBe("all second\nwritten\nlocked")
      expect(await gantry.field("odd", "{{json .HostConfig.DeviceRequests}}")).toContain(
        `"DeviceIDs":["${vendor}/odd=one"]`
      )
      const lost = await run("--device", `${vendor}/odd=nine`, "base", "true")
      expect([lost.status, lost.stderr]).toEqual([
        125,
        expect.stringContaining(`CDI device injection failed: unresolvable CDI devices ${vendor}/odd=nine`)
      ])
      expect((await run("--device", `${vendor}/odd=two`, "base", "true")).stderr).toContain("hooks")
    } finally {
      rmSync(had ? path : "/etc/cdi", { recursive: true })
    }
  })

  it("--pids-limit limits the number of processes", async () => {
    const { stderr } = await run(
      "--pids-limit",
      "8",
      "base",
      "sh",
      "-c",
      "for i in 1 2 3 4 5 6 7 8 9; do sleep 5 & done; wait"
    )
    expect(stderr).toContain("can't fork")
  })

  it("--cpus sets a quota", async () => {
    const quota =
      "cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us /sys/fs/cgroup/cpu/cpu.cfs_period_us 2>/dev/null || cat /sys/fs/cgroup/cpu.max"
    expect((await out("--cpus", "0.5", "base", "sh", "-c", quota)).split(/\s+/)).toEqual(["50000", "100000"])
  })

  it("--ulimit sets soft and hard limits", async () => {
    expect(await out("--ulimit", "nofile=100:200", "base", "sh", "-c", "ulimit -n; ulimit -Hn")).toBe("100\n200")
    expect(await out("--ulimit", "nofile=64", "base", "sh", "-c", "ulimit -n; ulimit -Hn")).toBe("64\n64")
    expect((await run("--ulimit", "nofile=200:100", "base", "true")).status).toBe(125)
    // The last one counts, also where an earlier one would leave no right to it.
    const twice = ["--ulimit", "nofile=64", "--ulimit", "nofile=100:200"]
    expect(await out(...twice, "base", "sh", "-c", "ulimit -n; ulimit -Hn")).toBe("100\n200")
  })

  it("--hostname, --add-host and --dns reach the files they belong in", async () => {
    const text = await out(
      "-h",
      "boxy",
      "--add-host",
      "db:10.1.2.3",
      "--add-host",
      "six=[2001:db8::1]",
      "--dns",
      "192.0.2.53",
      "--dns-search",
      "example.test",
      "base",
      "sh",
      "-c",
      "hostname; cat /etc/hostname /etc/hosts /etc/resolv.conf"
    )
    expect(text).toMatch(/^boxy\nboxy\n/)
    expect(text).toMatch(/^10\.1\.2\.3\s+db$/m)
    expect(text).toMatch(/^2001:db8::1\s+six$/m)
    expect(text).toMatch(/^\d+\.\d+\.\d+\.\d+\s+boxy$/m)
    expect(text).toMatch(/^nameserver 192\.0\.2\.53$/m)
    expect(text).toMatch(/^search example\.test$/m)
    expect((await run("--add-host", "nonsense", "base", "true")).status).toBe(125)
  })

  it("--env and --env-file set variables, copy the caller's, and leave out what the caller lacks", async () => {
    writeFileSync(join(gantry.scratch, "vars"), '# comment\nA=from file\nB="quoted"\nHOME_OF_CALLER\nHOME\n')
    const text = await out(
      "--env-file",
      join(gantry.scratch, "vars"),
      "-e",
      "A=last",
      "-e",
      "GANTRY_RUN",
      "-e",
      "MISSING_THERE",
      "base",
      "env"
    )
    expect(text).toMatch(/^A=last$/m)
    expect(text).toMatch(/^B="quoted"$/m)
    expect(text).toContain(`GANTRY_RUN=${gantry.run}`)
    expect(text).toContain(`HOME=${gantry.scratch}`)
    expect(text).not.toContain("MISSING_THERE")
    expect(text).not.toContain("HOME_OF_CALLER")
    expect((await run("-e", "=x", "base", "true")).status).toBe(125)
    expect((await run("--env-file", "/no/such/file", "base", "true")).status).toBe(125)
  })

  it("a container has PATH, HOME and its host name in its environment, and nothing of the caller's", async () => {
    const names = (await out("base", "env"))
      .split("\n")
      .map((line) => line.split("=")[0])
      .toSorted()
    // The shell is not involved: env is the first process.
    expect(names).toEqual(["HOME", "HOSTNAME", "PATH"])
  })

  it("--entrypoint replaces the image's and drops its CMD; an empty one clears it", async () => {
    await gantry.build("entry", 'FROM base\nENTRYPOINT ["echo", "entry"]\nCMD ["cmd"]\n')
    expect(await out("--entrypoint", "pwd", "entry")).toBe("/")
    expect(await out("--entrypoint", "echo", "entry", "mine")).toBe("mine")
    expect(await out("--entrypoint", "", "entry", "echo", "cleared")).toBe("cleared")
    const nothing = await run("--entrypoint", "", "entry")
    expect(nothing.status).toBe(125)
  })

  it("--workdir is made when it is missing", async () => {
    expect(await out("-w", "/not/there/yet", "base", "pwd")).toBe("/not/there/yet")
    expect((await run("-w", "relative", "base", "pwd")).status).toBe(125)
  })

  it("--network none leaves loopback only", async () => {
    const links = await out("--network", "none", "base", "ip", "-o", "link")
    expect(links.split("\n")).toHaveLength(1)
    expect(links).toMatch(/^1: lo: <LOOPBACK,UP/)
    expect((await run("--network", "none", "base", "ping", "-c", "1", "127.0.0.1")).status).toBe(0)
  })

  it("--network host shares the host's network and its name", async () => {
    const own = await out(
      "--network",
      "host",
      "base",
      "sh",
      "-c",
      "ls /sys/class/net /proc/sys/net/ipv4/conf | sort; hostname"
    )
    expect(own).toContain(`gty${gantry.instance}0`)
    expect(own.split("\n").at(-1)).toBe(hostname())
  })

  it("--network refuses a network that does not exist", async () => {
    const { status, stderr } = await run("--network", "nosuchnet", "base", "true")
    expect(status).toBe(125)
    expect(stderr).toContain("nosuchnet")
    expect(await gantry.ok("ps", "-aq")).toBe("")
  })

  it("--init puts a small first process before the command: it reaps, forwards signals and needs nothing of the host", async () => {
    const { stdout } = await run("--init", "base", "ps", "-o", "pid,args")
    expect(stdout).toMatch(/^\s*1 \/sbin\/docker-init -- ps -o pid,args$/m)
    expect((await run("--init", "-u", "app", "--read-only", "base", "sh", "-c", "exit 5")).status).toBe(5)
    expect((await run("--init", "base", "no-such-command")).status).toBe(127)
    const orphan = "sh -c 'sleep 0.01 &'; while pgrep sleep >/dev/null; do usleep 1000; done; echo reaped"
    expect(await out("--init", "base", "sh", "-c", orphan)).toBe("reaped")

    await gantry.ok("run", "-d", "--init", "--name", "led", "base", "sleep", "600")
    // Without it, a first process that does not handle SIGTERM is deaf to it.
    await gantry.ok("stop", "-t", "60", "led")
    expect(await gantry.field("led", "{{.State.ExitCode}} {{.HostConfig.Init}}")).toBe("143 true")
  })

  it("--shm-size and --tmpfs set sizes, and --ipc none leaves shared memory away", async () => {
    expect(await out("--shm-size", "0", "base", "mount")).toMatch(/\/dev\/shm .*size=65536k/)
    const without = await out("--ipc", "none", "base", "sh", "-c", "ls /dev; readlink /proc/self/ns/ipc")
    expect(without).not.toContain("shm")
    expect(without).not.toContain(readlinkSync("/proc/self/ns/ipc"))
    await gantry.ok("create", "--name", "bare", "--ipc", "none", "base")
    expect(await gantry.field("bare", "{{.HostConfig.IpcMode}}")).toBe("none")
    await gantry.ok("rm", "bare")
    expect(await out("--shm-size", "8m", "--tmpfs", "/t:size=2m,noexec", "base", "mount")).toMatch(
      /\/dev\/shm .*size=8192k[\s\S]*\/t .*noexec.*size=2048k/
    )
  })

  it("--sysctl sets what belongs to the container's namespaces, and refuses the rest", async () => {
    expect(
      await out(
        "--sysctl",
        "net.ipv4.ip_unprivileged_port_start=77",
        "base",
        "cat",
        "/proc/sys/net/ipv4/ip_unprivileged_port_start"
      )
    ).toBe("77")
    // As with Docker, every user may listen on low ports and ping where the network is the container's own.
    const open = ["cat", "/proc/sys/net/ipv4/ip_unprivileged_port_start", "/proc/sys/net/ipv4/ping_group_range"]
    expect(await out("--network", "none", "base", ...open)).toBe("0\n0\t2147483647")
    expect(await out("--user", "1000", "base", "sh", "-c", "httpd -p 80 && echo listens")).toBe("listens")
    expect((await out("--network", "host", "base", ...open)).split("\n")).toEqual(
      open.slice(1).map((path) => readFileSync(path, "utf8").trim())
    )
    expect((await run("--sysctl", "kernel.panic=1", "base", "true")).status).toBe(125)
    // What is shared with the host is the host's, also through another container.
    const kept = ["/proc/sys/net/ipv4/ip_forward", "/proc/sys/net/core/somaxconn", "/proc/sys/kernel/shmmni"]
    const before = kept.map((path) => readFileSync(path, "utf8"))
    await gantry.ok("run", "-d", "--name", "hosts", "--network", "host", "--ipc", "host", "base", "sleep", "600")
    for (const [kind, owner] of [
      ["network", "host"],
      ["ipc", "host"],
      ["network", "container:hosts"],
      ["ipc", "container:hosts"]
    ] as const) {
      const setting = kind === "network" ? "net.core.somaxconn=77" : "kernel.shmmni=77"
      const { status, stderr } = await run(`--${kind}`, owner, "--sysctl", setting, "base", "true")
      expect({ kind, owner, status, stderr }).toMatchObject({
        status: 125,
        stderr: expect.stringContaining("allowed in")
      })
    }
    expect(kept.map((path) => readFileSync(path, "utf8"))).toEqual(before)
  })

  it("--name must be free, and well formed", async () => {
    const id = await gantry.ok("run", "-d", "--name", "taken", "base", "sleep", "600")
    const clash = await run("--name", "taken", "base", "true")
    expect(clash.status).toBe(125)
    expect(clash.stderr).toContain(id.slice(0, 12))
    expect((await run("--name", "-bad", "base", "true")).status).toBe(125)
    expect((await gantry.ok("ps", "-aq")).split("\n")).toHaveLength(1)
  })

  it("--pull=never and --pull=missing use the local image, and other words are refused", async () => {
    expect(await out("--pull", "never", "base", "echo", "here")).toBe("here")
    expect((await run("--pull", "sometimes", "base", "true")).status).toBe(125)
  })

  it("--rm does not go together with --restart", async () => {
    expect((await run("--restart", "always", "base", "true")).status).toBe(125)
  })

  it("--device gives a device of the host", async () => {
    expect((await run("base", "test", "-e", "/dev/mine")).status).toBe(1)
    expect(await out("--device", "/dev/zero:/dev/mine:r", "base", "sh", "-c", "head -c 3 /dev/mine | wc -c")).toBe("3")
    // A directory stands for what is in it; a link for what it leads to.
    const folder = join(gantry.scratch, "devices")
    mkdirSync(folder)
    const nothing = await run("--device", folder, "base", "true")
    expect(nothing).toMatchObject({ status: 125, stderr: expect.stringContaining("is no device, and has none in it") })
    symlinkSync("/dev/loop-control", join(folder, "control"))
    for (const [at, path] of [
      [folder, "/dev/given/control"],
      [join(folder, "control"), "/dev/given"]
    ] as const) {
      const opens = `cat </dev/null >${path} && echo opened`
      expect(await out("--device", `${at}:/dev/given`, "base", "sh", "-c", opens)).toBe("opened")
    }
  })

  it("--device-cgroup-rule allows a device that the container makes, and nothing else does", async () => {
    const open = "mknod /tun c 10 200 && head -c 0 /tun && echo opened"
    expect(await out("--device-cgroup-rule", "c 10:200 rwm", "base", "sh", "-c", open)).toBe("opened")
    expect((await run("base", "sh", "-c", open)).stdout).toBe("")
    expect((await run("--device-cgroup-rule", "c 10", "base", "true")).status).toBe(125)
  })

  it("--device-read-bps needs a block device of the host, and --blkio-weight a weight", async () => {
    const missing = await run("--device-read-bps", "/dev/no-such:1mb", "base", "true")
    expect([missing.status, missing.stderr]).toEqual([125, expect.stringContaining("/dev/no-such")])
    expect((await run("--blkio-weight", "5", "base", "true")).status).toBe(125)
    const limits = ["--blkio-weight", "300", "--device-write-iops", "/dev/x:5", "--memory-swappiness", "3"]
    await gantry.ok("create", "--name", "limited", ...limits, "base")
    const asked =
      "{{.HostConfig.BlkioWeight}} {{json .HostConfig.BlkioDeviceWriteIOps}} {{.HostConfig.MemorySwappiness}}"
    expect(await gantry.field("limited", asked)).toBe(`300 [{"Path":"/dev/x","Rate":5}] 3`)
  })

  it("--security-opt systempaths=unconfined shows what is masked and read-only otherwise", async () => {
    const masked = "mount | grep -cE ' on /proc/(kcore|sys|bus) '"
    expect(Number((await run("base", "sh", "-c", masked)).stdout)).toBeGreaterThan(1)
    expect((await run("--security-opt", "systempaths=unconfined", "base", "sh", "-c", masked)).stdout.trim()).toBe("0")
  })

  it("--label and --stop-signal show in inspect", async () => {
    await gantry.ok(
      "create",
      "--name",
      "marked",
      "-l",
      "a=1",
      "--label",
      "b",
      "--stop-signal",
      "INT",
      "--stop-timeout",
      "3",
      "base"
    )
    expect(
      await gantry.field(
        "marked",
        "{{.Config.Labels.a}}|{{.Config.Labels.b}}|{{.Config.StopSignal}}|{{.Config.StopTimeout}}"
      )
    ).toBe("1||SIGINT|3")
    expect((await run("-l", "=x", "base", "true")).status).toBe(125)
  })
})
