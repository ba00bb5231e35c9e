import { symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { expectNothingLeft, useGantry } from "./host/gantry.ts"

describe("bad input", () => {
  const gantry = useGantry()
  const build = (dockerfile: string, files = {}) =>
    gantry.try("build", gantry.context({ Dockerfile: dockerfile, ...files }))

  it("of an unknown option names it and the nearest one", async () => {
    const { status, stderr, stdout } = await gantry.try("run", "--detatch", "base")
    expect([status, stdout]).toEqual([125, ""])
    expect(stderr).toContain("--detatch")
    expect(stderr).toContain("--detach")
  })

  it("of an unknown command names the nearest one", async () => {
    const { status, stderr } = await gantry.try("biuld", ".")
    expect(status).toBe(1)
    expect(stderr).toMatch(/biuld[\s\S]*build/)
  })

  it("of a missing operand tells the usage", async () => {
    const { status, stderr } = await gantry.try("run")
    expect(status).not.toBe(0)
    expect(stderr).toContain("Usage:")
  })

  it("in a Dockerfile is shown with line, column and a suggestion", async () => {
    const { status, stderr } = await build("FROM base\n\nRUM echo hello\n")
    expect(status).not.toBe(0)
    expect(stderr).toMatch(/Dockerfile:3:1/)
    expect(stderr).toContain("RUM echo hello")
    expect(stderr).toMatch(/did you mean RUN/i)
  })

  it("of several kinds in a Dockerfile is shown all at once", async () => {
    const { stderr } = await build("FROM base\nRUM x\nCOPY one\nEXPOSE ninety\n")
    expect(stderr).toMatch(/:2:/)
    expect(stderr).toMatch(/:3:/)
    expect(stderr).toMatch(/:4:/)
  })

  it("of an unknown flag of an instruction names it", async () => {
    const { status, stderr } = await build("FROM base\nCOPY --chowm=app a /\n", { a: "" })
    expect(status).not.toBe(0)
    expect(stderr).toMatch(/:2:\d+/)
    expect(stderr).toMatch(/chowm[\s\S]*chown/)
  })

  it("of COPY without its file says where it looked and what is near", async () => {
    const { status, stderr } = await build("FROM base\nCOPY maim.ts /app/\n", { "main.ts": "" })
    expect(status).not.toBe(0)
    expect(stderr).toContain("maim.ts")
    expect(stderr).toMatch(/did you mean main\.ts/)
    await expectNothingLeft(gantry)
  })

  it("of COPY --from a stage that does not exist is an error before anything runs", async () => {
    const { status, stderr } = await build(
      "FROM base AS maker\nRUN echo $((40 + 2))\nFROM base\nCOPY --from=makre /x /\n"
    )
    expect(status).not.toBe(0)
    expect(stderr).toContain("makre")
    expect(stderr).not.toMatch(/ 42$/m)
  })

  it("of a command that the image lacks fails the RUN with its status and line", async () => {
    const { status, stderr } = await build("FROM base\nRUN nosuchcommand --now\n")
    expect(status).not.toBe(0)
    expect(stderr).toContain("nosuchcommand: not found")
    expect(stderr).toMatch(/127/)
    expect(stderr).toMatch(/line 2/)
    const exec = await build('FROM base\nRUN ["/no/such", "x"]\n')
    expect(exec.status).not.toBe(0)
    expect(exec.stderr).toContain("/no/such")
    await expectNothingLeft(gantry)
  })

  it("of a failing RUN keeps the steps before it, and makes no image", async () => {
    const { status, stderr } = await gantry.try(
      "build",
      "-t",
      "never",
      gantry.context({ Dockerfile: "FROM base\nRUN echo a > /a\nRUN echo told; exit 3\n" })
    )
    expect(status).not.toBe(0)
    expect(stderr).toMatch(/^#3 [\d.]+ told$/m)
    expect(stderr).toMatch(/^#3 ERROR: .*\b3$/m)
    expect((await gantry.try("inspect", "never")).status).toBe(1)
    const again = await build("FROM base\nRUN echo a > /a\nRUN true\n")
    expect(again.stderr).toMatch(/#2 CACHED/)
  })

  it("of a Dockerfile that is not there names it", async () => {
    const { status, stderr } = await gantry.try("build", gantry.context({ "other.txt": "" }))
    expect(status).not.toBe(0)
    expect(stderr).toContain("Dockerfile")
    const named = await gantry.try("build", "-f", "/no/Such", gantry.context({ Dockerfile: "FROM base" }))
    expect(named.stderr).toContain("/no/Such")
  })

  it("of an empty Dockerfile, or one without FROM, says so", async () => {
    expect((await build("")).stderr).toMatch(/empty|FROM/)
    const { status, stderr } = await build("RUN true\n")
    expect(status).not.toBe(0)
    expect(stderr).toMatch(/FROM/)
  })

  it("of a context that is not there names it", async () => {
    const { status, stderr } = await gantry.try("build", "/no/such/context")
    expect(status).toBe(1)
    expect(stderr).toContain("/no/such/context")
  })

  it("of an unknown image names it and what is near", async () => {
    const { status, stderr } = await gantry.try("run", "basee", "true")
    expect(status).toBe(125)
    expect(stderr).toMatch(/no such image: basee[\s\S]*\bbase\?/)
    const from = await build("FROM nosuchbase:9\n")
    expect(from.status).not.toBe(0)
    expect(from.stderr).toContain("nosuchbase:9")
  })

  it("of a malformed image name is refused", async () => {
    expect((await gantry.try("run", "UPPER/Case", "true")).status).toBe(125)
    expect((await gantry.try("build", "-t", "bad name", gantry.context({ Dockerfile: "FROM base" }))).status).not.toBe(
      0
    )
  })

  it("of an unknown container names it and what is near", async () => {
    await gantry.ok("create", "--name", "webserver", "base")
    for (const verb of ["start", "stop", "logs", "kill", "rm", "wait"]) {
      const { status, stderr } = await gantry.try(verb, "websever")
      expect({ verb, status }).toEqual({ verb, status: 1 })
      expect(stderr).toMatch(/websever[\s\S]*webserver/)
    }
  })

  it("of one name among several does not stop the others", async () => {
    await gantry.ok("create", "--name", "first", "base")
    await gantry.ok("create", "--name", "third", "base")
    const { status, stderr, stdout } = await gantry.try("rm", "first", "second", "third")
    expect(status).toBe(1)
    expect(stdout).toBe("first\nthird\n")
    expect(stderr).toContain("second")
  })

  it("of `exec` in a container that does not run says so", async () => {
    await gantry.ok("create", "--name", "idle", "base")
    const { status, stderr } = await gantry.try("exec", "idle", "true")
    expect(status).not.toBe(0)
    expect(stderr).toMatch(/not running/)
  })

  it("of a file in the place of the directory for sockets is said in a line, whoever meets it", async () => {
    const file = join(gantry.scratch, "taken")
    writeFileSync(file, "")
    const { status, stderr } = await gantry.try("--run", file, "run", "--name", "nowhere", "base", "true")
    expect([status, stderr]).toEqual([125, expect.stringContaining(`EEXIST: file already exists, mkdir '${file}'`)])
    expect(stderr.trimEnd().split("\n").length).toBeLessThan(5)
    await gantry.try("rm", "-f", "nowhere")
  })

  it("of COPY that points outside the context stays inside", async () => {
    const { status, stderr } = await build("FROM base\nCOPY ../../../etc/shadow /stolen\n")
    expect(status).not.toBe(0)
    expect(stderr).toContain("etc/shadow")
    const link = gantry.context({ Dockerfile: "FROM base\nCOPY . /ctx\nRUN cat /ctx/out/shadow && exit 0 || true\n" })
    symlinkSync("/etc", `${link}/out`)
    const linked = await gantry.try("build", "-t", "linked", link)
    expect(linked).toMatchObject({ status: 0 })
    // The link is copied as a link.
    expect(await gantry.ok("run", "--rm", "linked", "readlink", "/ctx/out")).toBe("/etc")
  })
})
