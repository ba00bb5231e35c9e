import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { engine, gantry } from "./bench.ts"
import { build } from "./box.ts"

/** What a listing shows with these filters, sorted. */
const shown = (command: Parameters<typeof gantry>[0], format: string, ...filters: ReadonlyArray<string>) =>
  Effect.map(gantry(command, ["--format", format, ...filters.flatMap((each) => ["--filter", each])]), ({ err, out }) =>
    err === "" ? out.split("\n").filter(Boolean).toSorted() : err
  )

describe("filters of listings", () => {
  it.scoped("want all labels that are said, and any of the other values", () =>
    Effect.gen(function* () {
      yield* build("box")
      const labels = { both: ["a=1", "b=2"], one: ["a=1"], other: ["b=2"], wrong: ["a=1", "b=3"] }
      for (const [name, texts] of Object.entries(labels)) {
        const said = texts.flatMap((text) => ["--label", text])
        yield* gantry("run", ["-d", "--name", name, ...said, "box", "sleep", "60"])
        yield* gantry("volumeCreate", [...said, name])
        yield* gantry("networkCreate", [...said, name])
      }
      for (const [command, format] of [
        ["ps", "{{.Names}}"],
        ["volumeLs", "{{.Name}}"],
        ["networkLs", "{{.Name}}"]
      ] as const) {
        expect(yield* shown(command, format, "label=a=1", "label=b=2")).toEqual(["both"])
        expect(yield* shown(command, format, "label=a=1", "label=b")).toEqual(["both", "wrong"])
        expect(yield* shown(command, format, "name=one", "name=other", "label=a=1")).toEqual(["one"])
        expect(yield* shown(command, format, "name=^o", "label=b=2")).toEqual(["other"])
        expect(yield* shown(command, format, "name=^(both|one)$")).toEqual(["both", "one"])
        expect(yield* shown(command, format, "name=(")).toContain("not a regular expression")
      }
    }).pipe(Effect.provide(engine))
  )

  it.scoped("take names as they are written, with a slash or without", () =>
    Effect.gen(function* () {
      yield* build("box")
      for (const name of ["first", "second", "third"])
        yield* gantry("run", ["-d", "--name", name, "box", "sleep", "60"])
      for (const name of ["second", "/second"]) {
        expect(yield* shown("ps", "{{.Names}}", `name=${name}`)).toEqual(["second"])
        // Here time stands still, so none is older; one that is not found would be a complaint.
        expect(yield* shown("ps", "{{.ID}}", `before=${name}`)).toEqual([])
      }
      expect(yield* shown("ps", "{{.Names}}", "before=")).toContain("No such container")
    }).pipe(Effect.provide(engine))
  )

  it.effect("refuse what is neither yes nor no", () =>
    Effect.gen(function* () {
      for (const command of ["volumeLs", "networkLs", "images"] as const) {
        expect(yield* gantry(command, ["-f", "dangling=maybe"])).toMatchObject({ status: 1, out: "" })
        expect(yield* gantry(command, ["-q", "-f", "dangling=T"])).toMatchObject({ status: 0, err: "" })
      }
    }).pipe(Effect.provide(engine))
  )
})

describe("a network's ID", () => {
  it.scoped("stands for its name where a container is made and where it is looked for", () =>
    Effect.gen(function* () {
      yield* build("box")
      const id = (yield* gantry("networkCreate", ["back"])).out.trim()
      for (const [name, network] of [
        ["whole", id],
        ["named", "back"]
      ] as const) {
        yield* gantry("run", ["-d", "--name", name, "--network", network, "box", "sleep", "60"])
      }
      yield* gantry("run", ["-d", "--name", "elsewhere", "box", "sleep", "60"])
      for (const wanted of [id, "back"]) {
        const found = yield* shown("ps", "{{.Names}} {{.Networks}}", `network=${wanted}`)
        expect(found).toEqual(["named back", "whole back"])
      }
      const place = "{{.HostConfig.NetworkMode}} {{.NetworkSettings.Networks.back.NetworkID}}"
      expect((yield* gantry("inspect", ["-f", place, "whole"])).out).toBe(`back ${id}\n`)
    }).pipe(Effect.provide(engine))
  )
})
