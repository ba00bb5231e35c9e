import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { useGantry } from "./host/gantry.ts"
import { inTerminal } from "./host/terminal.ts"
import { until } from "./host/until.ts"

describe("a build that fails", () => {
  const gantry = useGantry()
  const failing = `FROM base AS first
RUN echo all is well
FROM first
RUN for i in $(seq 1 60); do echo line $i; done && \\
    echo last words >&2 && \\
    exit 9
CMD never
`

  it("shows the last lines, the place in the Dockerfile and the exit code, and keeps every line", async () => {
    const directory = gantry.context({ Dockerfile: failing })
    const { status, stderr } = await gantry.try("build", "--progress", "quiet", "-t", "never", directory)
    expect(status).toBe(1)
    expect(stderr).toMatch(/> \[stage-1 2\/3\] RUN for i/)
    expect(stderr).toContain("\nlast words\n")
    expect(stderr).not.toContain("line 3\n")
    expect(stderr).toMatch(/Dockerfile:4\n-+\n 2 \| {5}RUN echo all is well\n 3 \| {5}FROM first\n 4 \| >>> RUN for/)
    expect(stderr).toContain(" 6 | >>>     exit 9\n 7 |     CMD never\n")
    expect(stderr).toMatch(/exit code: 9/)
    const [id = ""] = (await gantry.ok("build", "history", "-q")).split("\n")
    expect(stderr).toContain(`gantry build log ${id}`)
    const step = JSON.parse(await gantry.ok("build", "log", "--json", id)).steps.find(
      ({ how }: { readonly how: string }) => how === "failed"
    )
    const lines = (await gantry.ok("build", "log", id, `${step.index}`)).split("\n")
    expect(lines).toEqual([...Array.from({ length: 60 }, (_, at) => `line ${at + 1}`), "last words"])
    expect(await gantry.ok("build", "history", "--format", "{{.Status}} {{.Names}}")).toMatch(/^failed never:latest/)
  })

  it("was killed, and what it had written until then is kept", async () => {
    const directory = gantry.context({ Dockerfile: "FROM base\nRUN echo before && sleep 1000\n" })
    const build = gantry.start("build", directory)
    // Not the instruction, which has the same word in it.
    await until("the command", () => /\d before\n/.test(build.stderr()))
    build.kill("SIGKILL")
    await build.ended
    expect(await gantry.ok("build", "history", "--format", "{{.Status}}")).toMatch(/^stopped/)
    expect(await gantry.ok("build", "log", "2")).toBe("before")
    expect((await gantry.try("build", "log", "nothing-like-it")).status).toBe(1)
    // The next build takes away what the killed one left.
    await gantry.build("sweeps", "FROM base\nRUN true\n")
  })

  it("opens a shell in what the command left, with its mounts, variables, directory and user", async () => {
    mkdirSync(join(gantry.scratch, "sh"), { recursive: true })
    writeFileSync(join(gantry.scratch, "sh", "secret"), "shell-secret")
    const directory = gantry.context({
      Dockerfile: `FROM base
ENV GREETING=hello
WORKDIR /home/app
USER app
RUN --mount=target=/ctx --mount=type=secret,id=s,uid=1000 --mount=type=cache,target=/c,uid=1000 \\
    echo partial > made && echo kept > /c/kept && exit 4
`,
      here: "context"
    })
    const typed =
      "cat made /ctx/here /run/secrets/s /c/kept; echo; echo $GREETING $(pwd) $(id -u); touch mine; exit 3\n"
    const secret = ["--secret", `id=s,src=${join(gantry.scratch, "sh", "secret")}`]
    const after = await gantry.tryWith(typed, "build", "--on-error=shell", ...secret, directory)
    expect(after.status).toBe(1)
    expect(after.stdout).toBe("partial\ncontextshell-secretkept\n\nhello /home/app 1000\n")
    expect(after.stderr).toMatch(/exit code: 4/)
    expect(after.stderr).not.toContain("[+] Building")
    expect(readdirSync(join(gantry.root, "trees"))).toEqual([])
    const before = await gantry.tryWith("ls; pwd\n", "build", "--on-error=shell-before", ...secret, directory)
    expect(before.stdout).toBe("/home/app\n")
    // Nothing of the shell is in a later build.
    const fixed = gantry.context({ Dockerfile: "FROM base\nRUN ! test -e /home/app/mine\n" })
    expect((await gantry.try("build", fixed)).status).toBe(0)
  })

  it("opens that shell in a terminal, which is as before afterwards", async () => {
    const directory = gantry.context({ Dockerfile: "FROM base\nRUN touch /made && exit 4\n" })
    const build = inTerminal(gantry, "build", "--on-error=shell", directory)
    await build.says(/thrown away/)
    await build.says(/\/ # /)
    build.write("ls /made; tty; exit\r")
    const { status, stdout } = await build.ended
    expect(stdout).toMatch(/\/dev\/(?:pts\/0|console)/)
    expect(stdout).toMatch(/build step failed/)
    expect(status).toBe(1)
    expect(readdirSync(join(gantry.root, "trees"))).toEqual([])
  })

  it("says when there is no shell to open, and when input is taken", async () => {
    const directory = gantry.context({ Dockerfile: "FROM base\nRUN rm -f /bin/sh && exit 2\n" })
    const { status, stderr } = await gantry.try("build", "--on-error=shell", directory)
    expect(stderr).toMatch(/no shell: .*\/bin\/sh/)
    expect(status).toBe(1)
    expect((await gantry.tryWith("FROM base\n", "build", "--on-error=shell", "-")).status).toBe(125)
    expect((await gantry.try("build", "--on-error=nothing", directory)).status).toBe(125)
  })

  it("keeps that shell open when another stage fails meanwhile", async () => {
    const directory = gantry.context({
      Dockerfile: `FROM base AS one
RUN echo left > /made && exit 4
FROM base AS two
RUN sleep 1
COPY --from=base /nothing /
FROM base
COPY --from=one /made /
COPY --from=two /nothing /
`
    })
    const build = gantry.start("build", "--progress", "plain", "--on-error=shell", directory)
    build.write("echo in-$((40+2))\n")
    await until("the shell", () => build.stdout().includes("in-42"))
    // What follows that step is a matter of milliseconds.
    await until("the other stage", async () => (await gantry.ok("builder", "du", "-v")).includes("RUN sleep 1"))
    build.write("cat /made; exit\n")
    const { status, stderr, stdout } = await build.ended
    expect(stdout).toBe("in-42\nleft\n")
    expect(stderr).toMatch(/ERROR: \/nothing is not in the tree/)
    expect(status).toBe(1)
  })

  it("leaves nothing when it is killed while the shell is open", async () => {
    const directory = gantry.context({ Dockerfile: "FROM base\nRUN touch /made && exit 4\n" })
    const build = gantry.start("build", "--on-error=shell", directory)
    build.write("echo in-$((40+2)); sleep 1000\n")
    await until("the shell", () => build.stdout().includes("in-42"))
    build.kill("SIGKILL")
    await build.ended
    expect((await gantry.try("build", gantry.context({ Dockerfile: "FROM base\nRUN echo sweeps\n" }))).status).toBe(0)
    expect(existsSync(gantry.root)).toBe(true)
    expect(readdirSync(join(gantry.root, "trees"))).toEqual([])
  })

  it("gives commands the host names, the memory and the limits that are asked for", async () => {
    const directory = gantry.context({
      Dockerfile: `FROM base
RUN grep -q '^10.1.2.3.*registry.test' /etc/hosts && test "$(ulimit -n)" = 333 && df -k /dev/shm | grep -q ' 4096 '
`
    })
    const options = ["--add-host", "registry.test:10.1.2.3", "--ulimit", "nofile=333", "--shm-size", "4m", "-m", "64m"]
    expect((await gantry.try("build", ...options, directory)).status).toBe(0)
    expect((await gantry.try("build", directory)).status).toBe(1)
    const greedy = gantry.context({
      Dockerfile:
        "FROM base\nRUN dd if=/dev/zero of=/dev/shm/x bs=1M count=60 && dd if=/dev/zero bs=50M count=1 of=/dev/null\n"
    })
    const { status, stderr } = await gantry.try("build", "--shm-size", "128m", "-m", "32m", greedy)
    expect(status).toBe(1)
    expect(stderr).toMatch(/exit code: 137|out of memory|Killed/)
  })
})
