import { truncateSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { expectNothingLeft, useGantry } from "./host/gantry.ts"
import { leftovers } from "./host/host-state.ts"
import { stepsOf } from "./host/progress.ts"
import { inTerminal } from "./host/terminal.ts"

describe("Ctrl-C", () => {
  const gantry = useGantry()

  it("during a RUN ends the build, leaves nothing behind, and the steps before stay cached", async () => {
    const dockerfile = "FROM base\nRUN echo $((40 + 2)) > /kept\nRUN echo started-$((1 + 1)); sleep 600\n"
    const directory = gantry.context({ Dockerfile: dockerfile })
    const build = gantry.start("build", "-t", "cut", directory)
    await build.says(/started-2/, "stderr")
    build.kill("SIGINT")
    expect((await build.ended).status).toBe(130)
    await expectNothingLeft(gantry)
    expect((await gantry.try("inspect", "cut")).status).toBe(1)
    const again = gantry.start("build", "-t", "cut", directory)
    await again.says(/started-2/, "stderr")
    expect(stepsOf(again.stderr())[0]?.cached).toBe(true)
    again.kill("SIGTERM")
    expect((await again.ended).status).toBe(143)
    await expectNothingLeft(gantry)
  })

  it("while a file is hashed that would take hours ends the build; other steps have gone on meanwhile", async () => {
    const dockerfile =
      "FROM base AS files\nCOPY huge /\nFROM base\nRUN echo went-$((1 + 1))\nCOPY --from=files /huge /\n"
    const directory = gantry.context({ Dockerfile: dockerfile, huge: "" })
    truncateSync(join(directory, "huge"), 8 * 1024 ** 4)
    const build = gantry.start("build", directory)
    await build.says(/went-2/, "stderr")
    build.kill("SIGINT")
    expect((await build.ended).status).toBe(130)
    await expectNothingLeft(gantry)
  })

  it("in a terminal ends a build as well", async () => {
    const directory = gantry.context({ Dockerfile: "FROM base\nRUN echo started-$((1 + 1)); sleep 600\n" })
    const build = inTerminal(gantry, "build", "--progress", "plain", directory)
    await build.says(/started-2/)
    build.write("\x03")
    expect((await build.ended).status).toBe(130)
    await expectNothingLeft(gantry)
  })

  it("during `run --rm` ends the container and leaves nothing behind", async () => {
    const run = gantry.start(
      "run",
      "--rm",
      "base",
      "sh",
      "-c",
      "trap 'exit 1' INT; echo ready; while :; do sleep 1 & wait $!; done"
    )
    await run.says(/ready/)
    run.kill("SIGINT")
    expect((await run.ended).status).toBe(1)
    expect(await gantry.ok("ps", "-aq")).toBe("")
    await expectNothingLeft(gantry)
  })

  it("ends `logs -f` and `wait`, and the container runs on", async () => {
    await gantry.ok("run", "-d", "--name", "on", "base", "sh", "-c", "echo ready; sleep 600")
    const follow = gantry.start("logs", "-f", "on")
    await follow.says(/ready/)
    follow.kill("SIGINT")
    expect((await follow.ended).status).toBe(130)
    expect(await gantry.field("on", "{{.State.Status}}")).toBe("running")
  })

  it("of a killed build leaves nothing that the next build does not clear away", async () => {
    const directory = gantry.context({ Dockerfile: "FROM base\nRUN echo started-$((1 + 1)); sleep 600\n" })
    const build = gantry.start("build", directory)
    await build.says(/started-2/, "stderr")
    build.kill("SIGKILL")
    await build.ended
    expect(leftovers(gantry)).not.toEqual([])
    await gantry.build("after", "FROM base\nRUN true\n")
    await expectNothingLeft(gantry)
  })
})

describe("two builds at once", () => {
  const gantry = useGantry()

  it("of one context both succeed with the same image", async () => {
    const directory = gantry.context({
      Dockerfile: "FROM base\nCOPY . /src\nRUN sleep 0.3; cat /src/a /src/b > /all\nRUN wc -c /all > /size\n",
      a: "a".repeat(1000),
      b: "b".repeat(1000)
    })
    const both = await Promise.all([
      gantry.try("build", "-t", "one", directory),
      gantry.try("build", "-t", "two", directory)
    ])
    for (const outcome of both) expect(outcome).toMatchObject({ status: 0 })
    for (const name of ["one", "two"]) expect(await gantry.ok("run", "--rm", name, "cat", "/size")).toBe("2000 /all")
    const layers = await Promise.all(["one", "two"].map((name) => gantry.field(name, "{{json .RootFS.Layers}}")))
    expect(JSON.parse(layers[0] ?? "")).toHaveLength(JSON.parse(layers[1] ?? "").length)
  })

  it("of different contexts, and containers beside them, all succeed", async () => {
    const builds = ["x", "y"].map((word) => gantry.build(word, `FROM base\nRUN echo ${word} > /word\n`))
    const runs = ["p", "q", "r"].map((word) => gantry.ok("run", "--rm", "base", "echo", word))
    await Promise.all(builds)
    expect(await Promise.all(runs)).toEqual(["p", "q", "r"])
    expect(await gantry.ok("run", "--rm", "x", "cat", "/word")).toBe("x")
  })
})
