import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { expectNothingLeft, useGantry } from "./host/gantry.ts"
import { stepsOf } from "./host/progress.ts"
import { until } from "./host/until.ts"

describe("RUN --mount", () => {
  const gantry = useGantry()
  const cachedRuns = (stderr: string) =>
    stepsOf(stderr)
      .filter(({ instruction }) => instruction.startsWith("RUN"))
      .map(({ cached }) => cached)
  const expectNothingHeld = async () => {
    expect(readdirSync(join(gantry.root, "trees"))).toEqual([])
    await expectNothingLeft(gantry)
  }

  it("leaves nothing of any mount in the layer: no file, no place it was mounted on, no changed directory", async () => {
    const directory = gantry.context({
      Dockerfile: `FROM base AS maker
RUN mkdir -p /out/deep && echo made > /out/deep/file
FROM base
RUN rm -rf /home && mkdir /home
RUN find / -xdev | sort > /tmp/before; stat -c '%n %a %u %g %Y' /root /home /etc >> /tmp/before
RUN --mount=target=/ctx --mount=from=maker,source=/out,target=/home/a/out,rw --mount=type=cache,target=/root/.cache/tool \\
    --mount=type=tmpfs,target=/scratch/tmp --mount=type=secret,id=s,target=/etc/deep/secret --mount=type=secret,id=s \\
    test "$(cat /ctx/own)" = own && test "$(cat /home/a/out/deep/file)" = made && echo x > /home/a/out/deep/new && \\
    echo x > /root/.cache/tool/x && echo x > /scratch/tmp/x && test "$(wc -c < /etc/deep/secret)" = 13
RUN find / -xdev | sort > /tmp/after; stat -c '%n %a %u %g %Y' /root /home /etc >> /tmp/after
`,
      own: "own"
    })
    writeFileSync(join(gantry.scratch, "value"), "hidden-value\n")
    await gantry.ok("build", "-t", "clean", "--secret", "id=s,src=value", directory)
    const [before, after] = await Promise.all(
      ["before", "after"].map((name) => gantry.ok("run", "--rm", "clean", "cat", `/tmp/${name}`))
    )
    expect(after?.split("\n").filter((line) => line !== "/tmp/before" && line !== "/tmp/after")).toEqual(
      before?.split("\n").filter((line) => line !== "/tmp/before" && line !== "/tmp/after")
    )
  })

  it("shows the context without what is ignored, read-only unless asked, and as part of the key", async () => {
    const directory = gantry.context({
      Dockerfile: `FROM base
RUN --mount=target=/c ls -A /c > /list; ! touch /c/new; stat -c '%u %g %a' /c/sub/file > /owner
RUN --mount=target=/c,rw touch /c/new && rm /c/sub/file
RUN --mount=source=sub/file,target=/one cat /one > /copy
`,
      ".dockerignore": "secret\n",
      "sub/file": "1",
      secret: "s"
    })
    await gantry.ok("build", "-t", "seen", directory)
    expect((await gantry.ok("run", "--rm", "seen", "cat", "/list")).split("\n")).not.toContain("secret")
    expect(await gantry.ok("run", "--rm", "seen", "cat", "/owner", "/copy")).toBe("0 0 644\n1")
    expect(existsSync(join(directory, "new"))).toBe(false)
    expect(existsSync(join(directory, "sub/file"))).toBe(true)
    writeFileSync(join(directory, "secret"), "changed and ignored")
    expect(cachedRuns((await gantry.try("build", directory)).stderr)).toEqual([true, true, true])
    writeFileSync(join(directory, "sub/file"), "2")
    const { stderr } = await gantry.try("build", "--explain", directory)
    expect(cachedRuns(stderr)).toEqual([false, false, false])
    expect(stderr).toMatch(/sub\/file: content/)
  })

  it("runs again when the stage that it mounts is another", async () => {
    const file = (made: string) => `FROM base AS maker
RUN echo ${made} > /made
FROM base
RUN --mount=from=maker,target=/m cat /m/made > /copy
`
    const directory = gantry.context({ Dockerfile: file("one") })
    await gantry.ok("build", "-t", "from", directory)
    writeFileSync(join(directory, "Dockerfile"), file("two"))
    await gantry.ok("build", "-t", "from", directory)
    expect(await gantry.ok("run", "--rm", "from", "cat", "/copy")).toBe("two")
  })

  it("keeps a cache from build to build, by id, outside of every key", async () => {
    const directory = gantry.context({
      Dockerfile: `FROM base
ARG N
RUN --mount=type=cache,id=shared,target=/c,mode=0700,uid=1000 stat -c '%a %u' /c; echo $N >> /c/all; cat /c/all > /seen
`
    })
    const seen = async (n: number) => {
      await gantry.ok("build", "-t", "kept", "--build-arg", `N=${n}`, directory)
      return gantry.ok("run", "--rm", "kept", "cat", "/seen")
    }
    expect(await seen(1)).toBe("1")
    expect(await seen(2)).toBe("1\n2")
    expect(await seen(1)).toBe("1")
    const usage = await gantry.ok("system", "df", "-v")
    expect(usage).toMatch(/shared +\d/)
    expect(readdirSync(join(gantry.root, "cache-mounts"))).toContain("shared")
    await gantry.ok("builder", "prune", "-af")
    expect(existsSync(join(gantry.root, "cache-mounts", "shared"))).toBe(false)
    expect(await seen(3)).toBe("3")
  })

  it("begins a new cache with what its source has, a stage or a context with a name, and another one with another source", async () => {
    const seeded = (seed: string) => `FROM base AS seeds
RUN mkdir /s && echo ${seed} > /s/file
FROM base
RUN --mount=type=cache,from=seeds,source=/s,target=/c cat /c/file > /seen; echo used > /c/file
RUN --mount=type=cache,from=files,target=/c,mode=0750,uid=7 cat /c/d/file >> /seen; stat -c '%a %u' /c >> /seen; rm /c/d/file
`
    const files = gantry.context({ "d/file": "one\n" })
    const seen = async (seed: string) => {
      const directory = gantry.context({ Dockerfile: seeded(seed) })
      await gantry.ok("build", "-t", "seeded", "--build-context", `files=${files}`, directory)
      return gantry.ok("run", "--rm", "seeded", "cat", "/seen")
    }
    expect(await seen("seed")).toBe("seed\none\n750 7")
    writeFileSync(join(files, "d/file"), "two\n")
    expect(await seen("other")).toBe("other\ntwo\n750 7")
  })

  it("lets builds use a locked cache one after the other", async () => {
    const text = (which: string) => `FROM base
RUN --mount=type=cache,id=lock,target=/c,sharing=locked \\
    ! test -e /c/busy && touch /c/busy && sleep 0.3 && rm /c/busy && echo ${which}
`
    const builds = ["a", "b", "c"].map((which) => gantry.try("build", gantry.context({ Dockerfile: text(which) })))
    expect((await Promise.all(builds)).map(({ status }) => status)).toEqual([0, 0, 0])
  })

  it("gives each of two builds at once a private cache of its own", async () => {
    const text = (which: string) => `FROM base
RUN --mount=type=cache,id=priv,target=/c,sharing=private \\
    ! test -e /c/busy && touch /c/busy && sleep 0.5 && rm /c/busy && echo ${which}
`
    const builds = ["a", "b"].map((which) => gantry.try("build", gantry.context({ Dockerfile: text(which) })))
    expect((await Promise.all(builds)).map(({ status }) => status)).toEqual([0, 0])
  })

  it("warns when a cache without an id was last used on another base", async () => {
    const busybox = readFileSync("/bin/busybox")
    const other = `FROM scratch
COPY more /more
COPY --chmod=755 busybox /bin/busybox
RUN ["/bin/busybox","--install","-s","/bin"]
`
    await gantry.build("other", other, { busybox, more: "" })
    const warned = async (base: string, mount: string) => {
      const text = `FROM ${base}\nRUN --mount=type=cache,${mount} true\n`
      return /last used on another base/.test((await gantry.build("warned", text)).stderr)
    }
    expect(await warned("base", "target=/w")).toBe(false)
    expect(await warned("other", "target=/w")).toBe(true)
    expect(await warned("base", "target=/v,id=named")).toBe(false)
    expect(await warned("other", "target=/v,id=named")).toBe(false)
  })

  it("limits memory mounts and follows links of the image inside of it only", async () => {
    const directory = gantry.context({
      Dockerfile: `FROM base
RUN mkdir /real && ln -s /real /link && ln -s ../../../../etc /up
RUN --mount=type=tmpfs,target=/link/t,size=64k ! dd if=/dev/zero of=/real/t/big bs=1k count=100 2>/dev/null
RUN --mount=type=tmpfs,target=/up/t mount | grep -q ' /etc/t '
`
    })
    const { status, stderr } = await gantry.try("build", directory)
    expect(stderr).not.toMatch(/ERROR/)
    expect(status).toBe(0)
  })

  it("refuses what cannot be mounted, with its place", async () => {
    for (const [mount, problem] of [
      ["target=/", /take the place of the root/],
      ["target=/a --mount=target=/a", /two mounts have the target/],
      ["from=base,source=/nowhere,target=/x", /\/nowhere is not in what is mounted/],
      ["source=nowhere,target=/x", /nowhere/],
      ["type=secret,id=gone,required=true", /there is no secret gone/]
    ] as const) {
      const directory = gantry.context({ Dockerfile: `FROM base\nRUN --mount=${mount} true\n` })
      const { status, stderr } = await gantry.try("build", directory)
      expect(stderr).toMatch(problem)
      expect(status).toBe(1)
    }
  })

  it("gives everything back when the build is killed in the middle of a command", async () => {
    const directory = gantry.context({
      Dockerfile: `FROM base AS maker
RUN echo x > /x
FROM base
RUN --mount=target=/c --mount=from=maker,target=/m,rw --mount=type=cache,id=k,target=/k,sharing=locked \\
    --mount=type=tmpfs,target=/t --mount=type=secret,id=s echo begun && sleep 1000
`
    })
    writeFileSync(join(gantry.scratch, "kept-secret"), "never-on-a-disk")
    for (const signal of ["SIGINT", "SIGKILL"] as const) {
      const build = gantry.start("build", "--progress", "plain", "--secret", "id=s,src=kept-secret", directory)
      await until("the command", () => build.stderr().includes("begun\n"))
      build.kill(signal)
      await build.ended
      // Who is asked to end gives everything back; what a killed one held, the next build takes away.
      if (signal === "SIGINT") await expectNothingHeld()
      // The lock went with the process: the same cache can be had at once.
      const again = gantry.context({
        Dockerfile: `FROM base\nRUN --mount=type=cache,id=k,target=/k,sharing=locked echo ${signal}\n`
      })
      expect((await gantry.try("build", again)).status).toBe(0)
    }
    await expectNothingHeld()
  })
})
