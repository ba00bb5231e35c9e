import { readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Network } from "@gantry/core/network/Network"
import { Settings } from "@gantry/core/Settings"
import { LayerStore } from "@gantry/core/store/LayerStore"
import { Recorded } from "@gantry/plugin-memory/MemoryRuntime"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Option, TestClock } from "effect"
import { Images } from "../../src/images/Images.ts"
import type { BuildRequest } from "../../src/builds/BuildRequest.ts"
import { file, image, layerOf, listing, scratch, world } from "../world.ts"
import { built, contextOf, ran } from "./built.ts"

const simple = `FROM scratch
ENV GREETING=hello
RUN echo $GREETING > /said
COPY app /srv/
WORKDIR /srv
CMD ["./app"]
`

describe("build", () => {
  it.scoped("makes an image of a Dockerfile and a directory, and names it", () =>
    Effect.gen(function* () {
      const context = yield* contextOf({ app: "program" })
      const { config, image: made } = yield* built(simple, { context, names: ["web:1", "other"] })
      expect((yield* (yield* Images).find("web:1")).id).toBe(made.id)
      expect((yield* (yield* Images).find("other")).names).toHaveLength(2)
      expect(yield* listing(made.stack)).toEqual(["644 0:0 said=hello\n", "755 0:0 srv/", "644 0:0 srv/app=program"])
      expect(config.config).toMatchObject({ Cmd: ["./app"], WorkingDir: "/srv" })
      expect(config.config.Env).toContain("GREETING=hello")
      expect(config.rootfs.diff_ids).toEqual(made.stack)
    }).pipe(Effect.provide(world))
  )

  it.scoped("writes one row of history for each instruction after FROM, in order", () =>
    Effect.gen(function* () {
      const context = yield* contextOf({ app: "program" })
      const { config, image: made } = yield* built(simple, { context })
      expect(config.history.map(({ empty_layer }) => empty_layer === true)).toEqual([true, false, false, true, true])
      const rows = config.history.map(({ created_by = "" }) => created_by)
      for (const [at, word] of ["ENV", "RUN", "COPY", "WORKDIR", "CMD"].entries()) expect(rows[at]).toContain(word)
      expect(config.history.filter((row) => row.empty_layer !== true)).toHaveLength(made.stack.length)
    }).pipe(Effect.provide(world))
  )

  it.scoped("runs nothing the second time, and gives the same image", () =>
    Effect.gen(function* () {
      const context = yield* contextOf({ app: "program" })
      const first = yield* built(simple, { context })
      const before = (yield* ran).length
      yield* TestClock.adjust("1 hour")
      const second = yield* built(simple, { context })
      expect(second.image.id).toBe(first.image.id)
      expect(second.image.manifest).toBe(first.image.manifest)
      expect(yield* ran).toHaveLength(before)
      expect(second.events.filter(({ type }) => type === "started")).toEqual([])
      expect(yield* (yield* Images).list).toHaveLength(1)
    }).pipe(Effect.provide(world))
  )

  it.scoped("runs again what comes after a change, and nothing that comes before it", () =>
    Effect.gen(function* () {
      const text = "FROM scratch\nRUN echo before > /a\nCOPY app /app\nRUN echo after > /b\n"
      const context = yield* contextOf({ app: "one" })
      const first = yield* built(text, { context })
      writeFileSync(join(context, "app"), "two")
      const { events, image: made } = yield* built(text, { context })
      const started = events.flatMap((event) => (event.type === "started" ? [event.step.text] : []))
      expect(started).toEqual(["COPY app /app", "RUN echo after > /b"])
      expect(made.stack[0]).toBe(first.image.stack[0])
      expect(yield* listing(made.stack)).toContain("644 0:0 app=two")
    }).pipe(Effect.provide(world))
  )

  it.scoped("looks again when a layer that it found is removed before a step stands on it", () =>
    Effect.gen(function* () {
      const layers = yield* LayerStore
      const text = "FROM scratch\nRUN echo before > /a\nCOPY app /app\n"
      const context = yield* contextOf({ app: "one" })
      const [lost] = (yield* built(text, { context })).image.stack
      writeFileSync(join(context, "app"), "two")
      let pruned = false
      const { image: made, warnings } = yield* built(text, {
        context,
        onEvent: ({ type }) => {
          if (type !== "started" || pruned || lost === undefined) return
          pruned = true
          Effect.runSync(layers.remove(lost))
        }
      })
      expect(yield* listing(made.stack)).toEqual(["644 0:0 a=before\n", "644 0:0 app=two"])
      expect(warnings.join()).toContain("the build looks again at what there is")
    }).pipe(Effect.provide(world))
  )

  it.scoped("runs everything again when it may not use the cache", () =>
    Effect.gen(function* () {
      const text = "FROM scratch\nRUN echo once > /a\n"
      const context = yield* scratch
      yield* built(text, { context })
      yield* built(text, { context, noCache: true })
      expect(yield* ran).toHaveLength(2)
    }).pipe(Effect.provide(world))
  )

  it.scoped("fails before anything runs when all of it must be cached and is not", () =>
    Effect.gen(function* () {
      const text = "FROM scratch\nRUN echo once > /a\n"
      const context = yield* scratch
      const failure = yield* Effect.flip(built(text, { context, requireCached: true, names: ["web"] }))
      expect(failure._tag).toBe("NotCached")
      expect(yield* ran).toEqual([])
      const { image: made } = yield* built(text, { context })
      expect((yield* built(text, { context, requireCached: true })).image.id).toBe(made.id)
    }).pipe(Effect.provide(world))
  )

  it.scoped("leaves no name, no draft and no address when a command fails, and keeps what came before", () =>
    Effect.gen(function* () {
      const context = yield* scratch
      const good = yield* built("FROM scratch\nRUN echo good > /a\n", { context, names: ["web"] })
      const failure = yield* Effect.flip(
        built("FROM scratch\nRUN echo good > /a\nRUN echo bad > /b; exit 7\n", { context, names: ["web", "fresh"] })
      )
      expect(failure).toMatchObject({ _tag: "BuildFailed", exitCode: 7 })
      if (failure._tag === "BuildFailed") expect(failure.step.range.start.line).toBe(3)
      const images = yield* Images
      expect((yield* images.find("web")).id).toBe(good.image.id)
      expect(Option.isNone(yield* Effect.option(images.find("fresh")))).toBe(true)
      expect(yield* images.list).toHaveLength(1)
      const layers = yield* LayerStore
      expect((yield* layers.list).map(({ diffId }) => diffId)).toEqual(good.image.stack)
      expect(yield* (yield* Network).attached).toEqual([])
      // A draft that was left would stand on the layer and hold it.
      yield* Effect.forEach(good.image.stack, layers.remove)
      expect(readdirSync((yield* Settings).root).toSorted()).toEqual(["builds", "index.json", "oci-layout"])
    }).pipe(Effect.provide(world))
  )

  it.scoped("gives commands the network that is asked for", () =>
    Effect.gen(function* () {
      const wirings = (network: BuildRequest["network"]) =>
        Effect.gen(function* () {
          yield* built("FROM scratch\nRUN true\n", { network, noCache: true })
          return (yield* (yield* Recorded).asked).at(-1)?.wiring.map(({ type }) => type)
        })
      expect(yield* wirings("none")).toEqual([])
      expect(yield* wirings("host")).toEqual(["host"])
      expect(yield* wirings("default")).toEqual(["veth"])
    }).pipe(Effect.provide(world))
  )

  it.scoped("says which line a command wrote", () =>
    Effect.gen(function* () {
      const { events } = yield* built("FROM scratch\nRUN echo one; echo two >&2\n")
      const said = events.flatMap((event) =>
        event.type === "output" ? [`${event.output.stream}:${new TextDecoder().decode(event.output.bytes)}`] : []
      )
      expect(said).toEqual(["stdout:one\n", "stderr:two\n"])
    }).pipe(Effect.provide(world))
  )

  it.scoped("leaves out what the image is not to say, whoever has said it, and nothing else", () =>
    Effect.gen(function* () {
      const text = "FROM scratch\nENV A=1 B=2 AB=3\nLABEL a=1 b=2\n"
      const unsaid = { env: ["A", "none"], labels: ["a", "c"], history: false }
      const { config, image: made } = yield* built(text, { labels: { c: "3", d: "4" }, unsaid })
      expect(config.config.Env).toEqual([expect.stringMatching(/^PATH=/), "B=2", "AB=3"])
      expect([config.config.Labels, made.labels]).toEqual([
        { b: "2", d: "4" },
        { b: "2", d: "4" }
      ])
      const plain = yield* built(text)
      const same = yield* built(text, { unsaid: { env: [], labels: [], history: false } })
      expect(same.image.id).toBe(plain.image.id)
      const bare = yield* built(text, { unsaid: { env: [], labels: ["a", "b"], history: true } })
      expect([bare.config.config.Labels, bare.config.history]).toEqual([undefined, []])
      expect(bare.config.rootfs).toEqual(plain.config.rootfs)
    }).pipe(Effect.provide(world))
  )

  it.scoped("makes images without names of all stages on the way, when asked to", () =>
    Effect.gen(function* () {
      const text =
        "FROM scratch AS one\nRUN echo 1 > /a\nFROM one AS two\nENV A=2\nFROM scratch\nCOPY --from=two /a /b\n"
      const images = yield* Images
      expect((yield* built(text)).stages).toBeUndefined()
      const { stages = [] } = yield* built(text, { saveStages: true })
      expect(stages.map(({ name }) => name)).toEqual(["one", "two"])
      for (const { image: saved, name } of stages) {
        const { image: alone } = yield* built(text, { target: name })
        expect([name, saved]).toEqual([name, alone.id])
        expect((yield* images.config({ id: saved })).rootfs.diff_ids).toHaveLength(1)
      }
    }).pipe(Effect.provide(world))
  )

  it.scoped("adds labels that win over those of the Dockerfile, to the image and to its record", () =>
    Effect.gen(function* () {
      const { config, image: made } = yield* built("FROM scratch\nLABEL a=1 b=2\n", { labels: { b: "3", c: "4" } })
      expect(config.config.Labels).toEqual({ a: "1", b: "3", c: "4" })
      expect(made.labels).toEqual({ a: "1", b: "3", c: "4" })
    }).pipe(Effect.provide(world))
  )

  it.scoped("builds the stage that is asked for, and no other", () =>
    Effect.gen(function* () {
      const text = "FROM scratch AS one\nRUN echo 1 > /one\nFROM scratch AS two\nRUN echo 2 > /two\n"
      const { image: made } = yield* built(text, { target: "one" })
      expect(yield* listing(made.stack)).toEqual(["644 0:0 one=1\n"])
      expect(yield* ran).toHaveLength(1)
      const failure = yield* Effect.flip(built(text, { target: "three" }))
      expect(failure._tag).toBe("BadBuildFile")
    }).pipe(Effect.provide(world))
  )

  it.scoped("copies from another stage, which is not part of the image", () =>
    Effect.gen(function* () {
      const text =
        "FROM scratch AS make\nRUN mkdir /out; echo made > /out/file; echo rest > /rest\nFROM scratch\nCOPY --from=make /out/ /\n"
      const { image: made } = yield* built(text)
      expect(yield* listing(made.stack)).toEqual(["644 0:0 file=made\n"])
      expect(made.stack).toHaveLength(1)
    }).pipe(Effect.provide(world))
  )

  it.scoped("stands on a local image, with its layers, settings and history", () =>
    Effect.gen(function* () {
      const base = yield* image(["base"], { Env: ["A=1"], Cmd: ["sh"] }, [file("below", "B")])
      const { config, image: made } = yield* built("FROM base\nRUN cat /below > /copy\n")
      expect(made.stack[0]).toBe(base.stack[0])
      expect(config.config.Cmd).toEqual(["sh"])
      expect(config.config.Env).toContain("A=1")
      expect(yield* listing(made.stack)).toEqual(["644 0:0 below=B", "644 0:0 copy=B"])
    }).pipe(Effect.provide(world))
  )

  it.scoped("says which base image is not there, and what was perhaps meant", () =>
    Effect.gen(function* () {
      yield* image(["debian:12"])
      const failure = yield* Effect.flip(built("FROM debina:12\n"))
      expect(failure.message).toMatch(
        /not in the local store, and docker\.io does not have it.*; did you mean debian:12\?/
      )
    }).pipe(Effect.provide(world))
  )

  it.scoped("gives arguments to commands, and each value its own result", () =>
    Effect.gen(function* () {
      const text = "FROM scratch\nARG WHO=nobody\nRUN echo $WHO > /who\n"
      const context = yield* scratch
      const said = (who?: string) =>
        Effect.flatMap(built(text, { context, buildArgs: new Map(who === undefined ? [] : [["WHO", who]]) }), (made) =>
          listing(made.image.stack)
        )
      expect(yield* said()).toEqual(["644 0:0 who=nobody\n"])
      expect(yield* said("me")).toEqual(["644 0:0 who=me\n"])
      expect(yield* said()).toEqual(["644 0:0 who=nobody\n"])
    }).pipe(Effect.provide(world))
  )

  it.scoped("ignores files of the context that .dockerignore names", () =>
    Effect.gen(function* () {
      const context = yield* contextOf({ "a.txt": "A", "b.log": "B", ".dockerignore": "*.log\n.dockerignore\n" })
      const { image: made } = yield* built("FROM scratch\nCOPY . /\n", { context })
      expect(yield* listing(made.stack)).toEqual(["644 0:0 a.txt=A"])
    }).pipe(Effect.provide(world))
  )

  it.scoped("shows all that is wrong with a Dockerfile, where it is", () =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(built("FROM scratch\nRUNN true\nCOPPY a b\n"))
      expect(failure._tag).toBe("BadBuildFile")
      expect(failure.message).toContain("Dockerfile:2:1")
      expect(failure.message).toContain("Dockerfile:3:1")
    }).pipe(Effect.provide(world))
  )

  it.scoped("reads the Dockerfile where it is, and says when there is none", () =>
    Effect.gen(function* () {
      const context = yield* contextOf({ "sub/Other": "FROM scratch\nLABEL from=file\n" })
      const request = { context, dockerfile: { path: join(context, "sub/Other") } }
      expect((yield* built("", request)).config.config.Labels).toEqual({ from: "file" })
      const failure = yield* Effect.flip(built("", { context, dockerfile: { path: join(context, "none") } }))
      expect(failure.message).toContain("there is no such file")
    }).pipe(Effect.provide(world))
  )

  it.scoped("says which source is not in the context", () =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(built("FROM scratch\nCOPY nope /\n"))
      expect(failure._tag).toBe("BuildFailed")
      expect(failure.message).toContain("nope")
    }).pipe(Effect.provide(world))
  )

  it.scoped("puts no later time than asked into image and layers", () =>
    Effect.gen(function* () {
      const context = yield* contextOf({ app: "program" })
      const one = yield* built(simple, { context, epoch: 1_000_000 })
      expect(Date.parse(one.config.created ?? "")).toBe(1_000_000_000)
      const layers = yield* LayerStore
      const entries = yield* layers.walk(one.image.stack, "")
      expect(entries.every(({ mtimeNs }) => mtimeNs <= 1_000_000n * 1_000_000_000n)).toBe(true)
      yield* TestClock.adjust("3 days")
      const two = yield* built(simple, { context, epoch: 1_000_000, noCache: true })
      expect(two.image.id).toBe(one.image.id)
    }).pipe(Effect.provide(world))
  )

  it.scoped("counts layers that the store does not have as not cached", () =>
    Effect.gen(function* () {
      const context = yield* scratch
      const text = "FROM scratch\nRUN echo a > /a\n"
      const { image: made } = yield* built(text, { context })
      yield* Effect.forEach(made.stack, (yield* LayerStore).remove)
      const again = yield* built(text, { context })
      expect(yield* ran).toHaveLength(2)
      expect(again.image.stack).toEqual(made.stack)
      expect(made.stack[0]).not.toBe(yield* layerOf([file("a", "b")]))
    }).pipe(Effect.provide(world))
  )
})
