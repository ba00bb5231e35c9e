import { createHash, randomBytes } from "node:crypto"
import { describe, expect, it } from "vitest"
import { useGantry } from "./host/gantry.ts"
import { startProcess } from "./host/started.ts"

describe("a container in the foreground", () => {
  const gantry = useGantry()

  it("passes standard input through, byte for byte", async () => {
    const bytes = randomBytes(1024 * 1024)
    const outcome = await gantry.tryWith(bytes, "run", "--rm", "-i", "base", "cat")
    expect(outcome.status).toBe(0)
    expect(outcome.bytes.length).toBe(bytes.length)
    expect(createHash("sha256").update(outcome.bytes).digest("hex")).toBe(
      createHash("sha256").update(bytes).digest("hex")
    )
  })

  it("answers while its standard input is open, and ends after its input does", async () => {
    const cat = gantry.start("run", "--rm", "-i", "base", "cat")
    cat.write("one\n")
    await cat.says(/one\n/)
    cat.write("two\n")
    await cat.says(/two\n/)
    cat.end()
    expect((await cat.ended).status).toBe(0)
  })

  it("gives the command no input without -i", async () => {
    const outcome = await gantry.tryWith("not for you", "run", "--rm", "base", "sh", "-c", "cat; echo end")
    expect([outcome.status, outcome.stdout]).toEqual([0, "end\n"])
  })

  it("keeps standard output and standard error apart", async () => {
    const outcome = await gantry.try("run", "--rm", "base", "sh", "-c", "echo out; echo err >&2; printf 'no end'")
    expect([outcome.stdout, outcome.stderr]).toEqual(["out\nno end", "err\n"])
  })

  it.each(["run --rm base echo hi", "--help", "run --help", "version", "doctor", "completion bash", "export full"])(
    "ends with a reason where the output of %s finds no room",
    async (words) => {
      if (words.startsWith("export")) await gantry.ok("create", "--name", "full", "base")
      const lines = `exec "$0" ${words} >/dev/full`
      const { status, stderr } = await startProcess(["sh", "-c", lines, ...gantry.command], { env: gantry.env }).ended
      expect([status, stderr]).toEqual([
        1,
        "gantry: standard output cannot be written\n  why: no space left on device\n  try: send it where there is room\n"
      ])
    }
  )

  it("ends as it would where nobody can be told what is wrong", async () => {
    const silent = `exec "$0" ps --nope 2>/dev/full`
    expect((await startProcess(["sh", "-c", silent, ...gantry.command], { env: gantry.env }).ended).status).toBe(125)
  })

  it("does not lose output of a command that writes much and ends at once", async () => {
    const outcome = await gantry.try(
      "run",
      "--rm",
      "base",
      "sh",
      "-c",
      "dd if=/dev/zero bs=1048576 count=8 2>/dev/null; echo last"
    )
    expect(outcome.bytes.length).toBe(8 * 1024 * 1024 + 5)
    expect(outcome.stdout.endsWith("last\n")).toBe(true)
  })

  it.each([
    ["0 when the command succeeds", ["base", "true"], 0],
    ["the command's own status", ["base", "sh", "-c", "exit 3"], 3],
    ["125 for an option that does not exist", ["--nonsense", "base", "true"], 125],
    ["125 for an image that does not exist", ["nosuchimage", "true"], 125],
    ["126 for a command that cannot be executed", ["base", "/etc/passwd"], 126],
    ["126 for a directory", ["base", "/etc"], 126],
    ["127 for a command that does not exist", ["base", "nosuchcommand"], 127],
    ["127 for a path that does not exist", ["base", "/no/such/command"], 127],
    // A first process cannot kill itself: these do it to another one.
    ["137 when the command is killed", ["base", "sh", "-c", "sh -c 'kill -9 $$'; exit $?"], 137],
    ["143 when the command ends by SIGTERM", ["base", "sh", "-c", "sh -c 'kill -TERM $$'; exit $?"], 143]
  ] as const)("ends with %s", async (_, args, status) => {
    const outcome = await gantry.try("run", "--rm", ...args)
    // Only what gantry itself has to say comes from gantry; of an image that is missing here, docker's own line comes first.
    const words = status >= 125 && status < 128 ? /^(Unable to find image '\S+' locally\n)?gantry: / : /^(?!gantry: )/
    expect(outcome).toMatchObject({ status, stderr: expect.stringMatching(words) })
  })

  it("keeps a container that could not start, unless --rm was given", async () => {
    await gantry.try("run", "--rm", "base", "nosuch")
    expect(await gantry.ok("ps", "-aq")).toBe("")
    await gantry.try("run", "--name", "kept", "base", "nosuch")
    expect(await gantry.ok("ps", "-a", "--format", "{{.Names}} {{.State}}")).toBe("kept created")
  })

  it("passes signals on to the command", async () => {
    const run = gantry.start(
      "run",
      "--rm",
      "base",
      "sh",
      "-c",
      "trap 'echo asked; exit 5' TERM; echo ready; while :; do sleep 1 & wait $!; done"
    )
    await run.says(/ready/)
    run.kill("SIGTERM")
    const outcome = await run.ended
    expect([outcome.status, outcome.stdout]).toEqual([5, "ready\nasked\n"])
  })

  it("passes on signals that do not end anything", async () => {
    const run = gantry.start(
      "run",
      "--rm",
      "base",
      "sh",
      "-c",
      "trap 'echo usr' USR1; trap 'exit 6' INT; echo ready; while :; do sleep 1 & wait $!; done"
    )
    await run.says(/ready/)
    run.kill("SIGUSR1")
    await run.says(/usr/)
    run.kill("SIGINT")
    expect((await run.ended).status).toBe(6)
  })

  it("says how to end a command that goes on after the third Ctrl-C", async () => {
    const going = "trap 'echo heard' INT; echo ready; while :; do sleep 1 & wait $!; done"
    const run = gantry.start("run", "--rm", "--name", "going", "base", "sh", "-c", going)
    await run.says(/ready/)
    for (const count of [1, 2, 3]) {
      expect(run.stderr()).toBe("")
      run.kill("SIGINT")
      await run.says(new RegExp(`(?:heard\n){${count}}`))
    }
    await run.says(/going goes on after SIGINT\n {2}try: gantry kill going/, "stderr")
    await gantry.ok("kill", "going")
    expect((await run.ended).status).toBe(137)
  })

  it("with --rm leaves no container, not even for a moment after its end", async () => {
    await gantry.ok("run", "--rm", "base", "sh", "-c", "echo x > /file")
    expect(await gantry.ok("ps", "-aq")).toBe("")
  })

  it("without --rm stays, with its exit status", async () => {
    await gantry.try("run", "--name", "stays", "base", "sh", "-c", "exit 9")
    expect(await gantry.ok("ps", "-a", "--format", "{{.Names}} {{.Status}}")).toMatch(/^stays Exited \(9\) /)
  })

  it("with -it wants a terminal as standard input", async () => {
    const outcome = await gantry.try("run", "--rm", "-it", "base", "true")
    expect(outcome.status).toBe(1)
    expect(outcome.stderr).toContain("the input device is not a TTY")
    expect(await gantry.ok("ps", "-aq")).toBe("")
  })

  it("with -t alone has a terminal, which joins its two outputs", async () => {
    const outcome = await gantry.try("run", "--rm", "-t", "base", "sh", "-c", "tty; echo err >&2")
    expect(outcome.status).toBe(0)
    expect(outcome.stdout).toMatch(/^\/dev\/(pts\/0|console)\r\nerr\r\n$/)
    expect(outcome.stderr).toBe("")
  })
})
