import { chmodSync, copyFileSync, cpSync, existsSync, readdirSync, readlinkSync, statSync } from "node:fs"
import { execFileSync } from "node:child_process"
import { createSocket } from "node:dgram"
import { join, resolve } from "node:path"
import { S_IFCHR, S_IFIFO } from "@gantry/linux/constants"
import { loadSyscallsSync } from "@gantry/linux/load"
import { afterEach, describe, expect, it } from "vitest"
import { writeBaseContext } from "../base-context.ts"
import { freePort } from "./host/free-port.ts"
import { openGantry, programPath } from "./host/gantry.ts"
import { everyRuntime, programs } from "./host/oci-runtimes.ts"
import { openUser, type OrdinaryUser } from "./host/ordinary-user.ts"
import { until } from "./host/until.ts"

const examples = resolve(import.meta.dirname, "../../../../examples")

const small = `FROM scratch
COPY --chmod=755 busybox /bin/busybox
COPY --chown=1000:1000 passwd /etc/passwd
`

const page = (port: number) =>
  until(`a page from port ${port}`, async () => (await fetch(`http://127.0.0.1:${port}/`)).text(), 10)

const answers = (port: number) =>
  fetch(`http://127.0.0.1:${port}/`).then(
    () => true,
    () => false
  )

const buildBase = async (user: OrdinaryUser) => {
  const directory = user.context("base", {})
  writeBaseContext(directory)
  await user.ok("build", "-t", "base", directory)
}

const owners = (directory: string) =>
  Object.fromEntries(readdirSync(directory).map((name) => [name, statSync(join(directory, name)).uid]))

/** What of the host's root is there that an engine would make. */
const rootsOwn = () =>
  ["/var/lib/gantry", "/run/gantry"].map((path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs)

describe("an ordinary user with a range of numbers", () => {
  const before = rootsOwn()
  const user = openUser(64_242)
  const holder = () => user.processes().find(([, command]) => command.includes("__hold"))?.[0]

  afterEach(async () => {
    const ids = (await user.ok("ps", "-aq")).split("\n").filter((id) => id !== "")
    if (ids.length > 0) await user.ok("rm", "-f", "-v", ...ids)
  })

  it("copies pipes, and says of devices that only root can make them", async () => {
    const directory = user.context("special", {
      Dockerfile: "FROM scratch\nCOPY . /x/\n",
      D: "FROM scratch\nCOPY p /\n"
    })
    const sys = loadSyscallsSync()
    sys.mknod(join(directory, "p"), S_IFIFO | 0o644, 0, 0)
    sys.mknod(join(directory, "null"), S_IFCHR | 0o666, 1, 3)
    const tar = ["-o", `type=tar,dest=${join(user.home, "out.tar")}`]
    await user.ok("build", ...tar, "-f", join(directory, "D"), directory)
    expect(execFileSync("tar", ["-tvf", join(user.home, "out.tar")], { encoding: "utf8" })).toMatch(
      /^prw-r--r-- 0\/0 .* p$/m
    )
    const refused = await user.try("build", directory)
    expect([refused.status, refused.stderr]).toEqual([
      1,
      expect.stringContaining("why: null is a device, which only root")
    ])
  })

  it("builds the web example and serves it on a port, which is free again when it ends", async () => {
    cpSync(join(examples, "web"), join(user.home, "web"), { recursive: true })
    execFileSync("node", [join(user.home, "web/prepare.mjs")])
    execFileSync("chown", ["-R", `${user.uid}`, join(user.home, "web")])
    await user.ok("build", "-t", "web", "web")
    const [one, two] = [await freePort(), await freePort()]
    await user.ok("run", "-d", "--name", "web1", "-p", `${one}:80`, "-p", `127.0.0.1:${two}:80`, "web")
    expect(await page(one)).toContain("Hello from a container")
    expect(await page(two)).toContain("Hello from a container")
    await user.ok("port", "rm", "web1", `${two}:80`)
    expect(await answers(two)).toBe(false)
    expect(await user.ok("exec", "web1", "cat", "/proc/self/uid_map")).toMatch(
      /^\s*0\s+64242\s+1\n\s*1\s+1600000000\s+65536$/
    )
    expect(await user.ok("exec", "web1", "sh", "-c", "env; id -u")).not.toContain("GANTRY")
    expect(await user.ok("logs", "web1")).toBe("")
    expect(await user.ok("port", "web1")).toBe(`80/tcp -> 0.0.0.0:${one}\n80/tcp -> [::]:${one}`)
    await user.ok("stop", "-t", "0", "web1")
    expect(await answers(one)).toBe(false)
  })

  it("keeps owners of files through stages, volumes and commits; in directories of the user root's files are the user's", async () => {
    await buildBase(user)
    const directory = user.context("stages", {
      Dockerfile: `FROM base AS first
COPY --chown=app:app note /home/app/note
RUN rm -r /home/app && mkdir /home/app && cp /etc/passwd /home/app && chown app /home/app/passwd && mkfifo /pipe
FROM base
COPY --from=first /home/app /home/app
USER app
RUN id -un > /home/app/who
`,
      note: "note\n"
    })
    await user.ok("build", "-t", "stages", directory)
    expect(
      await user.ok("run", "--rm", "stages", "sh", "-c", "stat -c %U /home/app/passwd; cat /home/app/who; ls /home/app")
    ).toBe("app\napp\npasswd\nwho")
    const shared = user.context("shared", {})
    const inside =
      "touch /shared/of-root /kept/of-root; su app -c id; touch /shared/of-app; chown app /shared/of-app /kept/of-root"
    await user.ok("run", "--rm", "-v", `${shared}:/shared`, "-v", "kept:/kept", "base", "sh", "-c", inside)
    expect(owners(shared)).toEqual({ "of-root": user.uid, "of-app": 1_600_000_999 })
    expect(await user.ok("run", "--rm", "-v", "kept:/kept", "base", "stat", "-c", "%U", "/kept/of-root")).toBe("app")
    await user.ok(
      "run",
      "--name",
      "changed",
      "base",
      "sh",
      "-c",
      "rm -r /home && mkdir /home && echo new > /home/new; rm /etc/group"
    )
    expect(await user.ok("diff", "changed")).toContain("D /etc/group")
    await user.ok("commit", "changed", "changed")
    expect(await user.ok("run", "--rm", "changed", "ls", "/home", "/etc")).toBe(
      "/etc:\npasswd\n\n/home:\nnew".replace("passwd", "hostname\nhosts\npasswd\nresolv.conf")
    )
    await user.ok("volume", "rm", "kept")
  })

  it("has containers that find each other by name", async () => {
    const ipv6 = existsSync("/proc/sys/net/ipv6") ? ["--ipv6"] : []
    await user.ok("network", "create", ...ipv6, "between")
    await user.ok("run", "-d", "--name", "server", "--network", "between", "web")
    expect(await user.ok("run", "--rm", "--network", "between", "web", "wget", "-qO-", "http://server/")).toContain(
      "Hello from a container"
    )
    await user.ok("run", "-d", "--name", "other", "web")
    await user.ok("network", "connect", "between", "other")
    expect(await user.ok("exec", "other", "wget", "-qO-", "http://server/")).toContain("Hello from a container")
    if (ipv6.length > 0) await user.ok("exec", "other", "ping", "-6", "-c", "1", "server")
    const network = (...args: ReadonlyArray<string>) =>
      user.ok("run", "--rm", ...args, "base", "readlink", "/proc/self/ns/net")
    expect(await network("--network", "host")).toBe(readlinkSync("/proc/self/ns/net"))
    expect(await network()).not.toBe(readlinkSync("/proc/self/ns/net"))
    await user.ok("rm", "-f", "server", "other")
    await user.ok("network", "rm", "between")
  })

  it("carries datagrams to a published port and back", async () => {
    // busybox has no server for datagrams: this one is the program that runs the tests, with the host's libraries.
    copyFileSync(process.execPath, join(user.home, "node"))
    const libraries = ["/lib", "/lib64", "/usr/lib"].flatMap((path) =>
      existsSync(path) ? ["-v", `${path}:${path}:ro`] : []
    )
    const server =
      'const s = require("dgram").createSocket("udp4"); s.on("message", (m, from) => s.send(m, from.port, from.address)); s.bind(9, () => console.log("ready"))'
    const port = await freePort()
    const published = ["-p", `127.0.0.1:${port}:9/udp`, "-v", `${user.home}:/user:ro`, ...libraries]
    await user.ok("run", "-d", "--name", "echo", ...published, "base", "/user/node", "-e", server)
    await until("the server to be ready", async () => (await user.ok("logs", "echo")) === "ready")
    const client = createSocket("udp4")
    const answer = new Promise<string>((done) => void client.once("message", (bytes) => done(bytes.toString())))
    client.send("there and back", port, "127.0.0.1")
    expect(await answer).toBe("there and back")
    client.close()
  })

  it("runs commands as other users of a container between pipes that are not the user's", async () => {
    await user.ok("run", "-d", "--name", "between-pipes", "base", "sleep", "1000")
    expect(await user.piped("carried", "exec", "-i", "-u", "app", "between-pipes", "cat")).toBe("carried")
    expect(await user.piped("", "exec", "-u", "app", "between-pipes", "id", "-un")).toBe("app\n")
    expect(await user.piped("carried", "run", "--rm", "-i", "-u", "app", "base", "cat")).toBe("carried")
  })

  it("sees all processes of a container that has no control group", async () => {
    await user.ok("run", "-d", "--name", "several", "base", "sh", "-c", "sleep 1001 & sleep 1002 & wait")
    await user.ok("exec", "-d", "-u", "app", "several", "sleep", "1003")
    const seen = () => user.ok("top", "several")
    await until("four processes", async () => /1001.*1002.*1003/s.test(await seen()) || undefined)
    expect((await seen()).split("\n")).toHaveLength(5)
    expect(await user.ok("stats", "--no-stream", "--format", "{{.PIDs}}", "several")).toBe("4")
  })

  it("is told in words what only root can have", async () => {
    const limited = await user.try("run", "--rm", "-m", "64m", "base", "true")
    expect(limited).toMatchObject({ status: 125 })
    expect(limited.stderr).toMatch(/control group[^]*delegated to this user\n {2}try: /)
    const low = await user.try("run", "--rm", "-p", "81:80", "base", "true")
    expect(low.stderr).toMatch(
      /this user may not bind ports below 1024\n {2}try: .*net.ipv4.ip_unprivileged_port_start=81$/m
    )
    await user.ok("run", "-d", "--name", "unlimited", "base", "sleep", "1000")
    const told = await user.try("info")
    expect(told.stderr).toMatch(/^WARNING: this user was given no control groups/)
    expect(told.stdout).toMatch(/^ Cgroup Driver: none\n Cgroup Version: [12]$/m)
    const pause = await user.try("pause", "unlimited")
    expect(pause.stderr).toMatch(
      /^gantry: the container could not be paused\n {2}why: .*control groups: none were delegated/
    )
    expect((await user.try("--root", "/var/lib/gantry", "ps")).status).not.toBe(0)
    const root = openGantry([programPath])
    try {
      // The directory above is nobody else's in a test.
      chmodSync(root.scratch, 0o755)
      await root.ok("volume", "create", "hush")
      for (const words of [["ps", "-a"], ["images"], ["inspect", "hush"]]) {
        // oxlint-disable-next-line no-await-in-loop
        const refused = await user.try("--root", root.root, ...words)
        expect(refused.status).not.toBe(0)
        expect(refused.stderr).toContain("permission denied")
      }
    } finally {
      root.close()
    }
  })

  it.each(programs)("has containers by %s as well, which runs builds, joins and connects them", async (runtime) => {
    const by = ["--runtime", runtime]
    const port = await freePort()
    await user.ok("run", "-d", ...by, "--name", "other", "-p", `${port}:80`, "web")
    expect(await page(port)).toContain("Hello from a container")
    expect(await user.ok("exec", "-u", "www", "other", "id", "-u")).toBe("1000")
    const directory = user.context(runtime, { Dockerfile: "FROM base\nRUN echo > /built && chown app /built\n" })
    await user.ok("build", "--no-cache", ...by, "-t", "other", directory)
    const shared = user.context(`shared-${runtime}`, {})
    const inside =
      "stat -c %U /built; touch /shared/new /sys/fs/cgroup/new 2>&1; test -c /dev/other && readlink /proc/self/ns/net"
    const given = ["--network", "host", "--device", "/dev/net/tun:/dev/other", "-v", `${shared}:/shared`]
    expect(await user.ok("run", "--rm", ...by, ...given, "other", "sh", "-c", inside)).toBe(
      `app\ntouch: /sys/fs/cgroup/new: Read-only file system\n${readlinkSync("/proc/self/ns/net")}`
    )
    expect(owners(shared)).toEqual({ new: user.uid })
    const limited = await user.try("run", "--rm", ...by, "-m", "64m", "base", "true")
    expect(limited.stderr).toMatch(/control group[^]*delegated to this user\n {2}try: /)
    const named = await user.try("run", "--rm", ...by, "base", "nowhere")
    expect(named.status).toBe(127)
  })

  it("leaves cache mounts for others and takes them, with owners that are the containers' own", async () => {
    const Dockerfile =
      "FROM base\nRUN --mount=type=cache,target=/c,uid=1000 sh -c 'stat -c %u /c; test -e /c/x && stat -c %u /c/x; touch /c/x && chown 1001 /c/x'\n"
    const directory = user.context("caches", { Dockerfile })
    const place = join(user.home, "left")
    const build = (...args: ReadonlyArray<string>) =>
      user.try("build", "--progress=plain", "--no-cache", ...args, directory)
    expect((await build("--cache-to", `type=local,dest=${place},mounts=true`)).status).toBe(0)
    await user.ok("builder", "prune", "-af")
    const { stderr } = await build("--cache-from", `type=local,src=${place},mounts=true`)
    expect([...stderr.matchAll(/^#\d+ [\d.]+ (.+)$/gm)].map(([, line]) => line)).toEqual(["1000", "1001"])
  })

  it("gets a killed container's port back, and finds its containers again when the holder was killed", async () => {
    const port = await freePort()
    await user.ok("run", "-d", "--name", "lost", "-p", `${port}:80`, "web")
    const supervisor = user.processes().find(([, command]) => command.includes("__supervise"))?.[0] ?? 0
    process.kill(supervisor, "SIGKILL")
    await until(
      "the container to end",
      async () => (await user.ok("inspect", "-f", "{{.State.Running}}", "lost")) === "false"
    )
    await user.ok("start", "lost")
    expect(await page(port)).toContain("Hello from a container")
    const first = holder()
    process.kill(first ?? 0, "SIGKILL")
    expect(await user.ok("exec", "lost", "echo", "still here")).toBe("still here")
    expect(holder()).not.toBe(first)
  })

  it("leaves nothing behind but its empty places, and nothing at all in those of root", async () => {
    await user.ok("system", "prune", "-af", "--volumes")
    const store = join(user.home, ".local/share/gantry")
    const rest = ["blobs/sha256", "trees", "containers", "volumes"].map((name) => join(store, name))
    expect(rest.flatMap((path) => (existsSync(path) ? readdirSync(path) : []))).toEqual([])
    expect(readdirSync(join(store, "layers"))).toEqual(["skeleton"])
    const left = () => user.processes().filter(([, command]) => !/__hold|slirp4netns/.test(command))
    await until("everything but the holder to end", () => left().length === 0)
    process.kill(holder() ?? 0, "SIGKILL")
    await until("its connection to end with it", () => user.processes().length === 0)
    expect(rootsOwn()).toEqual(before)
  })
})

const trees = ["memory", "pids", "cpu", "freezer"].map((name) => `/sys/fs/cgroup/${name}`)

describe.runIf(trees.every((tree) => existsSync(`${tree}/cgroup.procs`)))(
  "an ordinary user with control groups",
  () => {
    const user = openUser(64_244, { trees })

    it("has limits in containers of every runtime, which can be paused, and no group is left of them", async () => {
      await buildBase(user)
      const limit = "cat /sys/fs/cgroup/memory/$(sed -n s/.*:memory://p /proc/self/cgroup)/memory.limit_in_bytes"
      const left = () =>
        trees.flatMap((tree) => readdirSync(join(tree, "gantry-test-64244"), { recursive: true, encoding: "utf8" }))
      for (const runtime of everyRuntime) {
        // oxlint-disable no-await-in-loop
        const options = ["--runtime", runtime, "-m", "48m", "--memory-swap", "48m", "--pids-limit", "20"]
        await user.ok("run", "-d", "--name", "limited", ...options, "base", "sh", "-c", `${limit}; sleep 1000`)
        await until("its limit", async () => (await user.ok("logs", "limited")) === "50331648")
        expect(await user.ok("exec", "limited", "sh", "-c", limit)).toBe("50331648")
        await user.ok("pause", "limited")
        expect(await user.ok("inspect", "-f", "{{.State.Status}}", "limited")).toBe("paused")
        await user.ok("unpause", "limited")
        await user.ok("rm", "-f", "limited")
        expect(left().filter((name) => /[0-9a-f]{64}$/.test(name))).toEqual([])
        // oxlint-enable no-await-in-loop
      }
    })
  }
)

const unified = "/sys/fs/cgroup/unified"

describe.runIf(existsSync(`${unified}/cgroup.procs`))("an ordinary user with control groups of version 2", () => {
  const user = openUser(64_245, { trees: [unified], onlyV2: true })

  it("has its processes aside in a group of their own, so that groups of containers can have limits", async () => {
    await buildBase(user)
    expect(existsSync(`${unified}/gantry-test-64245/gantry-holder/cgroup.procs`)).toBe(true)
    for (const runtime of everyRuntime) {
      // oxlint-disable no-await-in-loop
      await user.ok("run", "-d", "--name", "paused", "--runtime", runtime, "base", "sleep", "1000")
      await user.ok("pause", "paused")
      expect(await user.ok("inspect", "-f", "{{.State.Status}}", "paused")).toBe("paused")
      await user.ok("rm", "-f", "paused")
      // oxlint-enable no-await-in-loop
    }
  })
})

describe("an ordinary user without a range", () => {
  const user = openUser(64_243, { single: true })

  it("is told what containers cannot do, and has containers in which everything is root's", async () => {
    const directory = user.context("small", { Dockerfile: small, passwd: "root:x:0:0::/:\napp:x:1000:1000::/:\n" })
    copyFileSync("/bin/busybox", join(directory, "busybox"))
    const { status, stderr } = await user.try("build", "-t", "small", directory)
    expect({ status, stderr }).toMatchObject({ status: 0 })
    expect(stderr).toMatch(
      /^gantry: \/etc\/subuid gives tester no numbers: containers have one user, root.*\n {2}try: gantry doctor/
    )
    expect(await user.ok("run", "--rm", "small", "busybox", "stat", "-c", "%u", "/etc/passwd")).toBe("0")
    const other = await user.try("run", "--rm", "--user", "app", "small", "busybox", "id")
    expect(other.stderr).toContain("root is the only user here")
    expect(other.status).toBe(125)
    for (const runtime of programs) {
      expect(await user.ok("run", "--rm", "--runtime", runtime, "small", "busybox", "id", "-u")).toBe("0")
      const refused = await user.try("run", "--rm", "--runtime", runtime, "--user", "app", "small", "busybox", "id")
      expect(refused).toMatchObject({ status: 125, stderr: other.stderr })
    }
    const given = user.context("given", {
      Dockerfile: 'FROM small\nRUN ["/bin/busybox", "chown", "1000", "/etc/passwd"]\n'
    })
    expect((await user.try("build", given)).stderr).toMatch(/^ {2}try: root is the only user here, and gantry doctor/m)
    const changed = await user.try("run", "--rm", "small", "busybox", "chown", "app", "/etc/passwd")
    expect(changed).toMatchObject({ status: 1 })
  })

  it("has the numbers of a range that it is given later, once no container of before runs any more", async () => {
    const map = async () => {
      const lines = await user.ok("run", "--rm", "small", "busybox", "cat", "/proc/self/uid_map")
      return lines.split("\n").map((line) => Number(line.trim().split(/ +/)[2]))
    }
    await user.ok("run", "-d", "--name", "before", "small", "busybox", "sleep", "1000")
    user.giveRange()
    expect(await map()).toEqual([1])
    await user.ok("rm", "-f", "before")
    expect(await map()).toEqual([1, 65_536])
  })
})
