import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { LayerStore } from "@gantry/core/store/LayerStore"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { Images } from "../../src/images/Images.ts"
import { commitContainer } from "../../src/verbs/commit.ts"
import { untag } from "../../src/verbs/untag.ts"
import { parseName } from "../../src/images/Images.ts"
import { file, listing, scratch, world } from "../world.ts"
import { box, create, stateOf, start, forever } from "./play.ts"

const request = { comment: "", changes: [], names: [], pause: true, allowSecretLeak: false }

describe("commit", () => {
  it.scoped("adds what the container has changed as a layer, and runs what the container runs", () =>
    Effect.gen(function* () {
      const { stack } = yield* box
      const container = yield* create({
        command: ["cat", "/note"],
        env: ["A=1"],
        workdir: "/data",
        labels: { own: "1" }
      })
      const layers = yield* LayerStore
      const tree = { id: container.id, parents: stack, root: container.spec.root }
      yield* layers.write(tree, [file("note", "kept"), { type: "removed", path: "data/seed" }])
      const names = [yield* parseName("box:changed")]
      const made = yield* commitContainer({ ...request, container, author: "me", comment: "why", names })
      expect(made.stack.slice(0, -1)).toEqual(stack)
      expect(yield* listing(made.stack)).toEqual(["755 0:0 data/", "644 0:0 note=kept"])
      const config = yield* (yield* Images).config(made)
      expect(config.author).toBe("me")
      expect(config.config).toEqual({
        Cmd: ["cat", "/note"],
        Env: ["A=1"],
        Labels: { from: "image", own: "1" },
        WorkingDir: "/data"
      })
      expect(config.history.at(-1)).toMatchObject({ created_by: "cat /note", author: "me", comment: "why" })
      expect((yield* (yield* Images).find("box:changed")).id).toBe(made.id)
      // The container goes on as it was.
      expect((yield* layers.usage(tree)).entries).toBeGreaterThan(0)
    }).pipe(Effect.provide(world))
  )

  it.scoped("makes no layer of a container that has changed nothing, and applies instructions", () =>
    Effect.gen(function* () {
      const { stack } = yield* box
      const container = yield* create()
      const made = yield* commitContainer({ ...request, container, changes: ['CMD ["other"]', "ENV B=2"] })
      expect(made.stack).toEqual(stack)
      const config = yield* (yield* Images).config(made)
      expect(config.config).toMatchObject({ Cmd: ["other"], Env: ["B=2"] })
      expect(config.history.at(-1)?.empty_layer).toBe(true)
      const refused = yield* Effect.flip(commitContainer({ ...request, container, changes: ["RUN true"] }))
      expect(refused._tag).toBe("BadOption")
    }).pipe(Effect.provide(world))
  )

  it.scoped("takes no file or setting that has a secret of the container, unless that is allowed", () =>
    Effect.gen(function* () {
      yield* box
      const key = join(yield* scratch, "key")
      writeFileSync(key, "locked-away\n")
      const as = { type: "env", name: "KEY" } as const
      const secrets = [{ id: "key", from: { file: key }, as }]
      const container = yield* create({ secrets })
      const layers = yield* LayerStore
      const tree = { id: container.id, parents: [], root: container.spec.root }
      yield* layers.write(tree, [file("kept", `it is ${Buffer.from("locked-away").toString("base64")}`)])
      const refused = yield* Effect.flip(commitContainer({ ...request, container }))
      expect(refused.message).toBe("secret key is in /kept (base64)")
      const labelled = { ...request, container: yield* create({ secrets, labels: { a: "locked-away" } }) }
      expect(yield* Effect.flip(commitContainer(labelled))).toMatchObject({ _tag: "SecretLeaked" })
      yield* commitContainer({ ...request, container, allowSecretLeak: true })
    }).pipe(Effect.provide(world))
  )

  it.scoped("lets a running container go on afterwards", () =>
    Effect.gen(function* () {
      yield* box
      const container = yield* create(forever)
      yield* start(container)
      yield* commitContainer({ ...request, container })
      expect(yield* stateOf(container.id)).toMatchObject({ status: "running", paused: false })
    }).pipe(Effect.provide(world))
  )
})

describe("untag", () => {
  it.scoped("takes the given names away, or all, and leaves the image", () =>
    Effect.gen(function* () {
      const images = yield* Images
      const { id } = yield* box
      for (const name of ["one", "two", "three"]) yield* images.tag(yield* parseName(name), id)
      yield* untag("box", ["one", "two"])
      expect((yield* images.find(id)).names).toEqual(["docker.io/library/box:latest", "docker.io/library/three:latest"])
      const failure = yield* Effect.flip(untag("box", ["three", "one"]))
      expect(failure._tag).toBe("NoSuchImage")
      yield* untag("box", [])
      expect((yield* images.find(id)).names).toEqual([])
    }).pipe(Effect.provide(world))
  )
})
