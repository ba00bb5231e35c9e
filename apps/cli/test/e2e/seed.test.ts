import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { useGantry } from "./host/gantry.ts"
import { stepsOf } from "./host/progress.ts"

const dockerfile = `FROM base
WORKDIR /app
COPY package.list .
RUN wc -l < package.list > installed; echo $((6 * 7))
COPY . .
EXPOSE 8080
CMD ["cat", "installed", "main.txt"]
`

const instructions = ["WORKDIR", "COPY", "RUN", "COPY", "EXPOSE", "CMD"]

describe("a Dockerfile of six instructions", () => {
  const gantry = useGantry()

  const project = () =>
    gantry.context({ Dockerfile: dockerfile, "package.list": "one\ntwo\n", "main.txt": "first version\n" })
  const buildAgain = async (directory: string) => {
    const { status, stderr } = await gantry.try("build", "-t", "app", directory)
    expect({ status, stderr }).toMatchObject({ status: 0 })
    return { steps: stepsOf(stderr), id: await gantry.field("app", "{{.Id}}"), text: stderr }
  }

  it("runs every instruction the first time, and none the second time", async () => {
    const directory = project()
    const first = await buildAgain(directory)
    expect(first.steps.map(({ instruction }) => instruction.split(" ")[0])).toEqual(instructions)
    expect(first.steps.map(({ cached }) => cached)).toEqual([false, false, false, false, false, false])
    expect(first.text).toMatch(/^#\d+ [\d.]+ 42$/m)

    const second = await buildAgain(directory)
    expect(second.steps.map(({ cached }) => cached)).toEqual([true, true, true, true, true, true])
    expect(second.text).not.toMatch(/ 42$/m)
    expect(second.id).toBe(first.id)
    expect(await gantry.ok("run", "--rm", "app")).toBe("2\nfirst version")
  })

  it("runs the COPY of a changed file and all that follows, and nothing above it", async () => {
    const directory = project()
    const first = await buildAgain(directory)
    writeFileSync(join(directory, "main.txt"), "second version\n")
    const second = await buildAgain(directory)
    expect(second.steps.map(({ cached }) => cached)).toEqual([true, true, true, false, false, false])
    expect(second.id).not.toBe(first.id)
    expect(await gantry.ok("run", "--rm", "app")).toBe("2\nsecond version")
  })

  it("finds the earlier result again when the change is taken back", async () => {
    const directory = project()
    const first = await buildAgain(directory)
    writeFileSync(join(directory, "main.txt"), "elsewhere\n")
    await buildAgain(directory)
    writeFileSync(join(directory, "main.txt"), "first version\n")
    const third = await buildAgain(directory)
    expect(third.steps.every(({ cached }) => cached)).toBe(true)
    expect(third.id).toBe(first.id)
  })

  it("runs everything again with --no-cache", async () => {
    const directory = project()
    await buildAgain(directory)
    const { stderr } = await gantry.try("build", "--no-cache", "-t", "app", directory)
    expect(stepsOf(stderr).filter(({ cached }) => cached)).toEqual([])
    expect(stderr).toMatch(/^#\d+ [\d.]+ 42$/m)
  })

  it("has one row of history for each instruction after FROM", async () => {
    await buildAgain(project())
    const ofBase = (await gantry.ok("history", "--format", "{{.CreatedBy}}", "base")).split("\n")
    const rows = (await gantry.ok("history", "--no-trunc", "--format", "{{.CreatedBy}}|{{.Size}}", "app")).split("\n")
    expect(rows.length - ofBase.length).toBe(6)
    expect(
      rows
        .slice(0, 6)
        .map((row) => row.split(" ")[0])
        .toReversed()
    ).toEqual(instructions)
    // Instructions that only say something about the image add nothing to it.
    expect(rows.slice(0, 2).map((row) => row.split("|").at(-1))).toEqual(["0B", "0B"])
  })
})
