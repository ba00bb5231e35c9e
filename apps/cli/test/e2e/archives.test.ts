import { execFileSync, spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { gzipSync, zstdCompressSync } from "node:zlib"
import { describe, expect, it } from "vitest"
import { openGantry, programPath, useGantry } from "./host/gantry.ts"

const has = (program: string): boolean => spawnSync(program, ["--version"]).status === 0

describe("images in archives and layout folders", () => {
  const gantry = useGantry()
  const file = (name: string): string => join(gantry.scratch, name)

  /** Does something with an engine that has nothing yet. */
  const elsewhere = async <A>(use: (other: ReturnType<typeof openGantry>) => Promise<A>): Promise<A> => {
    const other = openGantry([programPath])
    try {
      return await use(other)
    } finally {
      await other.ok("system", "reset", "-f")
      other.close()
    }
  }

  const app = () => gantry.build("app:2", 'FROM base\nRUN echo two > /two\nENTRYPOINT ["cat","/two"]\n')

  it("go from one engine to another with ID, names and content", async () => {
    await app()
    await gantry.ok("tag", "app:2", "example.com/team/app:stable")
    const id = await gantry.field("app:2", "{{.Id}}")
    await gantry.ok("save", "-o", "all.tar", "app:2", "base", "example.com/team/app:stable")
    await elsewhere(async (other) => {
      expect(await other.ok("load", "-i", file("all.tar"))).toBe(
        "Loaded image: app:2\nLoaded image: example.com/team/app:stable\nLoaded image: base:latest"
      )
      expect(await other.field("example.com/team/app:stable", "{{.Id}}")).toBe(id)
      expect(await other.ok("run", "--rm", "app:2")).toBe("two")
      expect(await other.ok("load", "-q", "-i", file("all.tar"))).toContain("Loaded image: app:2")
    })
  })

  it("are sent without what the receiver has, by an image that both have or by the receiver's own list", async () => {
    await app()
    await gantry.ok("save", "-o", "whole.tar", "app:2")
    await gantry.ok("save", "-o", "shared.tar", "base")
    const sent = await gantry.try("save", "-o", "rest.tar", "--not-in", "base", "app:2")
    expect([sent.status, sent.stderr]).toEqual([0, expect.stringMatching(/^gantry: left out [1-9]\d* layers?\n$/)])
    const sizeOf = (name: string) => statSync(file(name)).size
    expect(sizeOf("rest.tar")).toBeLessThan(sizeOf("whole.tar") / 10)
    await elsewhere(async (other) => {
      const early = await other.try("load", "-i", file("rest.tar"))
      expect([early.status, early.stderr]).toEqual([1, expect.stringMatching(/sha256:[0-9a-f]{64}: not found/)])
      await other.ok("load", "-i", file("shared.tar"))
      writeFileSync(file("theirs"), await other.ok("inspect", "-f", "{{json .RootFS.Layers}}", "base"))
      expect(await other.ok("load", "-i", file("rest.tar"))).toBe("Loaded image: app:2")
      expect(await other.ok("run", "--rm", "app:2")).toBe("two")
      expect(await other.ok("check")).toContain("all is well")
    })
    const again = await gantry.try("save", "--not-in", file("theirs"), "app:2")
    expect(readFileSync(file("rest.tar")).equals(again.bytes)).toBe(true)
    writeFileSync(file("nothing"), "sha256:0\n")
    expect((await gantry.try("save", "--not-in", file("nothing"), "app:2")).stderr).toContain(
      "names no layers\n  try: "
    )
    expect((await gantry.try("save", "--not-in", "./nowhere", "app:2")).stderr).toContain("there is no such file")
    expect((await gantry.try("save", "--not-in", "nowhere", "app:2")).stderr).toContain("no such image: nowhere")
  })

  it("are imported from a web server, and not when not all of the archive comes", async () => {
    const made = await gantry.ok("create", "base", "true")
    await gantry.ok("export", "-o", "root.tar", made)
    await gantry.ok("rm", made)
    const root = gzipSync(readFileSync(file("root.tar")))
    const server = createServer(({ url = "" }, response) => {
      if (url.startsWith("/none")) return void response.writeHead(404).end()
      response.writeHead(200, { "content-length": root.length })
      if (!url.startsWith("/cut")) return void response.end(root)
      response.write(root.subarray(0, root.length / 2), () => response.destroy())
    })
    await new Promise<void>((done) => void server.listen(0, "127.0.0.1", done))
    const at = `127.0.0.1:${(server.address() as AddressInfo).port}`
    try {
      await gantry.ok("import", `http://somebody:secret@${at}/root.tgz?token=secret`, "fetched:1")
      expect(await gantry.ok("run", "--rm", "fetched:1", "echo", "it runs")).toBe("it runs")
      const history = await gantry.ok("history", "--format", "{{.Comment}}", "fetched:1")
      expect(history).toBe(`Imported from http://${at}/root.tgz`)
      for (const [path, why] of [
        ["none", "404"],
        ["cut", "cannot be fetched"]
      ] as const) {
        // oxlint-disable-next-line no-await-in-loop
        const refused = await gantry.try("import", `http://${at}/${path}`, "fetched:2")
        expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining(why)])
        expect(refused.stderr).toMatch(/^gantry: http:\/\/.* cannot be fetched: .*\n {2}try: .*\n$/)
      }
      expect(await gantry.ok("images", "-q", "fetched:2")).toBe("")
      expect((await gantry.try("import", "ftp://host/file")).stderr).toContain("cannot fetch ftp://host/file\n  try: ")
      expect(await gantry.ok("check")).toContain("all is well")
    } finally {
      server.close()
    }
  })

  it("have the same bytes every time, through a pipe too, and however many names mean one image", async () => {
    await app()
    await gantry.ok("save", "-o", "one.tar", "app:2")
    await gantry.ok("save", "-o", "two.tar", "app:2", "app")
    const { bytes } = await gantry.try("save", "app:2")
    const saved = readFileSync(file("one.tar"))
    expect(saved.equals(bytes)).toBe(true)
    expect(saved.equals(readFileSync(file("two.tar")))).toBe(true)
  })

  it("come through a pipe, compressed or not; one saved by its ID has no name", async () => {
    await app()
    const id = await gantry.field("app:2", "{{.Id}}")
    const { bytes } = await gantry.try("save", id)
    const forms = [bytes, gzipSync(bytes), zstdCompressSync(bytes)]
    await elsewhere(async (other) => {
      for (const form of forms) {
        expect((await other.tryWith(form, "load")).stdout).toBe(`Loaded image ID: ${id}\n`)
      }
      expect(await other.ok("run", "--rm", id)).toBe("two")
    })
  })

  it("replace a file in one step, and leave it as it is when they cannot be saved", async () => {
    writeFileSync(file("kept.tar"), "kept")
    const { status, stderr } = await gantry.try("save", "-o", "kept.tar", "base", "nope")
    expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringContaining("nope") })
    expect(readFileSync(file("kept.tar"), "utf8")).toBe("kept")
    await gantry.ok("save", "-o", "kept.tar", "base")
    expect(readdirSync(gantry.scratch).filter((name) => name.includes("kept.tar"))).toEqual(["kept.tar"])
  })

  it("are gathered in a layout folder, and are pulled and built on from there", async () => {
    await app()
    await gantry.ok("save", "--format", "oci-dir", "-o", "layout", "app:2")
    await gantry.ok("save", "--format", "oci-dir", "-o", "layout", "base")
    await elsewhere(async (other) => {
      const place = `oci:${file("layout")}`
      const several = await other.try("pull", place)
      expect(several.status).toBe(1)
      expect(several.stderr).toContain("holds several images: app:2, base:latest")
      await other.ok("pull", `${place}:app:2`)
      expect(await other.ok("run", "--rm", "app:2")).toBe("two")
      await other.build("from:1", `FROM ${place}:base\nRUN echo made > /made\nCMD ["cat","/made"]\n`)
      expect(await other.ok("run", "--rm", "from:1")).toBe("made")
      expect(await other.ok("load", "-i", file("layout"))).toBe("Loaded image: app:2\nLoaded image: base:latest")
    })
  })

  it.each([
    ["not there", () => {}, /^gantry: open \S+: there is no such file$/m],
    ["no archive", (path: string) => writeFileSync(path, "x".repeat(3000)), /it is not a tar archive/],
    ["cut off", (path: string) => cutOff(path), /the archive is cut off/],
    ["an empty folder", (path: string) => mkdirSync(path), /it is no OCI layout/]
  ])("are refused when the archive is %s", async (what, make, said) => {
    await gantry.ok("save", "-o", "whole.tar", "base")
    const path = file(`bad-${what.replaceAll(" ", "-")}`)
    make(path)
    const { status, stderr } = await gantry.try("load", "-i", path)
    expect(status).toBe(1)
    expect(stderr).toMatch(said)
  })

  const cutOff = (path: string): void => {
    const whole = readFileSync(file("whole.tar"))
    writeFileSync(path, whole.subarray(0, whole.length / 2))
  }

  it("are not written to a format that nobody knows, nor as a folder to standard output", async () => {
    expect(await gantry.try("save", "--format", "zip", "base")).toMatchObject({
      status: 125,
      stderr: expect.stringContaining("docker-archive, oci-archive, oci-dir")
    })
    expect(await gantry.try("save", "--format", "oci-dir", "base")).toMatchObject({ status: 1 })
  })

  it.runIf(has("skopeo"))("are understood by skopeo, and the other way round", async () => {
    await app()
    const id = await gantry.field("app:2", "{{.Id}}")
    await gantry.ok("save", "-o", "s.tar", "app:2", "base")
    await gantry.ok("save", "--format", "oci-archive", "-o", "s.oci", "app:2")
    const copy = (from: string, to: string) => execFileSync("skopeo", ["copy", "-q", "--insecure-policy", from, to])
    copy(`oci-archive:${file("s.oci")}:app:2`, `oci:${file("sk")}:x`)
    copy(`docker-archive:${file("s.tar")}:base:latest`, `docker-archive:${file("sk.tar")}:their/base:1`)
    copy(`oci:${file("sk")}:x`, `oci-archive:${file("sk.oci")}`)
    await elsewhere(async (other) => {
      await other.ok("pull", `oci:${file("sk")}:x`)
      expect(await other.field("localhost/sk:x", "{{.Id}}")).toBe(id)
      await other.ok("pull", `oci-archive:${file("sk.oci")}`)
      expect(await other.field("localhost/sk:latest", "{{.Id}}")).toBe(id)
      expect(await other.ok("load", "-i", file("sk.tar"))).toBe("Loaded image: their/base:1")
      expect(await other.ok("run", "--rm", "their/base:1", "echo", "hi")).toBe("hi")
    })
  })

  it.runIf(has("umoci"))("are understood by umoci, and the other way round", async () => {
    await app()
    const layout = file("um")
    await gantry.ok("save", "--format", "oci-dir", "-o", "um", "base")
    execFileSync("umoci", ["unpack", "--image", `${layout}:base:latest`, file("bundle")], { stdio: "ignore" })
    writeFileSync(join(file("bundle"), "rootfs/added"), "by umoci\n")
    execFileSync("umoci", ["repack", "--image", `${layout}:more`, file("bundle")], { stdio: "ignore" })
    await gantry.ok("pull", `oci:${layout}:more`)
    expect(await gantry.ok("run", "--rm", "localhost/um:more", "cat", "/added")).toBe("by umoci")
  })

  it.runIf(has("podman"))("are understood by podman, and the other way round", async () => {
    await app()
    const places = ["--root", file("pod"), "--runroot", file("podrun"), "--storage-driver", "vfs"]
    const podman = (...args: ReadonlyArray<string>) =>
      execFileSync("podman", [...places, ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim()
    const id = await gantry.field("app:2", "{{.Id}}")
    for (const format of ["docker-archive", "oci-archive"]) {
      await gantry.ok("save", "--format", format, "-o", `to-podman.${format}`, "app:2")
      expect(podman("load", "-q", "-i", file(`to-podman.${format}`))).toBe("Loaded image: docker.io/library/app:2")
      expect(`sha256:${podman("image", "inspect", "--format", "{{.Id}}", "docker.io/library/app:2")}`).toBe(id)
      podman("save", "-q", "--format", format, "-o", file(`from-podman.${format}`), "docker.io/library/app:2")
      podman("rmi", "-f", "docker.io/library/app:2")
      await elsewhere(async (other) => {
        expect(await other.ok("load", "-i", file(`from-podman.${format}`))).toBe("Loaded image: app:2")
        expect(await other.ok("run", "--rm", "app:2")).toBe("two")
      })
    }
    expect(existsSync(file("pod"))).toBe(true)
  })
})
