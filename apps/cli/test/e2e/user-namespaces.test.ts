import { chmodSync, chownSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync, readlinkSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { programPath, useGantry } from "./host/gantry.ts"
import { everyRuntime } from "./host/oci-runtimes.ts"
import { inTerminal } from "./host/terminal.ts"
import { until } from "./host/until.ts"

/** Where the numbers of containers begin here; nobody on a usual host has these. */
const first = 1_900_000_000
const size = 65_536

/** Runs a program on a host whose /etc gives containers room for two. */
const withRange = `mount --bind "$0/ids" /etc/subuid && mount --bind "$0/ids" /etc/subgid && exec "$@"`

const ownerOf = (path: string) => {
  const { gid, uid } = statSync(path)
  return `${uid}:${gid}`
}

describe.each(everyRuntime)("root's containers with numbers of their own, by %s", (runtime) => {
  const folder = `/tmp/gu-ids-${process.pid}`
  beforeAll(() => {
    mkdirSync(folder)
    writeFileSync(join(folder, "ids"), `somebody:1:1\ncontainers:${first}:${2 * size}\n`)
  })
  const enter = ["unshare", "--mount", "--propagation", "private", "sh", "-c", withRange, folder]
  const gantry = useGantry([...enter, programPath], programPath, runtime)
  const auto = (...args: ReadonlyArray<string>) => gantry.ok("run", "--rm", "--userns", "auto", ...args)
  const startOne = (name: string, ...args: ReadonlyArray<string>) =>
    gantry.ok("run", "-d", "--name", name, "--userns", "auto", ...args, "base", "sleep", "1000")
  const map = async (name: string) => (await gantry.ok("exec", name, "cat", "/proc/self/uid_map")).trim().split(/\s+/)
  const directory = (name: string, uid = 0) => {
    const path = join(gantry.scratch, name)
    mkdirSync(path, { mode: 0o755 })
    writeFileSync(join(path, "file"), "text\n", { mode: 0o600 })
    for (const each of [path, join(path, "file")]) chownSync(each, uid, uid)
    return path
  }
  // A runtime begins as nobody to whom others have given rights to the store.
  beforeAll(() => chmodSync(gantry.scratch, runtime === "namespace" ? 0o700 : 0o711))
  afterAll(() => rmSync(folder, { recursive: true }))

  it("share volumes and mapped binds with containers of other numbers, and their configuration can be shown", async () => {
    const path = directory("shared", 1000)
    await startOne("donor", "-v", `${path}:/b:idmap`, "-v", "/vol")
    await gantry.ok("exec", "donor", "sh", "-c", "touch /vol/new && chown 1000:1000 /vol/new")
    const script = "stat -c '%u:%g' /b/file /vol/new && touch /b/again"
    for (const own of [[], ["--userns", "auto"]])
      expect(await gantry.ok("run", "--rm", "--volumes-from", "donor", ...own, "base", "sh", "-c", script)).toBe(
        "1000:1000\n1000:1000"
      )
    expect(ownerOf(join(path, "again"))).toBe("0:0")
    const config = JSON.parse(await gantry.ok("debug", "oci-config", "donor"))
    expect(config.linux.uidMappings).toEqual([{ containerID: 0, hostID: first, size }])
    await gantry.ok("exec", "donor", "touch", "/written-afterwards")
  })

  it("see images with the owners that these have, several of them as well as one", async () => {
    await gantry.build("data", "FROM scratch\nCOPY --chown=1000:2000 file /one/file\n", { file: "text" })
    const mounts = ["/a", "/b"].flatMap((target) => ["--mount", `type=image,source=data,target=${target},rw`])
    const script = "touch /a/new; stat -c '%u:%g' /a/one/file /b/one/file /a/new"
    expect(await auto(...mounts, "base", "sh", "-c", script)).toBe("1000:2000\n1000:2000\n0:0")
  })

  it("have secrets that belong to their own users", async () => {
    writeFileSync(join(gantry.scratch, "key"), "locked")
    const asked = "key,src=key,uid=1000,gid=2000,mode=0400"
    const command = "stat -c '%u:%g %a' /run/secrets/key && cat /run/secrets/key"
    expect(await auto("-u", "app", "--secret", asked, "base", "sh", "-c", command)).toBe("1000:2000 400\nlocked")
  })

  it("each have their own, which the next one gets when they are removed", async () => {
    await startOne("one")
    await startOne("two")
    expect(await map("one")).toEqual(["0", `${first}`, `${size}`])
    expect(await map("two")).toEqual(["0", `${first + size}`, `${size}`])
    const full = await gantry.try("create", "--userns", "auto", "base")
    expect([full.status, full.stderr]).toEqual([
      125,
      expect.stringContaining(`all numbers that /etc/subuid has for "containers" are taken`)
    ])
    await gantry.ok("rm", "-f", "one")
    await startOne("three")
    expect(await map("three")).toEqual(["0", `${first}`, `${size}`])
    expect(await gantry.field("three", "{{.HostConfig.UsernsMode}}")).toBe("auto")
    await gantry.ok("rm", "-f", "two", "three")
    expect(await auto("--userns", "auto:size=500", "base", "cat", "/proc/self/gid_map")).toMatch(/\s500$/)
    // Few hosts without systemd have their message queues mounted anywhere.
    expect(await auto("--ipc", "host", "base", "readlink", "/proc/self/ns/ipc")).toBe(readlinkSync("/proc/self/ns/ipc"))
  })

  it("have processes that are nobody outside, with the owners of the image and their own inside", async () => {
    await startOne("one", "-u", "app")
    const pid = await gantry.field("one", "{{.State.Pid}}")
    expect(/^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]).toBe(`${first + 1000}`)
    const script = "id -u; stat -c %u:%g /home/app /bin/busybox; touch /new; chown 7:8 /new; stat -c %u:%g /new"
    expect(await auto("base", "sh", "-c", script)).toBe("0\n1000:1000\n0:0\n7:8")
    expect(
      await auto("-u", "app", "base", "sh", "-c", "touch ~/x && stat -c %u ~/x; touch /x 2>/dev/null || echo no")
    ).toBe("1000\nno")
  })

  it("have no rights over what belongs to others outside, whatever they are inside", async () => {
    const path = directory("roots")
    const script = "cat /d/file; touch /d/x; chown 0 /d/file; chmod 777 /d/file; stat -c %u /d/file"
    const { stderr, stdout } = await gantry.try(
      "run",
      "--rm",
      "--userns",
      "auto",
      "-v",
      `${path}:/d`,
      "base",
      "sh",
      "-c",
      script
    )
    expect(stdout.trim()).toBe("65534")
    expect(stderr.match(/denied|not permitted/g)).toHaveLength(4)
    expect([ownerOf(join(path, "file")), statSync(join(path, "file")).mode & 0o777]).toEqual(["0:0", 0o600])
    const privileged = [
      "--privileged",
      "-v",
      `${path}:/d`,
      "base",
      "sh",
      "-c",
      "cat /d/file /proc/1/environ >/dev/null; echo $?"
    ]
    expect(await auto(...privileged)).toBe("1")
  })

  it("see a bind as it is with idmap, and volumes as all containers do", async () => {
    const path = directory("mapped", 1000)
    expect(
      await auto("-u", "app", "-v", `${path}:/d:idmap`, "base", "sh", "-c", "stat -c %u /d/file; touch /d/x")
    ).toBe("1000")
    expect(ownerOf(join(path, "x"))).toBe("1000:1000")
    await auto("-v", "shared:/home/app", "base", "sh", "-c", "touch /home/app/own; chown app:app /home/app/own")
    expect(await gantry.ok("run", "--rm", "-v", "shared:/v", "base", "stat", "-c", "%u:%g", "/v", "/v/own")).toBe(
      "1000:1000\n1000:1000"
    )
    expect(
      await auto(
        "--volumes-from",
        await gantry.ok("create", "-v", "shared:/v", "base"),
        "base",
        "stat",
        "-c",
        "%u",
        "/v/own"
      )
    ).toBe("1000")
  })

  it("are copied from and to, exported and committed with the owners that they have inside", async () => {
    await startOne("one")
    await gantry.ok("exec", "one", "sh", "-c", "mkdir /made && touch /made/file && chown 7:8 /made/file")
    const path = directory("copied")
    await gantry.ok("cp", join(path, "file"), "one:/made/in")
    expect(await gantry.ok("exec", "one", "stat", "-c", "%u:%g", "/made/in")).toBe("0:0")
    await gantry.ok("cp", "-a", "one:/made", join(path, "out"))
    expect(ownerOf(join(path, "out/file"))).toBe("7:8")
    await gantry.ok("stop", "-t", "0", "one")
    await gantry.ok("cp", "-a", "one:/made", join(path, "again"))
    expect(ownerOf(join(path, "again/file"))).toBe("7:8")
    expect(await gantry.ok("diff", "one")).toBe("A /made\nA /made/file\nA /made/in")
    await gantry.ok("commit", "one", "committed")
    expect(await gantry.ok("run", "--rm", "committed", "stat", "-c", "%u:%g", "/made/file", "/made")).toBe("7:8\n0:0")
  })

  it("can be restarted and joined, are asked for their health, and have terminals that are theirs", async () => {
    await startOne("one", "--health-cmd", "test $(id -u) = 0", "--health-interval", "200ms")
    await until("health", async () => (await gantry.field("one", "{{.State.Health.Status}}")) === "healthy")
    await gantry.ok("restart", "-t", "0", "one")
    expect(await map("one")).toEqual(["0", `${first}`, `${size}`])
    expect(await gantry.ok("exec", "-u", "app", "one", "id", "-u")).toBe("1000")
    for (const user of ["app", "root"]) {
      expect(await auto("-u", user, "base", "sh", "-c", "echo out > /dev/stdout")).toBe("out")
    }
    const words = ["run", "--rm", "-it", "--userns", "auto", "base", "stat", "-c", "%u", "/dev/pts/0"]
    expect((await inTerminal(gantry, ...words).ended).stdout.trim()).toBe("0")
  })

  it("have the network and the limits that others have", async () => {
    const script =
      "ping -c1 -W1 127.0.0.1 >/dev/null && ip addr show eth0 | grep -c 'inet ' ; grep msgqueue /proc/self/limits; cat /proc/sys/net/ipv4/ip_forward"
    const more = ["--ulimit", "msgqueue=4096", "--sysctl", "net.ipv4.ip_forward=0"]
    expect(await auto(...more, "base", "sh", "-c", script)).toMatch(/^1\nMax msgqueue size +4096 +4096 +bytes *\n0$/)
  })

  it("say what they cannot share, and whose numbers an ordinary user keeps", async () => {
    await startOne("one")
    const why = async (...args: ReadonlyArray<string>) => (await gantry.try("create", ...args, "base")).stderr
    expect(await why("--userns", "auto", "--pid", "container:one")).toContain(
      "conflicting options: --pid of another container"
    )
    expect(await why("--userns", "auto", "--network", "container:one")).toContain(
      "conflicting options: --network of another"
    )
    expect(await why("--userns", "auto", "-v", "/tmp:/t:rshared")).toContain("(-v /tmp:/t:rshared)")
    expect(await why("--userns", "keep-id")).toContain("it keeps an ordinary user's number, and you are root")
    writeFileSync(join(folder, "ids"), "somebody:1:1\n")
    try {
      expect(await why("--userns", "auto")).toContain(
        `/etc/subuid has no numbers for containers: there is no line for "containers"`
      )
    } finally {
      writeFileSync(join(folder, "ids"), `containers:${first}:${2 * size}\n`)
    }
  })
})
