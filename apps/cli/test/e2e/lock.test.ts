import { execFileSync, spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { useGantry } from "./host/gantry.ts"
import { type RegistryServer, startRegistry } from "./host/registry.ts"
import { serveFolder, type Web } from "./host/web.ts"

const hasGit = spawnSync("git", ["--version"]).error === undefined
if (!hasGit) process.stderr.write("SKIPPED: git repositories of a lock file: git is not installed\n")

describe("a lock file", () => {
  const gantry = useGantry()
  const served = join("/tmp", `gantry-locked-${process.pid}`)
  let registry: RegistryServer
  let web: Web

  beforeAll(async () => {
    mkdirSync(join(served, "repo"), { recursive: true })
    if (hasGit) git("init", "-q", "-b", "main", ".")
    registry = await startRegistry()
    web = await serveFolder(served)
  })
  afterAll(async () => {
    await web.close()
    registry.close()
    execFileSync("rm", ["-rf", served])
  })

  const git = (...args: ReadonlyArray<string>) =>
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@t", ...args], {
      cwd: join(served, "repo"),
      env: { PATH: process.env["PATH"], HOME: served, GIT_CONFIG_NOSYSTEM: "1" }
    })

  /** Puts a version of everything where the Dockerfile takes it from. */
  const publish = async (version: string) => {
    const name = `${registry.host}/team/base:1`
    await gantry.ok("build", "-q", "-t", name, gantry.context({ Dockerfile: `FROM base\nENV VERSION=${version}\n` }))
    await gantry.ok("push", "-q", name)
    await gantry.ok("rmi", "-f", name)
    writeFileSync(join(served, "file"), `file ${version}\n`)
    if (!hasGit) return
    writeFileSync(join(served, "repo", "source"), `source ${version}\n`)
    git("add", "-A")
    git("commit", "-q", "-m", version)
    git("update-server-info")
  }

  const dockerfile = () =>
    `FROM ${registry.host}/team/base:1 AS below
FROM base AS own
FROM below
ADD ${web.address}/file /file
${hasGit ? `ADD ${web.address}/repo/.git#main /g` : "RUN mkdir /g && echo source one >/g/source"}
COPY --from=own /etc/passwd /p
`
  const shows = async (image: string) =>
    (await gantry.ok("run", "--rm", image, "sh", "-c", "echo $VERSION; cat /file /g/source")).split("\n")

  it("keeps a build to what was there when it was written, and says what has moved", async () => {
    await publish("one")
    const path = gantry.context({ Dockerfile: dockerfile() })
    const lock = join(path, "Dockerfile.lock")
    const build = (...options: ReadonlyArray<string>) => gantry.try("build", "-t", "locked", ...options, path)

    const none = await build("--locked")
    expect([none.status, none.stderr]).toEqual([1, expect.stringContaining("gantry lock update writes it")])
    const dry = await gantry.ok("lock", "update", "--dry-run", path)
    expect(dry.split("\n").map((line) => line.split(" ")[0])).toEqual(["added", "added", ...(hasGit ? ["added"] : [])])
    expect(existsSync(lock)).toBe(false)
    expect(await gantry.ok("lock", "update", path)).toBe(dry)
    const written = readFileSync(lock, "utf8")
    // What was made here comes from nowhere else.
    expect(written).not.toContain("library/base")
    expect(written).toMatch(new RegExp(`^image ${registry.host}/team/base:1 sha256:[0-9a-f]{64}$`, "m"))
    expect((await build("--locked")).status).toBe(0)
    expect(await shows("locked")).toEqual(["one", "file one", "source one"])

    await publish("two")
    web.log.length = 0
    for (const option of ["--locked", "--frozen", "--plan"]) {
      const { status, stderr } = await build(option, "--locked", "--require-cached")
      expect([option, status, stderr]).toEqual([option, 0, expect.not.stringContaining("says")])
    }
    expect(web.log).toEqual([])
    expect(await shows("locked")).toEqual(["one", "file one", "source one"])

    const { status, stderr } = await build("--pull=newer")
    expect(status).toBe(0)
    expect(stderr.match(/says .*: --locked builds with that one/g)).toHaveLength(hasGit ? 3 : 2)
    expect((await shows("locked")).slice(0, 2)).toEqual(["two", "file two"])

    const moved = await gantry.ok("lock", "update", path)
    expect(moved.match(/^changed {2}.* → /gm)).toHaveLength(hasGit ? 3 : 2)
    expect(readFileSync(lock, "utf8")).not.toBe(written)
    expect(await gantry.ok("lock", "update", path)).toBe("")
    expect((await build("--frozen")).status).toBe(0)
  })

  it("is written by the first build that asks for it, kept to by the next, and grows with the Dockerfile", async () => {
    await publish("one")
    const path = gantry.context({ Dockerfile: `FROM ${registry.host}/team/base:1\n` })
    const lock = join(path, "Dockerfile.lock")
    const build = (...options: ReadonlyArray<string>) => gantry.try("build", "-t", "grown", ...options, path)
    expect((await build("--lock", "--plan", "--pull=missing")).status).toBe(0)
    const failing = await gantry.try("build", "--lock", "--target", "none", path)
    expect([failing.status, existsSync(lock)]).toEqual([1, false])

    const first = await build("--lock")
    expect([first.status, first.stderr]).toEqual([0, expect.stringContaining(`${lock}: 1 input written\n`)])
    const written = readFileSync(lock, "utf8")
    expect(written).toMatch(new RegExp(`^image ${registry.host}/team/base:1 sha256:[0-9a-f]{64}$`, "m"))
    expect(await gantry.ok("lock", "update", path)).toBe("")

    await publish("two")
    writeFileSync(join(path, "Dockerfile"), `FROM ${registry.host}/team/base:1\nADD ${web.address}/file /file\n`)
    expect((await build("--locked")).stderr).toContain("Dockerfile.lock does not say which one it is")
    const second = await build("--lock", "--pull")
    expect([second.status, second.stderr]).toEqual([0, expect.stringContaining(`added    file ${web.address}/file`)])
    expect(await gantry.ok("run", "--rm", "grown", "sh", "-c", "echo $VERSION; cat /file")).toBe("one\nfile two")
    const grown = readFileSync(lock, "utf8").split("\n")
    expect(grown).toEqual(expect.arrayContaining(written.split("\n")))
    expect(grown).toHaveLength(written.split("\n").length + 1)

    const third = await build("--lock")
    expect([third.status, third.stderr]).toEqual([0, expect.not.stringContaining("written")])
    expect((await build("--frozen")).status).toBe(0)
    expect((await build("--lock", "--locked")).stderr).toContain("--lock and --locked exclude each other")
    expect((await gantry.tryWith("FROM base\n", "build", "--lock", "-")).stderr).toContain("beside a Dockerfile")
  })

  it("is not needed to hear that a name means another image than in the last build", async () => {
    await publish("one")
    const name = `${registry.host}/team/base:1`
    const path = gantry.context({ Dockerfile: `FROM ${name}\n`, Other: `FROM ${name}\n` })
    const warned = async (...options: ReadonlyArray<string>) => {
      const { status, stderr } = await gantry.try("build", ...options, path)
      expect(status).toBe(0)
      return stderr.includes(`warning: ${name} is sha256:`) && stderr.includes("in the last build of this Dockerfile")
    }
    expect(await warned()).toBe(false)
    await publish("two")
    // It is only as new as the registry was asked.
    expect(await warned("-f", join(path, "Other"), "--pull")).toBe(false)
    expect(await warned()).toBe(true)
    expect(await warned()).toBe(false)
    // What is made here may change as often as it likes.
    const own = gantry.context({ Dockerfile: "FROM gantry-own\n" })
    for (const version of ["1", "2"]) {
      await gantry.build("gantry-own", `FROM base\nENV OWN=${version}\n`)
      expect((await gantry.try("build", own)).stderr).not.toContain("in the last build")
    }
  })

  it("lets nothing else in", async () => {
    await publish("three")
    const path = gantry.context({
      Dockerfile: `FROM ${registry.host}/team/base:1\n`,
      D: `FROM base\nADD ${web.address}/file /\n`
    })
    for (const name of ["Dockerfile", "D"]) {
      writeFileSync(join(path, `${name}.lock`), "# nothing\n")
      const { status, stderr } = await gantry.try("build", "--locked", "-f", join(path, name), path)
      expect([status, stderr]).toEqual([1, expect.stringContaining(`${name}.lock does not say which one it is`)])
    }
    // What it says, and what is there, are two things now.
    writeFileSync(join(path, "D.lock"), `file ${web.address}/file sha256:${"0".repeat(64)}\n`)
    const other = await gantry.try("build", "--locked", "-f", join(path, "D"), path)
    expect([other.status, other.stderr]).toEqual([
      1,
      expect.stringMatching(/its digest is sha256:\S+, and \S+D.lock says/)
    ])
  })

  it("that cannot be read is an error that names the line to who asks for it, and a warning to others; a link is none", async () => {
    const path = gantry.context({ Dockerfile: "FROM base\n", "Dockerfile.lock": "image a\n", other: "FROM base\n" })
    for (const [options, status] of [
      [["--locked"], 1],
      [[], 0]
    ] as const) {
      const tried = await gantry.try("build", ...options, path)
      expect([tried.status, tried.stderr]).toEqual([
        status,
        expect.stringContaining("Dockerfile.lock: line 1 is not KIND SOURCE DIGEST")
      ])
    }
    symlinkSync("/etc/passwd", join(path, "other.lock"))
    expect((await gantry.try("build", "-f", join(path, "other"), path)).status).toBe(0)
    await gantry.ok("lock", "update", path)
    expect((await gantry.try("build", "--frozen", path)).status).toBe(0)
  })
})

describe("build --offline", () => {
  const gantry = useGantry()

  it("builds with what is here, and names the step and the address that it would have asked", async () => {
    const web = await serveFolder("/tmp")
    try {
      const tried = async (text: string, ...options: ReadonlyArray<string>) =>
        gantry.try("build", "--offline", ...options, gantry.context({ Dockerfile: text }))
      expect((await tried("FROM base\nRUN true\n")).status).toBe(0)
      const file = `${web.address}/file`
      for (const [text, what] of [
        ["FROM example.com/nope:1\n", "example.com/nope:1"],
        ["FROM base\nCOPY --from=example.com/nope:2 / /\n", "example.com/nope:2"],
        [`FROM base\nADD ${file} /\n`, file],
        [`FROM base\nADD --checksum=sha256:${"0".repeat(64)} ${file} /\n`, file],
        [`FROM base\nADD ${web.address}/a.git#${"0".repeat(40)} /\n`, `a.git#${"0".repeat(40)}`]
      ] as const) {
        const { status, stderr } = await tried(text)
        expect([status, stderr]).toEqual([1, expect.stringContaining(`${what}: it is not`) as string])
        expect(stderr).toContain(`build step failed: ${text.trim().split("\n").at(-1)}`)
      }
      for (const options of [
        ["--push", "-t", "example.com/x"],
        ["--cache-from", "a/b"],
        ["--build-context", `x=${file}`]
      ]) {
        expect((await tried("FROM base\n", ...options)).stderr).toContain("--offline: ")
      }
      expect((await gantry.try("build", "--offline", `${web.address}/context.tgz`)).stderr).toContain(
        "the context is elsewhere"
      )
      expect(web.log).toEqual([])
    } finally {
      await web.close()
    }
  })
})
