import { execFileSync, spawnSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { useGantry } from "./host/gantry.ts"

const value = "tok3n/+with every=thing"

describe("secrets of a build", () => {
  const gantry = useGantry()
  /** Files below the engine's directories that have a text in them, the database and everything else included. */
  const filesWith = (text: string | Buffer): ReadonlyArray<string> => {
    const found = spawnSync("grep", ["-rlaF", "--", String(text), gantry.root, gantry.run], { encoding: "utf8" })
    expect(found.status).not.toBe(2)
    return found.stdout.split("\n").filter((line) => line !== "")
  }
  const forms = [value, Buffer.from(value).toString("base64").slice(0, -4), encodeURIComponent(value)]

  it("that are too short to be looked for are named", async () => {
    writeFileSync(join(gantry.scratch, "pin"), "1234\n")
    const directory = gantry.context({
      Dockerfile: "FROM base\nRUN --mount=type=secret,id=pin cat /run/secrets/pin > /pin\n"
    })
    const { status, stderr } = await gantry.try("build", "--secret", "id=pin,src=pin", directory)
    expect(status).toBe(0)
    expect(stderr).toContain("warning: secrets too short to be looked for in what is built: pin")
  })

  it("are a file for root alone or a variable, and are nowhere afterwards", async () => {
    writeFileSync(join(gantry.scratch, "token"), `${value}\n`)
    const directory = gantry.context({
      Dockerfile: `FROM base
RUN --mount=type=secret,id=t --mount=type=secret,id=t,env=TOKEN --mount=type=secret,id=t,target=/x/y,mode=0440,uid=1000,gid=2000 \\
    stat -c '%a %u:%g %n' /run/secrets/t /x/y > /how && test "$(cat /run/secrets/t)" = "$(echo "$TOKEN")" && \\
    md5sum /run/secrets/t | cut -c1-32 > /sum && cat /run/secrets/t && echo "$TOKEN" >&2 && env > /dev/null
RUN ! test -e /run/secrets && ! test -e /x && test -z "$TOKEN"
`
    })
    const { status, stderr } = await gantry.try("build", "-t", "used", "--secret", "id=t,src=token", directory)
    expect(status).toBe(0)
    expect(stderr).not.toContain(value)
    expect(stderr).toContain("***")
    expect(await gantry.ok("run", "--rm", "used", "cat", "/how")).toBe("400 0:0 /run/secrets/t\n440 1000:2000 /x/y")
    const sum = execFileSync("md5sum", [join(gantry.scratch, "token")], { encoding: "utf8" }).slice(0, 32)
    expect(await gantry.ok("run", "--rm", "used", "cat", "/sum")).toBe(sum)
    for (const form of forms) expect(filesWith(form)).toEqual([])
    expect(await gantry.ok("history", "--no-trunc", "used")).not.toContain(value)
    expect(await gantry.ok("build", "log")).not.toContain(value)
  })

  it("can be another without anything running again", async () => {
    const directory = gantry.context({ Dockerfile: "FROM base\nRUN --mount=type=secret,id=t true\n" })
    const withSecret = (text: string) => {
      writeFileSync(join(gantry.scratch, "changing"), text)
      return gantry.try("build", "--secret", "id=t,src=changing", directory)
    }
    expect((await withSecret("first value")).stderr).not.toMatch(/CACHED/)
    expect((await withSecret("second value")).stderr).toMatch(/CACHED/)
  })

  it("come from variables too, and may be missing unless they are required", async () => {
    const command = [...gantry.command]
    const directory = gantry.context({
      Dockerfile:
        'FROM base\nRUN --mount=type=secret,id=GIVEN,env=A --mount=type=secret,id=absent,env=B test ${#A} = 13 -a -z "$B"\n'
    })
    const { status } = spawnSync(command[0] ?? "", [...command.slice(1), "build", "--secret", "id=GIVEN", directory], {
      env: { ...gantry.env, GIVEN: "from-variable" },
      cwd: gantry.scratch
    })
    expect(status).toBe(0)
    const wrong = await gantry.try("build", "--secret", "id=x,env=NOT_SET_AT_ALL", directory)
    expect(wrong.status).toBe(125)
    expect(wrong.stderr).toMatch(/NOT_SET_AT_ALL is not set/)
  })

  it.each([
    ["plain", "cp /run/secrets/t /leak"],
    ["in the middle of a file", "(echo 'a: '; cat /run/secrets/t; seq 100000) > /leak"],
    ["in base64", "(printf user:; cat /run/secrets/t) | base64 > /leak"],
    ["in the target of a link", 'ln -s "$(cat /run/secrets/t)" /leak']
  ])("stop the build when a command leaves them %s, and nothing of it is kept", async (_, command) => {
    const directory = gantry.context({ Dockerfile: `FROM base\nRUN --mount=type=secret,id=t ${command}\n` })
    const { status, stderr } = await gantry.try("build", "-t", "leaky", "--secret", "id=t,src=token", directory)
    expect(status).toBe(1)
    expect(stderr).toMatch(/secret t is in \/leak/)
    expect((await gantry.try("image", "inspect", "leaky")).status).toBe(1)
    for (const form of forms) expect(filesWith(form)).toEqual([])
    const allowed = await gantry.try(
      ..."build -t leaky --allow-secret-leak --secret id=t,src=token".split(" "),
      directory
    )
    expect(allowed.status).toBe(0)
    expect(allowed.stderr).toMatch(/warning.*secret t is in \/leak/s)
    // What was let through once is no result for who lets nothing through.
    const again = await gantry.try("build", "--secret", "id=t,src=token", directory)
    expect([again.status, again.stderr]).toEqual([1, expect.stringMatching(/secret t is in \/leak/)])
    await gantry.ok("rmi", "leaky")
    await gantry.ok("builder", "prune", "-af")
  })

  it("are looked for once: what was let through is cached for who lets it through, and commands without them for all", async () => {
    const directory = gantry.context({
      Dockerfile: "FROM base\nRUN echo none\nRUN --mount=type=secret,id=t cp /run/secrets/t /leak\n"
    })
    const given = ["build", "--secret", "id=t,src=token", "--require-cached"]
    await gantry.try("build", "--secret", "id=t,src=token", directory)
    await gantry.ok("build", "-t", "through", "--secret", "id=t,src=token", "--allow-secret-leak", directory)
    expect((await gantry.try(...given, "--allow-secret-leak", directory)).status).toBe(0)
    const { status, stderr } = await gantry.try(...given, directory)
    expect([status, stderr]).toEqual([
      3,
      expect.stringMatching(/3\/3\] RUN --mount.* is not cached: option secret-leaks/)
    ])
    await gantry.ok("rmi", "through")
    await gantry.ok("builder", "prune", "-af")
  })

  it("stop the build when they are copied, or given as a build argument, a label or in the Dockerfile itself", async () => {
    const cases: ReadonlyArray<readonly [string, ReadonlyArray<string>, RegExp]> = [
      ["FROM base\nCOPY token /app/token\n", [], /secret t is in \/app\/token/],
      ["FROM base\nARG T\nRUN echo $T\n", ["--build-arg", `T=${value}`], /secret t is in the build argument T/],
      ["FROM base\n", ["--label", `l=${value}`], /secret t is in the label l/],
      [`FROM base\nENV X="${value}"\n`, [], /secret t is in the Dockerfile/]
    ]
    for (const [text, more, problem] of cases) {
      const directory = gantry.context({ Dockerfile: text, token: value })
      const { status, stderr } = await gantry.try("build", "--secret", "id=t,src=token", ...more, directory)
      expect(stderr).toMatch(problem)
      expect(status).toBe(1)
      expect(filesWith(value)).toEqual([])
    }
  })

  it("stop a build that takes a layer from the cache which an earlier one copied them into", async () => {
    const directory = gantry.context({
      Dockerfile: "FROM base AS made\nRUN true\nFROM base\nCOPY conf /app/\nRUN cp /app/conf /app/again\n",
      conf: `key = ${Buffer.from(`user:${value}`).toString("base64")}\n`
    })
    writeFileSync(join(gantry.scratch, "other"), "another value")
    await gantry.ok("build", "-t", "copied", directory)
    const given = (file: string, ...more: ReadonlyArray<string>) =>
      gantry.try("build", "-t", "strict", "--secret", `id=t,src=${file}`, ...more, directory)
    for (const more of [[], ["--require-cached"], ["--early-cutoff"]]) {
      const { status, stderr } = await given("token", ...more)
      expect([status, stderr]).toEqual([1, expect.stringMatching(/secret t is in \/app\/conf \(base64\)/)])
      expect(stderr).toMatch(/>.*COPY conf/)
    }
    expect((await gantry.try("image", "inspect", "strict")).status).toBe(1)
    expect((await given("other", "--require-cached")).status).toBe(0)
    expect((await given("token", "--allow-secret-leak", "--require-cached")).status).toBe(0)
    expect((await given("token")).status).toBe(1)
    await gantry.ok("rmi", "copied", "strict")
    await gantry.ok("builder", "prune", "-af")
  })
})
