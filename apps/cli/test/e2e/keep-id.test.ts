import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeAll, describe, expect, it } from "vitest"
import { writeBaseContext } from "../base-context.ts"
import { everyRuntime } from "./host/oci-runtimes.ts"
import { openUser } from "./host/ordinary-user.ts"
import { until } from "./host/until.ts"

const ownerOf = (path: string) => {
  const { gid, uid } = statSync(path)
  return `${uid}:${gid}`
}

describe("an ordinary user's containers that keep the user's number", () => {
  const user = openUser(64_245)
  const me = `${user.uid}:${user.uid}`
  const first = 1_600_000_000
  const kept = (...args: ReadonlyArray<string>) => user.ok("run", "--rm", "--userns", "keep-id", ...args)
  const startOne = (name: string, ...args: ReadonlyArray<string>) =>
    user.ok("run", "-d", "--name", name, "--userns", "keep-id", ...args, "base", "sleep", "1000")
  const stores = join(user.home, ".local/share/gantry")

  beforeAll(async () => {
    const directory = user.context("base", {})
    writeBaseContext(directory)
    await user.ok("build", "-t", "base", directory)
  })
  afterEach(async () => {
    const ids = (await user.ok("ps", "-aq")).split("\n").filter((id) => id !== "")
    if (ids.length > 0) await user.ok("rm", "-f", "-v", ...ids)
  })

  it.each(everyRuntime)("are the user inside and outside, by %s", async (runtime) => {
    const directory = user.context(`bound-${runtime}`, { file: "text\n" })
    const script = "id -u; id -g; stat -c %u:%g /d /d/file; touch /d/new; cat /d/file > /d/copy"
    expect(await kept("--runtime", runtime, "-v", `${directory}:/d`, "base", "sh", "-c", script)).toBe(
      `${user.uid}\n${user.uid}\n${me}\n${me}`
    )
    expect([ownerOf(join(directory, "new")), ownerOf(join(directory, "copy"))]).toEqual([me, me])
    expect(
      await kept("--runtime", runtime, "-v", `${directory}:/d`, "-u", "0", "base", "sh", "-c", "id -u; touch /d/root")
    ).toBe("0")
    expect(ownerOf(join(directory, "root"))).toBe(`${first}:${first}`)
    expect(
      await kept("--runtime", runtime, "base", "stat", "-c", "%u:%g", "/bin/busybox", "/home/app", "/etc/hosts")
    ).toBe("0:0\n1000:1000\n0:0")
  })

  it.each(everyRuntime)("have secrets that belong to whom they are meant for, by %s", async (runtime) => {
    const directory = user.context(`secret-${runtime}`, { key: "locked" })
    const command = "stat -c '%u:%g %a' /run/secrets/key && cat /run/secrets/key && echo /$TOKEN"
    for (const [users, uid] of [
      ["keep-id", user.uid],
      ["host", 1000]
    ] as const) {
      const asked = ["--secret", `key,src=${directory}/key,uid=${uid},gid=${uid},mode=0400`]
      const token = ["--secret", "TOKEN,type=env", "--userns", users, "-u", `${uid}:${uid}`]
      const run = ["run", "--name", "secret", "--runtime", runtime, ...asked, ...token, "base", "sh", "-c", command]
      const { stderr, stdout } = await user.tryWith({ TOKEN: "value" }, ...run)
      expect([stderr, stdout]).toEqual(["", `${uid}:${uid} 400\nlocked/value\n`])
      expect(await user.ok("diff", "secret")).not.toContain("/run")
      await user.ok("rm", "secret")
    }
  })

  it.each(everyRuntime)("know the user by name, once, by %s", async (runtime) => {
    const words = ["create", "--runtime", runtime, "--name", "one", "--userns", "keep-id", "-w", "/home"]
    await user.ok(...words, "base", "sh", "-c", "id -un; id -gn; echo ~; tail -n +3 /etc/passwd")
    const line = `tester:x:${user.uid}:${user.uid}:tester:/home:/bin/sh`
    const once = `tester\ntester\n/home\n${line}`
    expect(await user.ok("start", "-a", "one")).toBe(once)
    expect(await user.ok("start", "-a", "one")).toBe(once)
    expect(await kept("--runtime", runtime, "-v", "/etc/passwd:/etc/passwd:ro", "base", "id", "-un")).toBe("tester")
  })

  it("have the image's files without a copy of what these contain", async () => {
    const size = statSync("/bin/busybox").size
    const mapped = join(stores, "mapped")
    const used = Number(execFileSync("du", ["-s", "-B1", mapped], { encoding: "utf8" }).split("\t")[0])
    expect(readdirSync(mapped)).toHaveLength(1)
    expect(used).toBeLessThan(size)
    await kept("base", "true")
    expect(readdirSync(mapped)).toHaveLength(1)
  })

  it("can be others than the user, and the image's users keep their files", async () => {
    const directory = user.context("other", { file: "" })
    const options = ["--userns", "keep-id:uid=1000,gid=1000", "-v", `${directory}:/d`]
    const script =
      "id -un; stat -c %U /d/file /home/app; touch ~/mine /d/new; echo $HOME; touch /etc/x 2>/dev/null || echo no"
    expect(await user.ok("run", "--rm", ...options, "base", "sh", "-c", script)).toBe("app\napp\napp\n/home/app\nno")
    expect(ownerOf(join(directory, "new"))).toBe(me)
    expect(
      await user.ok("run", "--rm", "--userns", "keep-id:uid=70000", "base", "sh", "-c", "id -u; stat -c %u /bin")
    ).toBe("70000\n0")
  })

  it("have no rights over what the user has none over", async () => {
    const directory = join(user.home, "roots")
    mkdirSync(directory, { mode: 0o755 })
    writeFileSync(join(directory, "file"), "secret\n", { mode: 0o600 })
    const script = "cat /d/file; touch /d/x; chown 0 /d/file; stat -c %u /d/file"
    const words = ["-v", `${directory}:/d`, "-u", "0", "--privileged", "base", "sh", "-c", script]
    const { stderr, stdout } = await user.try("run", "--rm", "--userns", "keep-id", ...words)
    expect([stdout.trim(), stderr.match(/denied|not permitted/g)?.length]).toEqual(["65534", 3])
    expect(ownerOf(join(directory, "file"))).toBe("0:0")
  })

  it("find volumes filled for them, and the user may write to new ones", async () => {
    const script = "stat -c %u /home/app /new; touch /new/mine && stat -c %u /new/mine"
    expect(await kept("-v", "filled:/home/app", "-v", "empty:/new", "base", "sh", "-c", script)).toBe(
      `1000\n${user.uid}\n${user.uid}`
    )
    expect(ownerOf(join(stores, "volumes/empty/_data/mine"))).toBe(me)
    expect(ownerOf(join(stores, "volumes/filled/_data"))).toBe(`${first + 1000}:${first + 1000}`)
    await user.ok("volume", "rm", "filled", "empty")
  })

  it("are copied from and to, shown, exported and committed with the owners that they have inside", async () => {
    const directory = user.context("copied", { file: "text\n" })
    await startOne("one", "-u", "0")
    await user.ok("exec", "one", "sh", "-c", "mkdir /made && touch /made/file && chown 7:8 /made/file && rm /bin/vi")
    await user.ok("cp", join(directory, "file"), "one:/made/in")
    expect(await user.ok("exec", "one", "stat", "-c", "%u:%g", "/made/in")).toBe(me)
    await user.ok("cp", "one:/made", join(directory, "out"))
    expect(ownerOf(join(directory, "out/file"))).toBe(me)
    const tar = async (...args: ReadonlyArray<string>) => {
      const archive = join(directory, "a.tar")
      await user.ok(...args, archive)
      return execFileSync("tar", ["--numeric-owner", "-tvf", archive, "made/file"], { encoding: "utf8" }).split(
        /\s+/
      )[1]
    }
    expect(await tar("export", "one", "-o")).toBe("7/8")
    await user.ok("stop", "-t", "0", "one")
    expect(await user.ok("diff", "one")).toBe(
      "C /bin\nD /bin/vi\nC /etc\nC /etc/group\nC /etc/passwd\nA /made\nA /made/file\nA /made/in"
    )
    await user.ok("commit", "one", "committed")
    expect(await user.ok("run", "--rm", "committed", "stat", "-c", "%u:%g", "/made/file", "/made")).toBe("7:8\n0:0")
    expect(await kept("committed", "stat", "-c", "%u:%g", "/made/file", "/made")).toBe("7:8\n0:0")
    await user.ok("rm", "one")
    const before = readdirSync(join(stores, "mapped")).length
    await user.ok("rmi", "committed")
    expect(readdirSync(join(stores, "mapped"))).toHaveLength(before - 1)
  })

  it("can be restarted, joined and asked for their health, by names of a network too", async () => {
    await startOne("one", "--health-cmd", `test $(id -u) = ${user.uid}`, "--health-interval", "200ms")
    await until("health", async () => (await user.ok("inspect", "-f", "{{.State.Health.Status}}", "one")) === "healthy")
    await user.ok("restart", "-t", "0", "one")
    expect(await user.ok("exec", "one", "sh", "-c", "id -u; cat /proc/self/uid_map | wc -l")).toBe(`${user.uid}\n3`)
    expect(await user.ok("exec", "-u", "0", "one", "ping", "-c1", "-W1", "127.0.0.1")).toContain("1 packets received")
    expect(await user.ok("inspect", "-f", "{{.HostConfig.UsernsMode}} {{.Config.User}}", "one")).toBe(`keep-id ${me}`)
    const script = "test -f /d/second && exit 0; touch /d/second; exit 1"
    const directory = user.context("again", {})
    await user.ok(
      "run",
      "-d",
      "--userns",
      "keep-id",
      "--restart",
      "on-failure",
      "-v",
      `${directory}:/d`,
      "--name",
      "again",
      "base",
      "sh",
      "-c",
      script
    )
    expect(
      await until(
        "its second end",
        async () =>
          (await user.ok("inspect", "-f", "{{.State.Status}} {{.RestartCount}} {{.State.ExitCode}}", "again")) ===
          "exited 1 0"
      )
    ).toBe(true)
  })

  it("leave nothing when whoever starts one, or its supervisor, is killed", async () => {
    const others = () => user.processes().filter(([, command]) => !/__hold|slirp4netns/.test(command))
    await until("earlier ones to end", () => others().length === 0)
    const started = user.start("run", "--rm", "--userns", "keep-id", "base", "sleep", "1001")
    await until("the container", () => user.processes().some(([, command]) => command.startsWith("sleep 1001")))
    for (const [pid, command] of user.processes()) if (command.includes("__supervise")) process.kill(pid, "SIGKILL")
    await started.ended
    expect(await until("all to end", () => others().length === 0)).toBe(true)
  })

  it.each(everyRuntime)("have a directory of the user for root, by %s", async (runtime) => {
    const directory = user.context(`plain-${runtime}`, { Dockerfile: "FROM base\n" })
    const root = join(user.home, `root-${runtime}`)
    await user.ok("build", "--output", root, directory)
    const run = ["run", "--rm", "--runtime", runtime, "--rootfs"]
    expect(await user.ok(...run, root, "sh", "-c", "id -u; touch /new; stat -c %u /new")).toBe("0\n0")
    expect(ownerOf(join(root, "new"))).toBe(me)
    expect(await user.ok(...run, "--userns", "keep-id", `${root}:O`, "sh", "-c", "id -u; rm /new")).toBe(`${user.uid}`)
    expect(ownerOf(join(root, "new"))).toBe(me)
  })

  it.each(everyRuntime)("see images with the owners that these have, by %s", async (runtime) => {
    const directory = user.context(`data-${runtime}`, {
      Dockerfile: "FROM scratch\nCOPY --chown=1000:1000 f /f\n",
      f: "text"
    })
    await user.ok("build", "-t", "data", directory)
    const mount = ["--runtime", runtime, "--mount", "type=image,source=data,target=/seen,rw"]
    const script = "touch /seen/new; stat -c '%u:%g' /seen/f /seen/new"
    expect(await kept(...mount, "-u", "0", "base", "sh", "-c", script)).toBe("1000:1000\n0:0")
    expect(await user.ok("run", "--rm", ...mount, "base", "sh", "-c", script)).toBe("1000:1000\n0:0")
  })
})

describe("an ordinary user without a range of numbers", () => {
  const user = openUser(64_246, { single: true })

  it("is told what keeping its number takes, and what goes without", async () => {
    const { status, stderr } = await user.try("run", "--userns", "keep-id", "base", "true")
    expect(status).toBe(125)
    expect(stderr).toContain("/etc/subuid gives you none: root is the only user in your containers")
    expect(stderr).toContain("what root of the container writes belongs to you")
    expect(existsSync(join(user.home, ".local/share/gantry/mapped"))).toBe(false)
  })

  it("is told what only root can do", async () => {
    const directory = user.context("bound", {})
    expect((await user.try("run", "--userns", "auto", "base")).stderr).toContain("only root does")
    await user.ok(
      "build",
      "-t",
      "base",
      user.context("base", { Dockerfile: "FROM scratch\nCOPY Dockerfile /\nCMD x\n" })
    )
    expect((await user.try("run", "-v", `${directory}:/d:idmap`, "base")).stderr).toContain(
      "only the host's root may have the owners of files seen as others (idmap)"
    )
  })
})
