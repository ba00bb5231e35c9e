import { pipeline } from "node:stream/promises"
import { createReadStream, createWriteStream, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { bzip2, xz, zstd } from "./packers.ts"
import { gzipSync } from "node:zlib"
import { ofBytes } from "@gantry/core/image/Digest"
import { describe, expect, it } from "@effect/vitest"
import { smallImage } from "@gantry/laws/samples/images"
import { S_IFIFO } from "@gantry/linux/constants"
import { loadSyscallsSync } from "@gantry/linux/load"
import { Effect, Exit, Fiber, Stream } from "effect"
import * as fc from "fast-check"
import { openSpool } from "../src/spool.ts"
import { archive, entry } from "./hand-made.ts"
import { archiveAt, at, bytesOf, failureOf, freshRegistry, hex, manifestAt } from "./place.ts"
import { tempFolder } from "./temp-folder.ts"
import type { RegistryShape } from "@gantry/core/registry/Registry"

const image = (text: string) => smallImage(new TextEncoder().encode(text))

const put = (registry: RegistryShape, place: string, name: string, text = name) =>
  Effect.gen(function* () {
    const { config, layer, manifest } = image(text)
    for (const each of [config, layer]) yield* registry.push(at(place), each.descriptor, Stream.make(each.bytes))
    yield* registry.tag(at(place, name), manifest)
  })

const target = Effect.map(tempFolder, (folder) => ({
  folder,
  file: join(folder, "a.tar"),
  place: `oci-archive:${join(folder, "a.tar")}`
}))

describe("an archive that comes through a pipe", () => {
  const pipe = Effect.tap(target, ({ file }) =>
    Effect.sync(() => loadSyscallsSync().mknod(file, S_IFIFO | 0o600, 0, 0))
  )

  it.scopedLive("is waited for until somebody writes it, while everything else goes on", () =>
    Effect.gen(function* () {
      const { folder, place } = yield* pipe
      const written = join(folder, "written.tar")
      yield* put(yield* freshRegistry, `oci-archive:${written}`, "one")
      const reading = yield* Effect.fork((yield* freshRegistry).tags(at(place)))
      yield* Effect.promise(() => pipeline(createReadStream(written), createWriteStream(place.replace(/^[^:]*:/, ""))))
      expect(yield* Fiber.join(reading)).toEqual(["one"])
    })
  )

  it.scopedLive("is given up when it is not wanted any more", () =>
    Effect.gen(function* () {
      const { place } = yield* pipe
      const reading = yield* Effect.fork((yield* freshRegistry).tags(at(place)))
      yield* Effect.yieldNow()
      expect(Exit.isInterrupted(yield* Fiber.interrupt(reading))).toBe(true)
    })
  )
})

describe("an archive that is written", () => {
  it.scoped("holds all images of one gathering, and appears only when it is complete", () =>
    Effect.gen(function* () {
      const { file, folder, place } = yield* target
      const registry = yield* freshRegistry
      const during = yield* registry.together(
        { registry: place },
        Effect.gen(function* () {
          yield* put(registry, place, "one")
          yield* put(registry, place, "two")
          return readdirSync(folder)
        })
      )
      expect(during).toEqual([])
      expect(readdirSync(folder)).toEqual(["a.tar"])
      const other = yield* freshRegistry
      expect(yield* other.tags(at(place))).toEqual(["one", "two"])
      expect(existsSync(file)).toBe(true)
    })
  )

  it.scoped("stays as it was when a gathering fails, and nothing is left of that", () =>
    Effect.gen(function* () {
      const { file, folder, place } = yield* target
      const registry = yield* freshRegistry
      yield* put(registry, place, "one")
      const before = readFileSync(file)
      const failing = Effect.zipRight(put(registry, place, "two"), Effect.fail(new Error("broke off")))
      expect(yield* failureOf(registry.together({ registry: place }, failing))).toBe("broke off")
      expect(readFileSync(file).equals(before)).toBe(true)
      expect(readdirSync(folder)).toEqual(["a.tar"])
      expect(yield* registry.tags(at(place))).toEqual(["one"])
      expect(yield* registry.hasBlob(at(place), image("two").layer.descriptor.digest)).toBe(false)
    })
  )

  it.scoped("keeps what it held, unless it is to be replaced", () =>
    Effect.gen(function* () {
      const { place } = yield* target
      const registry = yield* freshRegistry
      yield* put(registry, place, "one")
      yield* put(yield* freshRegistry, place, "two")
      expect(yield* registry.tags(at(place))).toEqual(["one", "two"])
      yield* registry.together({ registry: place }, put(registry, place, "three"), { replace: true })
      expect(yield* registry.tags(at(place))).toEqual(["three"])
      expect(yield* registry.hasBlob(at(place), image("one").layer.descriptor.digest)).toBe(false)
    })
  )

  it.scoped("has the same bytes for the same images", () =>
    Effect.gen(function* () {
      const both = yield* Effect.all([target, target])
      for (const { place } of both) {
        const registry = yield* freshRegistry
        yield* registry.together(
          { registry: place },
          Effect.zipRight(put(registry, place, "one"), put(registry, place, "two"))
        )
      }
      const [a, b] = both.map(({ file }) => readFileSync(file))
      expect(a?.equals(b ?? Buffer.of())).toBe(true)
    })
  )

  it.scoped("is what docker load expects when it is one of docker save", () =>
    Effect.gen(function* () {
      const { file } = yield* target
      const place = `docker-archive:${file}`
      const registry = yield* freshRegistry
      yield* registry.together(
        { registry: place },
        Effect.zipRight(put(registry, place, "app:1", "x"), put(registry, place, "example.com/app:2", "x"))
      )
      const { config, layer } = image("x")
      const saved = yield* Effect.promise(() => contentOf(file, "manifest.json"))
      expect(JSON.parse(saved)).toEqual([
        {
          Config: `blobs/sha256/${hex(config.descriptor.digest)}`,
          RepoTags: ["app:1", "example.com/app:2"],
          Layers: [`blobs/sha256/${hex(layer.descriptor.digest)}`]
        }
      ])
    })
  )

  it.scoped("takes the images of an old archive of docker save along", () =>
    Effect.gen(function* () {
      const config = JSON.stringify({ rootfs: { diff_ids: [ofBytes("layer")] } })
      const saved = JSON.stringify([{ Config: "c.json", RepoTags: ["old:1"], Layers: ["l/layer.tar"] }])
      const place = yield* archiveAt(
        archive(
          entry({ name: "l/layer.tar" }, "layer"),
          entry({ name: "c.json" }, config),
          entry({ name: "manifest.json" }, saved)
        )
      )
      yield* put(yield* freshRegistry, place, "new:1")
      const registry = yield* freshRegistry
      expect(yield* registry.tags(at(place))).toEqual(["new:1", "old:1"])
      const manifest = yield* manifestAt(registry, place, "old:1")
      expect((yield* bytesOf(registry, place, manifest.config)).toString()).toBe(config)
      expect((yield* bytesOf(registry, place, manifest.layers[0] ?? manifest.config)).toString()).toBe("layer")
    })
  )

  it.scoped("says where it cannot be written", () =>
    Effect.gen(function* () {
      const { folder } = yield* target
      const registry = yield* freshRegistry
      const missing = `oci-archive:${folder}/no/a.tar`
      expect(yield* failureOf(put(registry, missing, "one"))).toBe(
        `${missing} cannot be used: there is no such file or folder`
      )
      expect(yield* failureOf(put(registry, `oci-archive:${folder}`, "one"))).toContain("it is a folder")
    })
  )
})

/** A file of an archive that holds no long names. */
const contentOf = async (path: string, name: string): Promise<string> => {
  const chunks: Array<Buffer> = []
  for await (const chunk of createReadStream(path)) chunks.push(chunk as Buffer)
  const bytes = Buffer.concat(chunks)
  for (let header = 0; header < bytes.length;) {
    const found = bytes.toString("latin1", header, header + 100).replace(/\0.*$/s, "")
    const size = Number.parseInt(bytes.toString("latin1", header + 124, header + 135), 8)
    if (found === name) return bytes.toString("utf8", header + 512, header + 512 + size)
    header += 512 + Math.ceil(size / 512) * 512
  }
  throw new Error(`no ${name}`)
}

describe("an archive that is compressed", () => {
  const plain = Effect.gen(function* () {
    const { file, place } = yield* target
    yield* put(yield* freshRegistry, place, "one")
    return readFileSync(file)
  })
  const packers = [
    ["gzip", (bytes: Buffer) => gzipSync(bytes)],
    ["zstd", zstd],
    ["zstd in two frames", (bytes: Buffer) => Buffer.concat([zstd(bytes.subarray(0, 700)), zstd(bytes.subarray(700))])]
  ] as const
  it.scoped.each(packers)("with %s is read, and is refused when it is cut off", ([, pack]) =>
    Effect.gen(function* () {
      const packed = pack(yield* plain)
      const registry = yield* freshRegistry
      expect(yield* registry.tags(at(yield* archiveAt(packed)))).toEqual(["one"])
      const cut = yield* archiveAt(packed.subarray(0, packed.length - 20))
      expect(yield* failureOf(registry.tags(at(cut)))).toContain("its compression is broken or cut off")
    })
  )

  it.scoped.each([
    ["xz", xz],
    ["bzip2", bzip2]
  ] as const)("with %s is refused, and the program that helps is named", ([name, pack]) =>
    Effect.gen(function* () {
      const place = yield* archiveAt(pack)
      expect(yield* failureOf((yield* freshRegistry).tags(at(place)))).toContain(`unpack it first, with ${name} -d`)
    })
  )

  it.scoped("is read again when it has changed", () =>
    Effect.gen(function* () {
      const packed = gzipSync(yield* plain)
      const place = yield* archiveAt(packed)
      const registry = yield* freshRegistry
      expect(yield* registry.tags(at(place))).toEqual(["one"])
      const { file, place: other } = yield* target
      yield* put(registry, other, "two")
      writeFileSync(place.slice("docker-archive:".length), readFileSync(file))
      expect(yield* registry.tags(at(place))).toEqual(["two"])
    })
  )
})

describe("a spool", () => {
  it.scoped("gives each of those who write side by side their own bytes", () =>
    Effect.gen(function* () {
      const folder = yield* tempFolder
      const writers = fc.array(fc.array(fc.nat({ max: 3_000_000 }), { maxLength: 4 }), { minLength: 1, maxLength: 3 })
      yield* Effect.promise(() =>
        fc.assert(
          fc.asyncProperty(writers, async (all) => {
            const spool = openSpool(folder)
            const blobs = all.map(() => spool.begin())
            await Promise.all(
              all.map(async (sizes, writer) => {
                for (const [number, size] of sizes.entries())
                  await blobs[writer]?.append(Buffer.alloc(size, 1 + writer * 16 + number))
              })
            )
            for (const [writer, sizes] of all.entries()) {
              const wanted = Buffer.concat(sizes.map((size, number) => Buffer.alloc(size, 1 + writer * 16 + number)))
              const found: Array<Uint8Array> = []
              for (let offset = 0; ;) {
                const piece = (await blobs[writer]?.read(offset, 700_001)) ?? Buffer.of()
                if (piece.length === 0) break
                found.push(piece)
                offset += piece.length
              }
              expect(blobs[writer]?.size).toBe(wanted.length)
              expect(Buffer.concat(found).equals(wanted)).toBe(true)
            }
            await spool.close()
          }),
          { numRuns: 25 }
        )
      )
      expect(readdirSync(folder)).toEqual([])
    })
  )
})
