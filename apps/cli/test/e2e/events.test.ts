import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { useGantry } from "./host/gantry.ts"
import { until } from "./host/until.ts"

const template = "{{.Type}} {{.Action}} {{.Actor.Attributes.name}}"

describe("events", () => {
  const gantry = useGantry()

  it("arrive from all processes while they happen, until a Ctrl-C", async () => {
    const watching = gantry.start("events", "--format", template)
    // It listens once it shows something: a tag, made again until it is seen.
    await until("the first event", async () => {
      await gantry.ok("tag", "base", "ready")
      return watching.stdout().includes("image tag ready:latest")
    })
    await gantry.ok("run", "--name", "one", "base", "true")
    await gantry.try("run", "--rm", "--name", "two", "base", "sh", "-c", "kill -9 $$")
    await gantry.ok("rename", "one", "three")
    await gantry.ok("rm", "three")
    await watching.says(/container destroy three/)
    watching.kill("SIGINT")
    const { status, stdout } = await watching.ended
    expect(status).toBe(130)
    const life = (name: string) =>
      ["container create", "container attach", "container start", "container die"].map((what) => `${what} ${name}`)
    const lines = stdout.split("\n").filter((line) => line.startsWith("container"))
    expect(lines).toEqual([
      ...life("one"),
      ...life("two"),
      "container destroy two",
      "container rename three",
      "container destroy three"
    ])
    // What has happened can still be asked for, and ends at once.
    const past = await gantry.ok("events", "--since", "1h", "--until", "0s", "--format", template)
    expect(past.split("\n").slice(-3)).toEqual(stdout.trimEnd().split("\n").slice(-3))
  })

  it("are found by filters, in Docker's forms", async () => {
    await gantry.ok("run", "-d", "--name", "box", "-v", "data:/data", "--label", "tier=front", "base", "sleep", "60")
    await gantry.try("exec", "box", "sh", "-c", "exit 4")
    await gantry.ok("top", "box")
    await gantry.ok("export", "-o", "box.tar", "box")
    await gantry.ok("cp", "box:/etc/passwd", join(gantry.scratch, "users"))
    await gantry.ok("cp", join(gantry.scratch, "users"), "box:/tmp")
    await gantry.ok("cp", "box:/etc/passwd", "-")
    expect((await gantry.try("cp", "box:/nowhere", gantry.scratch)).status).toBe(1)
    await gantry.ok("kill", "box")
    await gantry.ok("wait", "box")
    await gantry.ok("rm", "-v", "box")
    await gantry.ok("volume", "rm", "data")
    const past = (...filters: ReadonlyArray<string>) =>
      gantry.ok("system", "events", "--until", "0s", ...filters.flatMap((each) => ["--filter", each]))
    expect(await past("container=box", "event=exec_die")).toMatch(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}(?:Z|[-+]\d\d:\d\d) container exec_die [0-9a-f]{64} \(execID=[0-9a-f]{64}, exitCode=4, image=base, name=box, tier=front\)$/
    )
    expect((await past("container=box", "event=top", "event=export")).match(/container (?:top|export)/g)).toEqual([
      "container top",
      "container export"
    ])
    const copies = await past("container=box", "event=archive-path", "event=extract-to-dir")
    expect(copies.match(/container (?:archive-path|extract-to-dir)/g)).toEqual([
      "container archive-path",
      "container extract-to-dir",
      "container archive-path"
    ])
    expect((await past("label=tier=front", "event=kill")).match(/signal=9/g)).toHaveLength(1)
    expect((await past("volume=data")).replaceAll(/\(.*\)/g, "").match(/volume \w+/g)).toEqual([
      "volume create",
      "volume mount",
      "volume unmount",
      "volume destroy"
    ])
    expect(await past("network=bridge", "event=connect")).toMatch(/ network connect [0-9a-f]{64} \(container=/)
    const die = await gantry.ok("events", "--until", "0s", "-f", "event=die", "-f", "container=box", "--format", "json")
    expect(JSON.parse(die)).toMatchObject({
      status: "die",
      Type: "container",
      Actor: { Attributes: { exitCode: "137" } }
    })
    for (const wrong of [
      ["--filter", "nope=1"],
      ["--filter", "nope"],
      ["--since", "yesterday"],
      ["--format", "{{.Nope}}", "--until", "0s"]
    ]) {
      expect((await gantry.try("events", ...wrong)).status).not.toBe(0)
    }
  })

  it("of many processes at once are all written down, each whole", async () => {
    const names = Array.from({ length: 30 }, (_, index) => `many${index}`)
    await Promise.all(names.map((name) => gantry.ok("tag", "base", name)))
    const past = await gantry.ok(
      "events",
      "--until",
      "0s",
      "--filter",
      "event=tag",
      "--format",
      "{{.Actor.Attributes.name}}"
    )
    const many = past.split("\n").filter((line) => line.startsWith("many"))
    expect(many.toSorted()).toEqual(names.map((name) => `${name}:latest`).toSorted())
  })
})
