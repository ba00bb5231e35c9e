import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { useGantryBy } from "./host/gantry.ts"
import { everyRuntime } from "./host/oci-runtimes.ts"
import { until } from "./host/until.ts"

describe.each(everyRuntime)("options of run that Podman has, by %s", (runtime) => {
  const gantry = useGantryBy(runtime)
  const out = (...args: ReadonlyArray<string>) => gantry.ok("run", "--rm", ...args)

  it("--tz gives a container a time zone of the host, and changes no other one in it", async () => {
    const zone = "/usr/share/zoneinfo/Etc/UTC"
    await gantry.build(
      "zoned",
      `FROM base\nRUN mkdir -p /usr/share/zoneinfo/Etc && echo own > ${zone} && ln -s ${zone} /etc/localtime\n`
    )
    expect(await out("--tz", "Asia/Tokyo", "zoned", "date", "+%z")).toBe("+0900")
    expect(await out("--tz", "Asia/Tokyo", "zoned", "cat", zone)).toBe("own")
    expect(await out("--tz", "Asia/Tokyo", "--read-only", "base", "date", "+%z")).toBe("+0900")
    expect(await out("--tz", "local", "base", "head", "-c", "4", "/etc/localtime")).toBe("TZif")
    for (const wrong of ["No/Where", "../zone.tab", "zone.tab"])
      expect((await gantry.try("create", "--tz", wrong, "base")).stderr).toContain(`invalid --tz ${wrong}: `)
  })

  it("--timeout stops a container at that time after each start, and what ignores that is killed", async () => {
    const trap = "trap 'exit 9' TERM; while :; do sleep 0.1; done"
    const asked = await gantry.try("run", "--rm", "--timeout", "1", "base", "sh", "-c", trap)
    expect(asked.status).toBe(9)
    const deaf = ["--timeout", "1", "--stop-timeout", "0", "base", "sleep", "1000"]
    expect((await gantry.try("run", "--rm", ...deaf)).status).toBe(137)
    await gantry.ok("run", "-d", "--name", "still", "--timeout", "2", ...deaf.slice(2))
    await gantry.ok("pause", "still")
    expect(await gantry.ok("wait", "still")).toBe("137")
    await gantry.ok("run", "-d", "--name", "again", "--restart", "always", ...deaf)
    await until("a second start", async () => Number(await gantry.field("again", "{{.RestartCount}}")) > 1)
    expect(await gantry.field("again", "{{.Config.Timeout}}")).toBe("1")
    expect((await gantry.try("run", "--timeout", "-1", "base", "true")).stderr).toContain(
      "--timeout cannot be negative"
    )
  })

  it("--passwd-entry names a user who was only a number, and nobody who has a name", async () => {
    const entry = ["--passwd-entry", "me:x:$UID:$GID::/tmp:/bin/own"]
    const whoami = ["base", "sh", "-c", "id -un; echo $HOME; tail -n 1 /etc/passwd"]
    expect(await out("-u", "4321", ...entry, ...whoami)).toBe("me\n/tmp\nme:x:4321:0::/tmp:/bin/own")
    expect(await out("-u", "1000", ...entry, ...whoami)).toMatch(/^app\n\/home\/app\napp:/)
    expect((await gantry.try("create", "--passwd-entry", "me", "base")).stderr).toContain("is no line of /etc/passwd")
  })

  it("--rootfs takes a directory of the host for root, and leaves it as it is with :O", async () => {
    const root = join(gantry.scratch, "root")
    await gantry.ok("build", "--output", root, gantry.context({ Dockerfile: "FROM base\n" }))
    const before = readdirSync(root)
    expect(await out("--rootfs", `${root}:O`, "sh", "-c", "echo kept > /written; cat /written")).toBe("kept")
    expect(readdirSync(root)).toEqual(before)
    await gantry.ok("run", "-d", "--name", "direct", "--rootfs", "root", "sh", "-c", "echo x >> /written; sleep 1000")
    await gantry.ok("restart", "-t", "0", "direct")
    await until("a second line", async () => (await gantry.ok("exec", "direct", "cat", "/written")) === "x\nx")
    expect(readFileSync(join(root, "written"), "utf8")).toBe("x\nx\n")
    expect(await gantry.ok("ps", "--format", "{{.Image}}")).toBe(root)
    expect(await gantry.field("direct", "{{.Rootfs}} {{.Image}}")).toBe(`${root} `)
    for (const verb of ["diff", "commit"])
      expect((await gantry.try(verb, "direct")).stderr).toContain(`its root is the directory ${root}, and not an image`)
    const over = "rm /home/app/old /etc/group; mkdir -p /etc/new; echo own > /etc/new/own; echo changed > /written"
    mkdirSync(join(root, "home/app"), { recursive: true })
    writeFileSync(join(root, "home/app/old"), "old")
    await gantry.ok("run", "--name", "over", "-v", "/etc:/mnt", "--rootfs", `${root}:O`, "sh", "-c", over)
    for (const name of ["direct", "over"]) {
      await gantry.ok("export", "-o", join(gantry.scratch, `${name}.tar`), name)
      await gantry.ok("import", join(gantry.scratch, `${name}.tar`), name)
    }
    const see = ["sh", "-c", "cat /written; find /etc /mnt /home | sort; stat -c %a /tmp"]
    expect(await out("direct", ...see)).toBe(
      "x\nx\n/etc\n/etc/group\n/etc/hostname\n/etc/hosts\n/etc/passwd\n/etc/resolv.conf\n/home\n/home/app\n/home/app/old\n1777"
    )
    expect(await out("over", ...see)).toBe(
      "changed\n/etc\n/etc/hostname\n/etc/hosts\n/etc/new\n/etc/new/own\n/etc/passwd\n/etc/resolv.conf\n/home\n/home/app\n/mnt\n1777"
    )
    await gantry.ok("rm", "over")
    expect(await gantry.ok("check")).toContain("all is well")
    await gantry.ok("stop", "-t", "0", "direct")
    await gantry.ok("cp", "direct:/written", join(gantry.scratch, "copy"))
    await gantry.ok("rm", "direct")
    await gantry.ok("system", "prune", "-f")
    // It is a root file system now: with the places for what every container has.
    expect(readdirSync(root)).toEqual([...new Set([...before, "dev", "proc", "sys", "written"])].toSorted())
    await gantry.try("run", "--rm", "--name", "failing", "--rootfs", root, "false")
    expect(await gantry.ok("autopsy", "failing")).toContain(`not known: its root was the directory ${root}.`)
    const missing = await gantry.try("run", "--rootfs", join(root, "written"), "true")
    expect([missing.status, missing.stderr]).toEqual([125, expect.stringContaining("it is not a directory")])
  })

  it("--unsetenv-all leaves only what was asked for, and a command is found all the same", async () => {
    await gantry.build("told", "FROM base\nENV OF_IMAGE=1\n")
    expect(await out("--unsetenv-all", "-e", "OWN=1", "told", "env")).toBe("OWN=1\nHOME=/root")
    const missing = await gantry.try("run", "--rm", "--unsetenv-all", "base", "nowhere")
    expect([missing.status, missing.stderr]).toEqual([127, expect.stringContaining("not found in $PATH")])
    await gantry.ok("run", "-d", "--name", "bare", "--unsetenv-all", "base", "sleep", "1000")
    expect(await gantry.ok("exec", "bare", "env")).toBe("HOME=/root")
    const config = JSON.parse(await gantry.ok("debug", "oci-config", "bare"))
    expect(config.process.args).toEqual(["/bin/sleep", "1000"])
    await gantry.ok("stop", "-t", "0", "bare")
    await gantry.ok("cp", "bare:/etc/passwd", `${gantry.scratch}/passwd`)
  })
})
