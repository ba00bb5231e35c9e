import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { useGantry } from "./host/gantry.ts"
import { inTerminal } from "./host/terminal.ts"

const escape = "\u001b"
const painted = new RegExp(`${escape}\\[\\d*m`)
const pieces = new RegExp(`${escape}\\[(\\d*)([A-Za-z])|\\r\\n|\\r|\\n|[^${escape}\\r\\n]+`, "g")

/** What a terminal of so many columns shows after these bytes, of which it knows only what a redrawn region uses. */
const screenOf = (written: string, columns: number): ReadonlyArray<string> => {
  const rows: Array<string> = [""]
  let row = 0
  // A line that is as long as the screen is wide does not wrap before its next character.
  for (const [text, count = "", letter = ""] of written.matchAll(pieces)) {
    if (letter === "A") row = Math.max(0, row - Number(count || "1"))
    else if (letter === "J") rows.splice(row, Infinity, "")
    else if (text.endsWith("\n")) {
      row++
      rows[row] ??= ""
    } else if (letter === "" && text !== "\r") {
      let rest = (rows[row] ?? "") + text
      for (; rest.length > columns; row++) {
        rows[row] = rest.slice(0, columns)
        rest = rest.slice(columns)
      }
      rows[row] = rest
    }
  }
  return rows.filter((line) => line !== "")
}

describe("progress of a build", () => {
  const gantry = useGantry()
  const linesOf = (stderr: string) =>
    stderr
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line))

  it("is nothing but JSON when programs ask for it, also of what goes wrong", async () => {
    const directory = gantry.context({
      Dockerfile: "FROM base\nRUN echo out; echo äöü >&2\nCMD x\nRUN true\n"
    })
    const good = await gantry.try("build", "--progress", "rawjson", "--explain", "-t", "raw", directory)
    expect(good).toMatchObject({ status: 0, stdout: "" })
    const lines = linesOf(good.stderr)
    expect(lines.every(({ at }) => !Number.isNaN(Date.parse(at)))).toBe(true)
    const types = lines.map(({ type }) => type)
    const steps = types.filter((type) => type !== "warning" && type !== "note")
    expect(steps.slice(0, 4)).toEqual(["context", "planned", "based", "started"])
    expect(types).toContain("note")
    expect(types).toContain("warning")
    expect(lines.find(({ type, output }) => type === "output" && output.stream === "stderr").output.text).toBe("äöü\n")
    expect(lines.at(-1)).toMatchObject({
      type: "built",
      names: ["raw"],
      image: await gantry.ok("images", "-q", "--no-trunc", "raw")
    })
    const again = await gantry.try("build", "--progress", "rawjson", directory)
    expect(linesOf(again.stderr).map(({ type }) => type)).toContain("cached")
    const bad = gantry.context({ Dockerfile: "FROM base\nRUN echo said; exit 3\n" })
    const failed = await gantry.try("build", "--progress", "rawjson", bad)
    expect(failed.status).toBe(1)
    expect(linesOf(failed.stderr).map(({ type }) => type)).toEqual(
      expect.arrayContaining(["started", "output", "failed"])
    )
    expect(linesOf(failed.stderr).at(-1)).toMatchObject({ type: "error", why: expect.stringMatching(/exit code: 3/) })
    writeFileSync(join(bad, "Dockerfile"), "FROM base\nRUNN x\n")
    const wrong = await gantry.try("build", "--progress", "rawjson", bad)
    expect(linesOf(wrong.stderr).at(-1)).toMatchObject({ type: "error" })
    const missing = await gantry.try("build", "--progress", "rawjson", "--require-cached", "--no-cache", directory)
    expect(missing.status).toBe(3)
    expect(linesOf(missing.stderr).at(-1)).toMatchObject({ type: "error" })
  })

  it("is the id alone, or nothing, when nobody wants to see it", async () => {
    const directory = gantry.context({ Dockerfile: "FROM base\nRUN echo hidden\n" })
    const quiet = await gantry.try("build", "--progress", "quiet", "--no-cache", directory)
    expect(quiet.stdout).toMatch(/^sha256:[0-9a-f]{64}\n$/)
    expect(quiet.stderr).toBe("")
    expect(await gantry.try("build", "--progress", "none", "--no-cache", directory)).toMatchObject({
      status: 0,
      stdout: "",
      stderr: ""
    })
    expect((await gantry.try("build", "--progress", "loud", directory)).status).toBe(125)
  })

  it("is a tree on a terminal, which fits it, and has no colours when they are not wanted", async () => {
    const directory = gantry.context({
      Dockerfile: `FROM base
RUN for i in $(seq 1 20); do echo a line of output that is longer than narrow terminals are, number $i; done
RUN echo the last one
`
    })
    for (const columns of [8, 33, 100]) {
      // Standard output goes elsewhere, as in a pipe: the terminal is that of standard error.
      const line = `stty columns ${columns} rows 12; exec ${gantry.command.join(" ")} build --no-cache ${directory} >/dev/null`
      const build = inTerminal({ ...gantry, command: ["env", "NO_COLOR=1", "sh", "-c"] }, line)
      const { status, stdout } = await build.ended
      expect(status).toBe(0)
      expect(stdout).not.toMatch(painted)
      const [tree = ""] = stdout.split("built sha256")
      const screen = screenOf(tree, columns)
      expect(screen).toHaveLength(4)
      expect(screen[0]).toMatch(/^\[\+\]/)
      expect(screen.slice(1).every((row) => row.startsWith(" => "))).toBe(true)
    }
    const coloured = await inTerminal(gantry, "build", "--no-cache", directory).ended
    expect(coloured.stdout).toContain(`${escape}[34m => [3/3] RUN echo`)
  })

  it("is lines on a terminal that moves no cursor", async () => {
    const directory = gantry.context({ Dockerfile: "FROM base\nRUN echo dumb\n" })
    const build = inTerminal({ ...gantry, command: ["env", "TERM=dumb", ...gantry.command] }, "build", directory)
    const { stdout } = await build.ended
    expect(stdout).toMatch(/#2 \d\.\d+ dumb/)
    expect(stdout).not.toContain(escape)
  })
})
