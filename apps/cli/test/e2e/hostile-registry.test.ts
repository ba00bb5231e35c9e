import { gzipSync } from "node:zlib"
import { afterEach, describe, expect, it } from "vitest"
import { useGantry } from "./host/gantry.ts"
import { digestOf, type Script, type ScriptedServer, scriptedServer, watchMemory } from "./host/scripted.ts"

const ociManifest = "application/vnd.oci.image.manifest.v1+json"

/** An archive with one file, by hand: a header and a block. */
const archive = (): Buffer => {
  const header = Buffer.alloc(512)
  header.write("file", 0)
  for (const [text, at] of [
    ["0000644\0", 100],
    ["0000000\0", 108],
    ["0000000\0", 116],
    ["00000000005\0", 124],
    ["00000000000\0", 136],
    ["        ", 148],
    ["0", 156],
    ["ustar\x0000", 257]
  ] as const) {
    header.write(text, at)
  }
  header.write(
    `${header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, "0")}\0 `,
    148
  )
  return Buffer.concat([header, Buffer.from("hello".padEnd(512, "\0")), Buffer.alloc(1024)])
}

const tar = archive()
const layer = gzipSync(tar)
const config = Buffer.from(
  JSON.stringify({
    architecture: process.arch === "arm64" ? "arm64" : "amd64",
    os: "linux",
    config: {},
    rootfs: { type: "layers", diff_ids: [digestOf(tar)] }
  })
)
const manifestOf = (size = layer.length) =>
  Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: ociManifest,
      config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: digestOf(config), size: config.length },
      layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", digest: digestOf(layer), size }]
    })
  )

/** A good image, but for what a test does instead. */
const image =
  (instead: { readonly manifest?: Script; readonly layer?: Script }, manifest = manifestOf()): Script =>
  (request, response) => {
    const { url = "" } = request
    if (url.includes("/manifests/")) {
      if (instead.manifest !== undefined) return instead.manifest(request, response)
      response.writeHead(200, { "content-type": ociManifest }).end(manifest)
    } else if (url.endsWith(digestOf(config))) response.end(config)
    else if (instead.layer !== undefined) instead.layer(request, response)
    else response.end(layer)
  }

/** Sends bytes for as long as somebody takes them, at most 5 GB. */
const endless: Script = (_, response) => {
  const piece = Buffer.alloc(1024 * 1024, " ")
  let left = 5 * 1024
  const more = (): void => {
    while (left-- > 0 && !response.destroyed) if (!response.write(piece)) return void response.once("drain", more)
    response.end()
  }
  more()
}

describe("a registry that", () => {
  const gantry = useGantry()
  let server: ScriptedServer | undefined
  gantry.env["GANTRY_REGISTRY_TIMEOUT"] = "1000ms"

  afterEach(async () => {
    await server?.close()
    // Beginnings of layers are kept for the next pull.
    await gantry.ok("system", "prune", "-af")
  })

  /** Pulls an image that must not come, and returns what is said. */
  const refused = async (script: Script) => {
    server = await scriptedServer(script)
    const pull = gantry.start("pull", `${server.host}/a/b:1`)
    const peak = watchMemory(pull)
    const { status, stderr } = await pull.ended
    expect(status).toBe(1)
    expect(stderr).not.toMatch(/\n\s+at /)
    expect(peak()).toBeLessThan(150_000_000)
    expect(await gantry.ok("images", "-q", `${server.host}/a/b`)).toBe("")
    expect(await gantry.ok("check")).toContain("all is well")
    return stderr
  }

  it("is honest is believed: the image of these tests is a good one", async () => {
    server = await scriptedServer(image({}))
    await gantry.ok("pull", `${server.host}/a/b:1`)
    expect(await gantry.ok("check")).toContain("all is well")
  })

  it("never answers is given up", async () => {
    expect(await refused(image({ manifest: () => {} }))).toContain("sent nothing for 1 s")
  })

  it("stalls in the middle of a layer is given up", async () => {
    const stalling: Script = (_, response) => {
      response.writeHead(200, { "content-length": layer.length })
      response.write(layer.subarray(0, 20))
    }
    expect(await refused(image({ layer: stalling }))).toContain("sent nothing for 1 s")
  })

  it("cuts a layer off each time is given up, and says how much was missing", async () => {
    const cutting: Script = (_, response) => {
      response.writeHead(200, { "content-length": layer.length })
      response.write(layer.subarray(0, 20), () => response.destroy())
    }
    expect(await refused(image({ layer: cutting }))).toMatch(/not available\n.*cut/)
  })

  it("ends a layer early without a word is found out", async () => {
    const short: Script = (_, response) => void response.writeHead(200).end(layer.subarray(0, 20))
    expect(await refused(image({ layer: short }))).toContain(digestOf(layer))
  })

  it("sends other bytes than the digest says is found out", async () => {
    const wrong: Script = (_, response) => void response.end(gzipSync(Buffer.concat([tar, Buffer.alloc(512)])))
    expect(await refused(image({ layer: wrong }))).toContain(digestOf(layer))
  })

  it("sends a layer that goes on and on is cut off at the length that was promised", async () => {
    expect(await refused(image({ layer: endless }))).toContain(digestOf(layer))
    await server?.close()
    expect(server?.sent()).toBeLessThan(100_000_000)
  })

  it("promises another length than it has is found out", async () => {
    expect(await refused(image({}, manifestOf(layer.length + 7)))).toContain(digestOf(layer))
  })

  it("sends a manifest of 5 GB is cut off, whether or not it says so before", async () => {
    expect(await refused(image({ manifest: endless }))).toMatch(/manifest of .*longer than 4194304 bytes/)
    await server?.close()
    expect(server?.sent()).toBeLessThan(100_000_000)
    const announced: Script = (request, response) => {
      response.setHeader("content-length", 5 * 1024 ** 3)
      endless(request, response)
    }
    expect(await refused(image({ manifest: announced }))).toMatch(/manifest of .*longer than 4194304 bytes/)
  })

  it("redirects in a loop, or without end, is not followed", async () => {
    const loop: Script = (_, response) => void response.writeHead(307, { location: "/v2/a/b/manifests/1" }).end()
    expect(await refused(image({ manifest: loop }))).toContain("redirects in a loop")
    let hop = 0
    const endlessly: Script = (_, response) =>
      void response.writeHead(307, { location: `/v2/a/b/manifests/1?${++hop}` }).end()
    expect(await refused(image({ manifest: endlessly }))).toContain("redirects more than 10 times")
    expect(hop).toBeLessThan(20)
  })

  it.each([429, 500, 503])(
    "answers %i to everything is asked five times, which is said, and given up",
    async (status) => {
      const stderr = await refused(image({ manifest: (_, response) => void response.writeHead(status).end() }))
      expect(stderr).toContain(`answered ${status}; 5 tries were made`)
      expect(stderr).toMatch(/trying again in [\d.]+ s \(5 of 5\)/)
      expect(server?.asked.length).toBe(5)
    }
  )

  it("answers 429 once is waited for as long as it asks", async () => {
    let first = true
    const busy: Script = (_, response) => {
      if (!first) return void response.writeHead(200, { "content-type": ociManifest }).end(manifestOf())
      first = false
      response.writeHead(429, { "retry-after": "1" }).end()
    }
    server = await scriptedServer(image({ manifest: busy }))
    const { status, stderr } = await gantry.try("pull", `${server.host}/a/b:1`)
    expect(status).toBe(0)
    expect(stderr).toContain("answered 429; trying again in 1 s (2 of 5)")
  })

  it("has a layer in an unknown compression is told so, by the name of the layer", async () => {
    const strange = Buffer.from("BZh91AY&SYnothing that we read")
    const manifest = Buffer.from(
      manifestOf()
        .toString()
        .replace(digestOf(layer), digestOf(strange))
        .replace(`"size":${layer.length}`, `"size":${strange.length}`)
    )
    const script = image({ layer: (_, response) => void response.end(strange) }, manifest)
    expect(await refused(script)).toContain(digestOf(strange))
  })
})
