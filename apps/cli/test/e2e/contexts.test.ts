import { execFileSync, spawnSync } from "node:child_process"
import { chmodSync, cpSync, mkdirSync, readdirSync, renameSync, symlinkSync, utimesSync, writeFileSync } from "node:fs"
import { once } from "node:events"
import { createServer } from "node:net"
import { join } from "node:path"
import { gzipSync, zstdCompressSync } from "node:zlib"
import { S_IFCHR, S_IFIFO } from "@gantry/linux/constants"
import { loadSyscalls } from "@gantry/linux/load"
import { archiveOf, plainRecord, record } from "@gantry/laws/samples/hostile-archives"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { useGantry } from "./host/gantry.ts"
import { stepsOf } from "./host/progress.ts"
import { serveFolder, type Web } from "./host/web.ts"

const has = (program: string) => spawnSync(program, ["--version"]).error === undefined
const hasGit = has("git")
if (!hasGit) process.stderr.write("SKIPPED: contexts and sources that are git repositories: git is not installed\n")

const files = { Dockerfile: "FROM base\nCOPY . /x/\n", a: "one", "b.log": "two", ".dockerignore": "*.log\n" }

describe("files to build from", () => {
  const gantry = useGantry()
  const listed = async (image: string, directory = "/x") =>
    (await gantry.ok("run", "--rm", image, "sh", "-c", `cd ${directory} && find . -type f | sort`)).split("\n")
  const tarOf = (directory: string) => execFileSync("tar", ["-C", directory, "-cf", "-", "."])
  /** Directories with files to build from that a build keeps beside its store. */
  const kept = () => readdirSync(gantry.root).filter((name) => name.startsWith("context-"))
  const cached = (stderr: string) => stepsOf(stderr).filter(({ instruction }) => /^(?:ADD|COPY)/.test(instruction))

  it("come as an archive on standard input, packed or not, and are one with those of a directory", async () => {
    const directory = gantry.context(files)
    await gantry.ok("build", "-t", "folder", directory)
    const tar = tarOf(directory)
    const forms = [
      ["tar", tar],
      ["gzip", gzipSync(tar)],
      ["zstd", zstdCompressSync(tar)],
      ...["xz", "bzip2"].filter(has).map((program) => [program, execFileSync(program, ["-c"], { input: tar })] as const)
    ] as const
    for (const [form, bytes] of forms) {
      const { status, stderr } = await gantry.tryWith(bytes, "build", "-t", form, "-")
      expect([form, status]).toEqual([form, 0])
      expect(stderr).toContain("without what .dockerignore leaves out (1 rule)")
      expect(cached(stderr).map((step) => step.cached)).toEqual([true])
    }
    expect(await listed("gzip")).toEqual(["./.dockerignore", "./Dockerfile", "./a"])
    expect(kept()).toEqual([])
  })

  it("may hold pipes and devices, which are copied, and sockets, which are left out and named", async () => {
    const directory = gantry.context({ Dockerfile: "FROM base\nCOPY . /x/\nCOPY d/pipe /alone\n", "d/a": "one" })
    const sys = await loadSyscalls()
    sys.mknod(join(directory, "d/pipe"), S_IFIFO | 0o640, 0, 0)
    sys.mknod(join(directory, "d/null"), S_IFCHR | 0o644, 1, 3)
    const listening = createServer().listen(join(directory, "d/agent"))
    try {
      await once(listening, "listening")
      const first = await gantry.try("build", "-t", "special", directory)
      expect([first.status, first.stderr]).toEqual([
        0,
        expect.stringContaining("warning: d/agent is a socket, which no image can hold: it is left out\n")
      ])
      const all = "cd /x/d && ls && stat -c '%n %F %a %t:%T' pipe null /alone"
      expect((await gantry.ok("run", "--rm", "special", "sh", "-c", all)).split("\n")).toEqual([
        "a",
        "null",
        "pipe",
        "pipe fifo 640 0:0",
        "null character special file 644 1:3",
        "/alone fifo 640 0:0"
      ])
      const archive = await gantry.tryWith(tarOf(directory), "build", "-")
      expect(cached(archive.stderr).map((step) => step.cached)).toEqual([true, true])
      const named = await gantry.tryWith("FROM base\nCOPY d/agent /x\n", "build", "-f", "-", directory)
      expect([named.status, named.stderr]).toEqual([1, expect.stringContaining("why: d/agent is a socket")])
    } finally {
      listening.close()
    }
  })

  it("may be none, with only a Dockerfile on standard input", async () => {
    const plain = await gantry.tryWith("FROM base\nRUN echo made > /made\n", "build", "-t", "bare", "-")
    expect(plain.status).toBe(0)
    expect(await gantry.ok("run", "--rm", "bare", "cat", "/made")).toBe("made")
    const wanting = await gantry.tryWith("FROM base\nCOPY a /\n", "build", "-")
    expect(wanting.stderr).toContain("a is not in the build context")
    const named = await gantry.tryWith("FROM base\n", "build", "-f", "Other", "-")
    expect([named.status, named.stderr]).toEqual([1, expect.stringContaining("the context is itself a Dockerfile")])
    expect((await gantry.tryWith("", "build", "-")).stderr).toContain("it is empty")
    expect((await gantry.tryWith("x", "build", "-f", "-", "-")).status).toBe(125)
  })

  it("have their Dockerfile on standard input, somewhere else, or under the name that podman gives it", async () => {
    const directory = gantry.context({ a: "one", Containerfile: "FROM base\nCOPY a /container\n" })
    const stdin = await gantry.tryWith("FROM base\nCOPY a /stdin\n", "build", "-t", "on-stdin", "-f", "-", directory)
    expect(stdin.status).toBe(0)
    await gantry.ok("build", "-t", "containerfile", directory)
    const outside = join(gantry.scratch, "Outside")
    writeFileSync(outside, "FROM base\nCOPY . /outside/\n")
    writeFileSync(`${outside}.dockerignore`, "Containerfile\n")
    const { stderr } = await gantry.try("build", "-t", "outside", "-f", outside, directory)
    expect(stderr).toContain(`${outside}.dockerignore leaves out (1 rule)`)
    expect(await listed("outside", "/outside")).toEqual(["./a"])
    const archived = await gantry.tryWith(tarOf(directory), "build", "-t", "inside", "-f", "Containerfile", "-")
    expect(archived.status).toBe(0)
    expect(await gantry.ok("run", "--rm", "inside", "cat", "/container")).toBe("one")
  })

  it("that are hostile read nothing of this machine and write nothing on it", async () => {
    const secret = join(gantry.scratch, "secret")
    writeFileSync(secret, "SECRET LINE\n")
    const link = (name: string, to: string) => record({ name, type: "2", link: to })
    const away = archiveOf(link("Dockerfile", secret))
    const ignore = archiveOf(plainRecord("Dockerfile", "FROM base\n"), link(".dockerignore", secret))
    const copied = archiveOf(plainRecord("Dockerfile", "FROM base\nCOPY l /l\n"), link("l", secret))
    const through = archiveOf(
      plainRecord("Dockerfile", "FROM base\n"),
      link("d", gantry.scratch),
      plainRecord("d/planted", "x")
    )
    for (const bytes of [away, copied, through]) {
      const { status, stderr } = await gantry.tryWith(bytes, "build", "-")
      expect(status).not.toBe(0)
      expect(stderr).not.toContain("SECRET")
    }
    expect((await gantry.tryWith(ignore, "build", "-")).stderr).not.toContain("SECRET")
    expect(readdirSync(gantry.scratch)).not.toContain("planted")
    expect(kept()).toEqual([])
  })

  it("vanish when the build is interrupted, and after a kill with the next build", async () => {
    const directory = gantry.context({ ...files, Dockerfile: "FROM base\nCOPY a /\nRUN echo begun && sleep 1000\n" })
    const killed = async (signal: NodeJS.Signals) => {
      const building = gantry.start("build", "--progress=plain", "--no-cache", "-")
      building.write(tarOf(directory))
      building.end()
      await building.says(/begun/, "stderr")
      const during = kept().length
      building.kill(signal)
      await building.ended
      return [during, kept().length]
    }
    expect(await killed("SIGINT")).toEqual([1, 0])
    expect(await killed("SIGKILL")).toEqual([1, 1])
    await gantry.build("after", "FROM base\nRUN echo after > /after\n")
    expect(kept()).toEqual([])
  })

  it("are listed by context ls, which says what decided", async () => {
    const directory = gantry.context({ ...files, ".dockerignore": "*\n!a\n" })
    expect(await gantry.ok("context", "ls", "-q", directory)).toBe("a")
    expect(await gantry.ok("context", "ls", "--why", "a", "--why", "b.log", "--why", "c", directory)).toBe(
      [
        `a: sent, taken back in by line 2 of ${directory}/.dockerignore: !a`,
        `b.log: left out by line 1 of ${directory}/.dockerignore: *`,
        `c: left out by line 1 of ${directory}/.dockerignore: *`
      ].join("\n")
    )
    const json = JSON.parse(await gantry.ok("context", "ls", "--json", directory))
    expect(json.entries).toMatchObject([{ path: "a", type: "file", size: 3 }])
  })

  it("have names with --build-context: directories and images, in the place of stages and of images", async () => {
    const other = gantry.context({ n: "named", "skip.log": "x", ".dockerignore": "*.log\n" })
    await gantry.build("replacement", "FROM base\nRUN echo replaced > /which\n")
    const directory = gantry.context({
      Dockerfile: `FROM example.org/nowhere:1 AS stage
FROM base AS maker
RUN exit 1
FROM other AS whole
FROM stage
COPY --from=other . /other/
COPY --from=maker /which /maker
COPY --from=whole /n /whole
RUN --mount=from=other,target=/m cat /m/n > /mounted
`
    })
    const image = "docker-image://replacement"
    const names = [`other=${other}`, `example.org/nowhere:1=${image}`, `maker=${image}`].flatMap((name) => [
      "--build-context",
      name
    ])
    await gantry.ok("build", "-t", "named", ...names, directory)
    expect(await gantry.ok("run", "--rm", "named", "cat", "/which", "/maker", "/whole", "/mounted")).toBe(
      "replaced\nreplaced\nnamednamed"
    )
    expect(await listed("named", "/other")).toEqual(["./.dockerignore", "./n"])
    writeFileSync(join(other, "n"), "changed")
    const again = await gantry.try("build", ...names, "--explain", directory)
    expect(again.stderr).toMatch(/COPY --from=other .*: n: content/)
    const wrong = await gantry.try("build", "--build-context", "x", directory)
    expect([wrong.status, wrong.stderr]).toEqual([125, expect.stringContaining("NAME=VALUE")])
  })

  it("give one key for the umasks 002 and 022 of a checkout", async () => {
    const directory = gantry.context({ ...files, ".git/HEAD": "ref: refs/heads/main\n" })
    const modes = (umask: number) => {
      for (const name of ["a", "Dockerfile"]) chmodSync(join(directory, name), 0o666 & ~umask)
      chmodSync(directory, 0o777 & ~umask)
    }
    modes(0o022)
    await gantry.ok("build", directory)
    modes(0o002)
    expect(cached((await gantry.try("build", directory)).stderr).map((step) => step.cached)).toEqual([true])
  })

  describe("from a web server", () => {
    let web: Web
    const served = join("/tmp", `gantry-web-${process.pid}`)
    beforeAll(async () => {
      mkdirSync(served, { recursive: true })
      web = await serveFolder(served)
    })
    afterAll(async () => {
      await web.close()
      execFileSync("rm", ["-rf", served])
    })

    it("are an archive or a Dockerfile", async () => {
      const directory = gantry.context(files)
      writeFileSync(join(served, "context.tgz"), gzipSync(tarOf(directory)))
      writeFileSync(join(served, "plain"), "FROM base\nLABEL from=web\n")
      await gantry.ok("build", "-t", "web", `${web.address}/context.tgz`)
      expect(await listed("web")).toEqual(["./.dockerignore", "./Dockerfile", "./a"])
      await gantry.ok("build", "-t", "webfile", `${web.address}/plain`)
      expect(await gantry.field("webfile", "{{.Config.Labels.from}}")).toBe("web")
      const none = await gantry.try("build", `${web.address}/none`)
      expect([none.status, none.stderr]).toEqual([1, expect.stringContaining("has no such file (404)")])
    })

    it("are added by URL: mode 0600, the server's time, the name of the address, and not unpacked", async () => {
      writeFileSync(join(served, "file"), "content\n")
      utimesSync(join(served, "file"), 1_000_000, 1_000_000)
      const directory = gantry.context({ inner: "inside" })
      writeFileSync(join(served, "packed.tar.gz"), gzipSync(tarOf(directory)))
      const text = `FROM base
ARG WHERE=${web.address}
ADD $WHERE/file /d/
ADD --chown=app --chmod=640 $WHERE/file?query=1 /renamed
ADD $WHERE/packed.tar.gz /kept/
ADD --unpack=true $WHERE/packed.tar.gz /unpacked/
`
      await gantry.build("added", text)
      expect(
        await gantry.ok(
          "run",
          "--rm",
          "added",
          "stat",
          "-c",
          "%a %u:%g %Y %n",
          "/d/file",
          "/renamed",
          "/kept/packed.tar.gz"
        )
      ).toMatch(/^600 0:0 1000000 \/d\/file\n640 1000:1000 1000000 \/renamed\n600 0:0 \d+ \/kept\/packed.tar.gz$/)
      expect(await gantry.ok("run", "--rm", "added", "cat", "/unpacked/inner")).toBe("inside")
      web.log.length = 0
      const again = await gantry.build("added", text)
      expect(cached(again.stderr).map((step) => step.cached)).toEqual([true, true, true, true])
      // Each address once, and nothing was sent.
      expect(web.log.toSorted()).toEqual(["GET /file 304", "GET /file 304", "GET /packed.tar.gz 304"])
      writeFileSync(join(served, "file"), "changed\n")
      const changed = await gantry.build("added", text)
      expect(cached(changed.stderr).map((step) => step.cached)).toEqual([false, false, false, false])
      const nameless = await gantry.try("build", gantry.context({ Dockerfile: `FROM base\nADD ${web.address}/ /d/\n` }))
      expect(nameless.status).toBe(1)
    })

    it("are held to --checksum, and need no server once they are here", async () => {
      writeFileSync(join(served, "sure"), "sure\n")
      const sum = execFileSync("sha256sum", [join(served, "sure")])
        .toString()
        .slice(0, 64)
      const text = (checksum: string) => `FROM base\nADD --checksum=sha256:${checksum} ${web.address}/sure /sure\n`
      const wrong = await gantry.try("build", gantry.context({ Dockerfile: text("0".repeat(64)) }))
      expect([wrong.status, wrong.stderr]).toEqual([1, expect.stringContaining(`its digest is sha256:${sum}`)])
      await gantry.build("sure", text(sum))
      renameSync(join(served, "sure"), join(served, "gone"))
      web.log.length = 0
      const { status } = await gantry.try("build", "--no-cache", gantry.context({ Dockerfile: text(sum) }))
      expect([status, web.log]).toEqual([0, []])
      // The same bytes at another address have that one's time, which has to be asked for unless the step is cached.
      writeFileSync(join(served, "moved"), "sure\n")
      utimesSync(join(served, "moved"), 2_000_000, 2_000_000)
      const moved = gantry.context({ Dockerfile: text(sum).replace("/sure /sure", "/moved /sure") })
      const away = await gantry.try("build", "--offline", "--no-cache", moved)
      expect([away.status, away.stderr]).toEqual([1, expect.stringContaining("--offline asks nobody for it")])
      await gantry.ok("build", "-t", "moved", moved)
      expect(await gantry.ok("run", "--rm", "moved", "stat", "-c", "%Y", "/sure")).toBe("2000000")
      expect((await gantry.try("build", "--offline", "--no-cache", moved)).status).toBe(0)
      const local = await gantry.try(
        "build",
        gantry.context({ Dockerfile: `FROM base\nADD --checksum=sha256:${sum} a /\n`, a: "" })
      )
      expect(local.stderr).toContain("--checksum is for one source that is a URL or a git repository")
    })
  })

  describe.skipIf(!hasGit)("from a git repository", () => {
    const home = join("/tmp", `gantry-git-${process.pid}`)
    const repository = join(home, "repo")
    let web: Web
    const git = (directory: string, ...args: ReadonlyArray<string>) =>
      execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@t", "-c", "protocol.file.allow=always", ...args], {
        cwd: directory,
        env: { PATH: process.env["PATH"], HOME: home, GIT_CONFIG_NOSYSTEM: "1" },
        stdio: ["ignore", "pipe", "pipe"]
      })
        .toString()
        .trim()
    const publish = (directory: string) => {
      git(home, "clone", "-q", "--bare", directory, `${directory}.git`)
      git(`${directory}.git`, "update-server-info")
    }
    beforeAll(async () => {
      mkdirSync(repository, { recursive: true })
      git(home, "init", "-q", "-b", "main", repository)
      for (const [name, content] of Object.entries(files)) writeFileSync(join(repository, name), content)
      mkdirSync(join(repository, "sub"))
      writeFileSync(join(repository, "sub/Dockerfile"), "FROM base\nCOPY . /x/\n")
      writeFileSync(join(repository, "tool"), "#!/bin/sh\n", { mode: 0o755 })
      symlinkSync("/etc", join(repository, "etc"))
      git(repository, "add", "-A")
      git(repository, "commit", "-q", "-m", "one")
      git(repository, "tag", "v1")
      writeFileSync(join(repository, "a"), "two")
      git(repository, "commit", "-qam", "two")
      git(repository, "tag", "-a", "-m", "x", "v2")
      publish(repository)
      web = await serveFolder(home)
    })
    afterAll(async () => {
      await web.close()
      execFileSync("rm", ["-rf", home])
    })
    const commit = (name: string) => git(repository, "rev-parse", `${name}^{commit}`)

    it("are those of a branch, a tag, a commit, and of a directory, minus what its ignore file leaves out", async () => {
      const at = `${web.address}/repo.git`
      const main = await gantry.try("build", "-t", "git", at)
      expect(main.stderr).toContain(
        `${at} at commit ${commit("main").slice(0, 12)}, without what .dockerignore leaves out`
      )
      expect(await gantry.ok("run", "--rm", "git", "cat", "/x/a")).toBe("two")
      expect(await listed("git")).toEqual(["./.dockerignore", "./Dockerfile", "./a", "./sub/Dockerfile", "./tool"])
      expect(await gantry.ok("run", "--rm", "git", "stat", "-c", "%a", "/x/tool", "/x/a", "/x/sub")).toBe(
        "755\n644\n755"
      )
      for (const ref of ["v1", commit("v1"), commit("v1").slice(0, 10)]) {
        await gantry.ok("build", "-t", "git1", `${at}#${ref}`)
        expect(await gantry.ok("run", "--rm", "git1", "cat", "/x/a")).toBe("one")
      }
      await gantry.ok("build", "-t", "gitsub", `file://${repository}.git#main:sub`)
      expect(await listed("gitsub")).toEqual(["./Dockerfile"])
      for (const [wrong, why] of [
        ["#nope", "nope"],
        ["#main:nope", 'no directory "nope"'],
        // A link of the repository leads to no directory of this machine.
        ["#main:etc", 'no directory "etc"'],
        ["#main:../..", "leads out of the repository"],
        ["#--upload-pack=id", "no branch, tag or commit"]
      ] as const) {
        const { status, stderr } = await gantry.try("build", `${at}${wrong}`)
        expect([status === 0, stderr]).toEqual([false, expect.stringContaining(why)])
      }
      expect(kept()).toEqual([])
    })

    it("keep .git when they are asked to", async () => {
      const build = ["build", "-t", "gitdir", "--build-arg", "BUILDKIT_CONTEXT_KEEP_GIT_DIR=1"]
      await gantry.ok(...build, `file://${repository}.git`)
      expect(await gantry.ok("run", "--rm", "gitdir", "cat", "/x/.git/HEAD")).toBe(commit("main"))
    })

    it("are known by their commit, whatever tag leads to it, unless the tag is copied as well", async () => {
      const at = `${web.address}/repo.git`
      const build = async (flags: string, ref: string) => {
        const directory = gantry.context({ Dockerfile: `FROM scratch\nADD ${flags} ${at}#${ref} /\n` })
        return stepsOf((await gantry.try("build", "-t", "tagged", directory)).stderr).map((step) => step.cached)
      }
      expect(await build("", commit("v2"))).toEqual([false])
      for (const ref of ["v2", "refs/tags/v2"]) expect(await build("", ref)).toEqual([true])
      const tag = git(repository, "rev-parse", "v2")
      expect(await build(`--checksum=${tag}`, "refs/tags/v2")).toEqual([false])
      expect(await build("--keep-git-dir", commit("v2"))).toEqual([false])
      expect(await build("--keep-git-dir", "refs/tags/v2")).toEqual([false])
    })

    it("have the same .git for the same commit, whatever server it is of and whenever it was fetched", async () => {
      const at = `${web.address}/repo.git`.replace("//", "//user:password@")
      const build = async (name: string, flags: string, address: string) => {
        const dest = join(gantry.scratch, name)
        const directory = gantry.context({ Dockerfile: `FROM scratch\nADD ${flags} ${address} /\n` })
        const epoch = ["--build-arg", "SOURCE_DATE_EPOCH=1700000000"]
        await gantry.ok(
          "build",
          "--no-cache",
          ...epoch,
          "-t",
          name,
          "-o",
          `type=local,dest=${dest}`,
          "-o",
          "type=image",
          directory
        )
        return dest
      }
      const first = await build("gitdir1", "--keep-git-dir", `${at}?tag=v2`)
      await build("gitdir2", "", `${at}?keep-git-dir=1&tag=v2`)
      expect(await gantry.field("gitdir2", "{{.RootFS}}")).toBe(await gantry.field("gitdir1", "{{.RootFS}}"))
      // A server that sends a part of the history, and packs it as it likes.
      const smart = join(gantry.scratch, "smart")
      const keep = ["--build-arg", "BUILDKIT_CONTEXT_KEEP_GIT_DIR=1"]
      const context = `repo=file://${repository}.git?tag=v2`
      const named = gantry.context({ Dockerfile: "FROM scratch\nCOPY --from=repo .git /.git/\n" })
      await gantry.ok("build", ...keep, "--build-context", context, "-o", `type=local,dest=${smart}`, named)
      expect(
        spawnSync("diff", ["-r", "-x", "config", join(first, ".git"), join(smart, ".git")]).stdout.toString()
      ).toBe("")
      const run = (...args: ReadonlyArray<string>) => git(first, "-c", `safe.directory=${first}`, ...args)
      expect([run("describe", "--dirty"), run("log", "--format=%s"), run("status", "--short"), run("fsck")]).toEqual([
        "v2",
        "two",
        "",
        ""
      ])
      expect(run("config", "remote.origin.url")).toBe(`${web.address}/repo.git`)
    })

    it("are those that the query of an address names", async () => {
      const at = `${web.address}/repo.git`
      const added = async (query: string) => {
        await gantry.build("gitquery", `FROM base\nADD ${at}?${query} /q/\n`)
        return gantry.ok("run", "--rm", "gitquery", "sh", "-c", "cd /q && cat a 2>/dev/null; ls -A")
      }
      expect(await added("tag=v1&subdir=sub")).toBe("Dockerfile")
      expect(await added(`ref=v1&checksum=${commit("v1").slice(0, 7)}`)).toMatch(/^one/)
      expect(await added(`commit=${commit("main")}`)).toMatch(/^two/)
      expect(await added("branch=main")).toMatch(/^two/)
      // The tag itself is as good as its commit.
      expect(await added(`tag=v2&checksum=${git(repository, "rev-parse", "v2")}`)).toMatch(/^two/)
      for (const [query, flags, why] of [
        ["branch=v1", "", 'no branch, tag or whole commit "refs/heads/v1"'],
        ["tag=v1&checksum=abcdef", "", "and its address says abcdef"],
        ["checksum=abcdef&tag=v1", "--checksum=abcdee", "--checksum says abcdee, and its own address abcdef"],
        ["keep-git-dir=0", "--keep-git-dir", "--keep-git-dir=true conflicts with keep-git-dir in its address"]
      ] as const) {
        const { status, stderr } = await gantry.tryWith(`FROM scratch\nADD ${flags} ${at}?${query} /\n`, "build", "-")
        expect([status, stderr]).toEqual([1, expect.stringContaining(why)])
      }
    })

    it("have submodules, which may be left out, and are none of this machine", async () => {
      const outer = join(home, "outer")
      git(home, "init", "-q", "-b", "main", outer)
      git(outer, "submodule", "--quiet", "add", `${repository}.git`, "vendor/lib")
      const modules = (url: string) =>
        git(outer, "config", "-f", ".gitmodules", "submodule.vendor/lib.url", url) + git(outer, "add", ".gitmodules")
      modules("../repo.git")
      git(outer, "commit", "-q", "-m", "x")
      publish(outer)
      const added = async (query: string) => {
        await gantry.build("gitmodules", `FROM base\nADD ${web.address}/outer.git${query} /q/\n`)
        return gantry.ok(
          "run",
          "--rm",
          "gitmodules",
          "sh",
          "-c",
          "cd /q/vendor/lib && ls -A | head -n 2; cat .git 2>/dev/null; true"
        )
      }
      expect(await added("")).toBe(".dockerignore\nDockerfile")
      expect(await added("?submodules=false")).toBe("")
      expect(await added("?keep-git-dir=1")).toBe(".dockerignore\n.git\ngitdir: ../../.git/modules/vendor/lib")
      modules(`file://${repository}.git`)
      git(outer, "commit", "-q", "-m", "y")
      git(`${outer}.git`, "fetch", "-q", outer, "main:main")
      git(`${outer}.git`, "update-server-info")
      const { status, stderr } = await gantry.tryWith(`FROM scratch\nADD ${web.address}/outer.git /\n`, "build", "-")
      expect([status, stderr]).toEqual([
        1,
        expect.stringContaining(`its submodule vendor/lib is file://${repository}.git, a repository of this machine`)
      ])
      expect(stderr).toContain(
        "try: make .gitmodules name an address that others reach, or leave submodules out with ?sub"
      )
    })

    it("leave no password of their addresses behind: not in what is shown, kept, shared or recorded", async () => {
      const password = "correct-horse"
      const at = `${web.address}/repo.git`.replace("//", `//user:${password}@`)
      const dockerfile = `FROM base
ARG MIRROR=https://user:${password}@mirror.example/x
ADD ${at}#v1 /v1
RUN echo "from $MIRROR and ${at}" && echo again
`
      const directory = gantry.context({ Dockerfile: dockerfile })
      const shared = join(gantry.scratch, "shared")
      const build = ["build", "-t", "login", "--explain", "--cache-to", `type=local,dest=${shared},mode=max`]
      const first = await gantry.try(...build, directory)
      expect([first.status, first.stderr]).toEqual([
        0,
        expect.stringContaining("from https://***@mirror.example/x and http")
      ])
      writeFileSync(join(directory, "Dockerfile"), dockerfile.replace(/x$/m, "y"))
      const second = await gantry.try(...build, directory)
      expect(second.stderr).toMatch(/ARG MIRROR: .*example\/x" → .*example\/y"/)
      writeFileSync(join(directory, "Dockerfile"), dockerfile.replace("again", "fails >&2; exit 3"))
      const failed = await gantry.try("build", directory)
      expect([failed.status, failed.stderr]).toEqual([1, expect.stringContaining("line 4")])
      const seen = [first, second, failed].map(({ stderr, stdout }) => stderr + stdout).join("\n")
      const history = await gantry.ok("history", "--no-trunc", "login")
      expect(history).toContain("MIRROR=https://***@mirror.example/y")
      const logs = await gantry.ok("build", "log")
      expect([seen, history, logs].filter((text) => text.includes(password))).toEqual([])
      const holding = spawnSync("grep", ["-rlaF", password, gantry.root, shared]).stdout.toString()
      expect(holding).toBe("")
    })

    it("are added, with their commit for a key", async () => {
      const at = `${web.address}/repo.git`
      const text = `FROM base
ADD ${at}#v2 /v2
ADD --keep-git-dir=true --checksum=${commit("v1").slice(0, 8)} ${at}#v1 /v1
ADD --exclude=*.log ${at}#main:/ /some
`
      await gantry.build("gitadd", text)
      expect(await gantry.ok("run", "--rm", "gitadd", "cat", "/v2/a", "/v1/a")).toBe("twoone")
      expect(
        await gantry.ok(
          "run",
          "--rm",
          "gitadd",
          "sh",
          "-c",
          "ls -A /v2 | grep -c git; ls -d /v1/.git; ls /some | grep -c log; true"
        )
      ).toBe("0\n/v1/.git\n0")
      const again = await gantry.build("gitadd", text)
      expect(cached(again.stderr).map((step) => step.cached)).toEqual([true, true, true])
      const wrong = await gantry.try(
        "build",
        gantry.context({ Dockerfile: `FROM base\nADD --checksum=abcdef ${at}#v1 /x\n` })
      )
      expect(wrong.stderr).toContain("and --checksum says abcdef")
    })

    it("use no keys that were not given, and no repository of this machine, when a Dockerfile names them", async () => {
      const tries = [
        ["git@127.0.0.1:x.git", "may use ssh keys that are given to it only"],
        [`file://${repository}.git`, "is not in the build context"],
        ["ext::sh -c id", "is not in the build context"]
      ] as const
      for (const [source, why] of tries) {
        const { status, stderr } = await gantry.try(
          "build",
          gantry.context({ Dockerfile: `FROM base\nADD ["${source}", "/x"]\n` })
        )
        expect([status, stderr]).toEqual([1, expect.stringContaining(why)])
      }
    })

    it("that are hostile execute nothing and fetch no repository of this machine", async () => {
      const evil = join(home, "evil")
      git(home, "init", "-q", "-b", "main", evil)
      const marked = join(home, "executed")
      const hook = `#!/bin/sh\ntouch ${marked}\n`
      writeFileSync(join(evil, "Dockerfile"), "FROM base\n")
      writeFileSync(join(evil, ".gitattributes"), "* filter=evil diff=evil\n")
      writeFileSync(join(evil, ".gitconfig"), `[filter "evil"]\n\tsmudge = touch ${marked}\n`)
      mkdirSync(join(evil, ".githooks"))
      writeFileSync(join(evil, ".githooks/post-checkout"), hook, { mode: 0o755 })
      git(evil, "add", "-A")
      git(evil, "commit", "-q", "-m", "x")
      publish(evil)
      cpSync(join(evil, ".githooks/post-checkout"), join(`${evil}.git`, "hooks/post-checkout"))
      await gantry.ok("build", `file://${evil}.git`)
      git(evil, "submodule", "--quiet", "add", `${repository}.git`, "module")
      git(evil, "commit", "-q", "-m", "y")
      git(`${evil}.git`, "fetch", "-q", evil, "main:main")
      const { status, stderr } = await gantry.try("build", `file://${evil}.git`)
      expect([status, stderr]).toEqual([
        1,
        expect.stringMatching(/its submodule module is .*repo.git, a repository of this machine/)
      ])
      expect(readdirSync(home)).not.toContain("executed")
    })
  })
})
