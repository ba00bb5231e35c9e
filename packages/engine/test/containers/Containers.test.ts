import { ofBytes } from "@gantry/core/image/Digest"
import type { Attachment } from "@gantry/core/network/Network"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Either } from "effect"
import { Containers, migrations } from "../../src/containers/Containers.ts"
import { containerTable } from "../../src/containers/record-of-row.ts"
import { recordOf } from "../records.ts"
import { world } from "../world.ts"

const attachment = (container: string): Attachment => ({
  driver: "bridge",
  network: "bridge",
  container,
  address: "10.0.0.2",
  ports: [{ hostIp: "0.0.0.0", hostPort: 8080, containerPort: 80, protocol: "tcp" }],
  wiring: []
})

const missed = (text: string) => Effect.flip(Effect.flatMap(Containers, (containers) => containers.find(text)))

describe("Containers", () => {
  it("have the tables that those expect who read them without an engine", () => {
    expect(migrations.steps).toHaveLength(containerTable.version)
  })

  it.effect("gives a record back as it was, by name, ID and the beginning of an ID", () =>
    Effect.gen(function* () {
      const containers = yield* Containers
      const record = recordOf("abc1", "web", { labels: { 'quote"': "\n" } })
      yield* containers.add(record)
      for (const text of ["web", "/web", record.id, "abc1", "a"]) expect(yield* containers.find(text)).toEqual(record)
    }).pipe(Effect.provide(world))
  )

  it.effect("prefers a name to the beginning of an ID", () =>
    Effect.gen(function* () {
      const containers = yield* Containers
      yield* containers.add(recordOf("abc1", "web"))
      yield* containers.add(recordOf("ffff", "abc"))
      expect((yield* containers.find("abc")).name).toBe("abc")
    }).pipe(Effect.provide(world))
  )

  it.effect("names the IDs when several begin alike", () =>
    Effect.gen(function* () {
      const containers = yield* Containers
      yield* containers.add(recordOf("abc1", "one"))
      yield* containers.add(recordOf("abc2", "two"))
      expect(yield* missed("abc")).toMatchObject({ _tag: "AmbiguousId", kind: "container" })
      expect((yield* containers.find("abc2")).name).toBe("two")
    }).pipe(Effect.provide(world))
  )

  it.effect("suggests names when there is no such container, and takes no pattern for one", () =>
    Effect.gen(function* () {
      const containers = yield* Containers
      yield* containers.add(recordOf("abc1", "database"))
      expect(yield* missed("databse")).toMatchObject({ _tag: "NoSuchContainer", near: ["database"] })
      for (const text of ["", "*", "a*", "[a]", "%", "/"]) expect((yield* missed(text))._tag).toBe("NoSuchContainer")
    }).pipe(Effect.provide(world))
  )

  it.effect("gives a name to one of many who want it at once, and tells the others who has it", () =>
    Effect.gen(function* () {
      const containers = yield* Containers
      const ids = Array.from({ length: 20 }, (_, number) => number.toString(16).padStart(4, "0"))
      const results = yield* Effect.forEach(ids, (id) => Effect.either(containers.add(recordOf(id, "web"))), {
        concurrency: "unbounded"
      })
      const refused = results.filter(Either.isLeft).map(({ left }) => left)
      const holder = (yield* containers.find("web")).id
      expect(refused).toHaveLength(19)
      for (const failure of refused) expect(failure).toMatchObject({ _tag: "NameTaken", name: "web", holder })
      expect(yield* containers.list).toHaveLength(1)
    }).pipe(Effect.provide(world))
  )

  it.effect("renames, but not to a name that is taken, and to its own name at any time", () =>
    Effect.gen(function* () {
      const containers = yield* Containers
      const one = recordOf("a", "one")
      yield* containers.add(one)
      yield* containers.add(recordOf("b", "two"))
      expect((yield* Effect.flip(containers.rename(one.id, "two")))._tag).toBe("NameTaken")
      yield* containers.rename(one.id, "one")
      yield* containers.rename(one.id, "three")
      expect((yield* containers.find("three")).id).toBe(one.id)
      expect((yield* missed("one"))._tag).toBe("NoSuchContainer")
    }).pipe(Effect.provide(world))
  )

  it.effect("knows what a container holds of a network until it is given back", () =>
    Effect.gen(function* () {
      const containers = yield* Containers
      const record = recordOf("a", "web")
      yield* containers.add(record)
      const one = attachment(record.id)
      const two = { ...one, network: "other" }
      expect(yield* containers.attachmentsOf(record.id)).toEqual([])
      yield* containers.attach(record.id, () => [one])
      yield* containers.attach(record.id, (held) => [...held, two])
      expect(yield* containers.attachmentsOf(record.id)).toEqual([one, two])
      expect((yield* containers.find("web")).attachments).toEqual([one, two])
      yield* containers.attach(record.id, () => [])
      expect((yield* containers.find("web")).attachments).toEqual([])
      yield* containers.attach("nobody", () => [one])
      expect(yield* containers.attachmentsOf("nobody")).toEqual([])
    }).pipe(Effect.provide(world))
  )

  it.effect("lists the newest first, and by image", () =>
    Effect.gen(function* () {
      const containers = yield* Containers
      const image = ofBytes("other")
      yield* containers.add(recordOf("a", "old", { createdAt: 1 }))
      yield* containers.add(recordOf("b", "new", { createdAt: 2, image }))
      expect((yield* containers.list).map(({ name }) => name)).toEqual(["new", "old"])
      const seen = { type: "image", name: "", source: "x", target: "/x", readonly: true, anonymous: false } as const
      yield* containers.add(recordOf("c", "viewer", { createdAt: 0, mounts: [{ ...seen, image, tree: "c.0" }] }))
      expect((yield* containers.ofImage(image)).map(({ name }) => name)).toEqual(["new", "viewer"])
    }).pipe(Effect.provide(world))
  )

  it.effect("forgets, twice as well as once", () =>
    Effect.gen(function* () {
      const containers = yield* Containers
      const record = recordOf("a", "web")
      yield* containers.add(record)
      yield* containers.forget(record.id)
      yield* containers.forget(record.id)
      expect((yield* missed("web"))._tag).toBe("NoSuchContainer")
      yield* containers.add(recordOf("b", "web"))
    }).pipe(Effect.provide(world))
  )
})
