import { spawnSync } from "node:child_process"
import { renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { useGantryBy } from "./host/gantry.ts"
import { everyRuntime } from "./host/oci-runtimes.ts"
import { until } from "./host/until.ts"

const value = "tok3n/+of a=container"
const forms = [value, Buffer.from(value).toString("base64").slice(0, -4)]

describe.each(everyRuntime)("secrets of containers by %s", (runtime) => {
  const gantry = useGantryBy(runtime)
  /** The same with a variable that has the value. */
  const tryWith = (...args: ReadonlyArray<string>) => {
    const [program = "", ...first] = gantry.command
    const env = { ...gantry.env, TOKEN: value }
    return spawnSync(program, [...first, ...gantry.words(args)], { env, cwd: gantry.scratch, encoding: "utf8" })
  }
  /** Files below the engine's directories that have the value in them. */
  const written = (): ReadonlyArray<string> => {
    const found = spawnSync("grep", ["-rlaF", ...forms.flatMap((form) => ["-e", form]), gantry.root, gantry.run])
    expect(found.status).not.toBe(2)
    return String(found.stdout)
      .split("\n")
      .filter((line) => line !== "")
  }
  const secrets = ["--secret", "key,src=key", "--secret", "token,env=TOKEN,type=env,target=APP_TOKEN"]

  it("are files in memory and variables, owned and closed as asked for", () => {
    writeFileSync(join(gantry.scratch, "key"), value)
    const asked = ["--secret", "id=own,src=key,target=/etc/own/key,uid=1000,gid=2000,mode=0440"]
    const command =
      'test "$(cat /run/secrets/key)" = "$APP_TOKEN" && stat -c "%a %u:%g" /run/secrets/key /etc/own/key && ! echo x 2>&- >/run/secrets/key'
    const { stderr, stdout } = tryWith("run", "--rm", ...secrets, ...asked, "base", "sh", "-c", command)
    expect(stderr).toBe("")
    expect(stdout).toBe("444 0:0\n440 1000:2000\n")
  })

  it("are on no disk, in nothing that is shown or taken out, and there again when it is started again", async () => {
    writeFileSync(join(gantry.scratch, "key"), value)
    const command = "if test -e /again; then exec sleep 1000; fi; touch /again; exit 3"
    const run = tryWith(
      "run",
      "-d",
      "--name",
      "kept",
      "--restart",
      "on-failure",
      ...secrets,
      "base",
      "sh",
      "-c",
      command
    )
    expect(run.stderr).toBe("")
    await until("it to be started again", async () => (await gantry.field("kept", "{{.RestartCount}}")) === "1")
    const compare = 'test "$(cat /run/secrets/key)" = "$APP_TOKEN" && echo ${#APP_TOKEN}'
    await until("it to run again", async () => (await gantry.try("exec", "kept", "true")).status === 0)
    expect(await gantry.ok("exec", "kept", "sh", "-c", compare)).toBe(String(value.length))
    expect(await gantry.ok("exec", "-e", "APP_TOKEN=other", "kept", "sh", "-c", "echo $APP_TOKEN")).toBe("other")
    expect(await gantry.ok("exec", "-e", "APP_TOKEN", "kept", "sh", "-c", "echo ${APP_TOKEN-none}")).toBe("none")
    expect(written()).toEqual([])
    expect(await gantry.ok("diff", "kept")).toBe("A /again")
    for (const args of [
      ["inspect", "kept"],
      ["logs", "kept"],
      ["diff", "kept"],
      ["debug", "oci-config", "kept"]
    ])
      expect(await gantry.ok(...args)).not.toContain(value)
    expect(await gantry.ok("debug", "oci-config", "kept")).toMatch(
      /"APP_TOKEN=\*\*\*"[^]*"destination": "\/run\/secrets\/key"/
    )
    await gantry.ok("commit", "kept", "taken")
    await gantry.ok("export", "-o", join(gantry.scratch, "kept.tar"), "kept")
    expect(spawnSync("grep", ["-aqF", value, join(gantry.scratch, "kept.tar")]).status).toBe(1)
    expect(written()).toEqual([])
    const files = String(spawnSync("tar", ["-tf", join(gantry.scratch, "kept.tar")]).stdout).split("\n")
    expect(files.filter((path) => /^run|again/.test(path))).toEqual(["again"])
    expect(await gantry.ok("run", "--rm", "taken", "sh", "-c", "ls -d /run; echo $APP_TOKEN")).toBe("")
  })

  it("that are gone leave a container running that is to be started again", async () => {
    const key = join(gantry.scratch, "key")
    writeFileSync(key, value)
    await gantry.ok("run", "-d", "--name", "stays", "--secret", "key,src=key", "base", "sleep", "1000")
    renameSync(key, `${key}.away`)
    const refused = await gantry.try("restart", "-t", "0", "stays")
    expect([refused.status, refused.stderr]).toEqual([
      1,
      expect.stringContaining(`cannot restart container stays: secret key: cannot read ${key}`)
    ])
    expect(await gantry.field("stays", "{{.State.Running}}")).toBe("true")
  })

  it("are read anew at each start, which says what is missing", async () => {
    const key = join(gantry.scratch, "key")
    writeFileSync(key, value)
    tryWith("create", "--name", "later", ...secrets, "base", "cat", "/run/secrets/key")
    const without = await gantry.try("start", "-a", "later")
    expect(without.status).not.toBe(0)
    expect(without.stderr).toContain("secret token: the variable TOKEN is not set")
    renameSync(key, `${key}.away`)
    expect(tryWith("start", "-a", "later").stderr).toContain(`secret key: cannot read ${key}: there is no such file`)
    writeFileSync(key, "turned")
    expect(tryWith("start", "-a", "later").stdout).toBe("turned")
    const both = ["-v", "/tmp:/run/secrets/key", "--secret", "key,src=key"]
    expect((await gantry.try("create", ...both, "base")).stderr).toContain("duplicate mount point: /run/secrets/key")
    expect((await gantry.try("create", "--secret", "none,src=none", "base")).stderr).toContain("cannot read")
  })
})
