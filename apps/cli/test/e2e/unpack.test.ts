import { execFileSync, spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import {
  chmodSync,
  existsSync,
  linkSync,
  lchownSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync
} from "node:fs"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { loadSyscallsSync } from "@gantry/linux/load"
import { describe, expect, it } from "vitest"
import { useGantry } from "./host/gantry.ts"
import { fullListing } from "./host/listing.ts"

const has = (program: string): boolean => {
  try {
    execFileSync("sh", ["-c", `command -v ${program}`], { stdio: "ignore" })
    return true
  } catch {
    return false
  }
}

/** The directories of a docker image's layers, the highest first. */
const driverLayers = "{{.GraphDriver.Data.UpperDir}}:{{.GraphDriver.Data.LowerDir}}"

/** Whether there is a docker that keeps layers as directories that can be stacked here. */
const dockerStacks = (): boolean => {
  const { stdout } = spawnSync("docker", ["info", "-f", "{{.Driver}}"], { encoding: "utf8" })
  if (stdout?.trim() === "overlay2") return true
  console.log("!! docker IS SKIPPED: its daemon does not answer, or does not stack directories !!")
  return false
}

/** A tree with something of everything that an archive can hold. */
const makeSource = (source: string): void => {
  const kernel = loadSyscallsSync()
  const at = (...names: ReadonlyArray<string>) => join(source, ...names)
  const deep = ["deep", "x".repeat(90), "y".repeat(90), "z".repeat(200)]
  mkdirSync(at(...deep), { recursive: true })
  writeFileSync(at(...deep, "far"), "far down")
  mkdirSync(at("d/sub"), { recursive: true })
  for (const name of ["d/old", "d/sub/old", "gone", "file-to-directory", "hard", "setuid", "setgid", "äöü 日本"])
    writeFileSync(at(name), `content of ${name}`)
  mkdirSync(at("gone-directory"))
  writeFileSync(at("gone-directory/x"), "x")
  mkdirSync(at("directory-to-file"))
  writeFileSync(at("directory-to-file/x"), "x")
  mkdirSync(at("tmp"))
  linkSync(at("hard"), at("d/hard"))
  symlinkSync("/etc/passwd", at("absolute"))
  symlinkSync("../../..", at("climbing"))
  symlinkSync("t".repeat(300), at("long-link"))
  writeFileSync(at("sparse"), "begin")
  truncateSync(at("sparse"), 5_000_000)
  writeFileSync(at("sparse"), "end", { flag: "a" })
  kernel.mknod(at("fifo"), 0o010644, 0, 0)
  kernel.mknod(at("char"), 0o020666, 1, 3)
  kernel.mknod(at("block"), 0o060660, 259, 70_000)
  kernel.lsetxattr(at("d/old"), "user.a", Buffer.from("value"))
  kernel.lsetxattr(at("setuid"), "security.capability", Buffer.from("0100000200200000000000000000000000000000", "hex"))
  lchownSync(at("hard"), 1000, 4_000_000_000)
  lchownSync(at("absolute"), 3, 4)
  chmodSync(at("setuid"), 0o4755)
  chmodSync(at("setgid"), 0o2711)
  chmodSync(at("tmp"), 0o1777)
  chmodSync(at("d"), 0o700)
  utimesSync(at("d/old"), -100, -100)
  lutimesSync(at("absolute"), 1_000_000_000.25, 1_000_000_000.25)
  utimesSync(at("d"), 1_500_000_000, 1_500_000_000)
}

const tar = (source: string, ...args: ReadonlyArray<string>): Buffer =>
  execFileSync("tar", ["--numeric-owner", "-C", source, ...args, "-cf", "-", "."], { maxBuffer: 1 << 27 })

const attributes = ["--xattrs", "--xattrs-include=*"]

describe("debug apply-layer", () => {
  const gantry = useGantry()
  const place = (name: string): string => join(gantry.scratch, name)

  it.each([
    ["posix", [...attributes, "--sparse"]],
    ["posix", ["--sparse", "--sparse-version=0.0"]],
    ["posix", ["--sparse", "--sparse-version=0.1"]],
    ["gnu", ["--sparse"]],
    ["oldgnu", ["--sparse"]]
  ] as const)("makes of an archive of the format %s %s what tar makes of it", async (format, options) => {
    const name = `${format}-${options.length}${options.at(-1)?.slice(-1)}`
    const source = place(`source-${name}`)
    mkdirSync(source)
    makeSource(source)
    const archive = tar(source, `--format=${format}`, ...options)
    const theirs = place(`tar-${name}`)
    mkdirSync(theirs)
    execFileSync("tar", ["--numeric-owner", "-p", ...attributes, "-C", theirs, "-xf", "-"], { input: archive })
    const ours = place(`gantry-${name}`)
    const { status, stderr, stdout } = await gantry.tryWith(archive, "debug", "apply-layer", ours)
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
    expect(stdout.trim()).toBe(`sha256:${createHash("sha256").update(archive).digest("hex")}`)
    expect(fullListing(ours)).toEqual(fullListing(theirs))
  })

  const whiteouts = [".wh.gone", ".wh.gone-directory", "d/.wh..wh..opq"]

  /** Two layers, of which the second one removes and replaces in all ways. */
  const twoLayers = (name: string, removing: ReadonlyArray<string>): ReadonlyArray<Buffer> => {
    const [source, upper] = [place(`source-${name}`), place(`upper-${name}`)]
    mkdirSync(source)
    makeSource(source)
    mkdirSync(join(upper, "d"), { recursive: true })
    for (const each of removing) writeFileSync(join(upper, each), "")
    writeFileSync(join(upper, "d/new"), "new")
    mkdirSync(join(upper, "file-to-directory"))
    writeFileSync(join(upper, "file-to-directory/in"), "in")
    writeFileSync(join(upper, "directory-to-file"), "file")
    mkdirSync(join(upper, "absolute"))
    writeFileSync(join(upper, "absolute/in"), "a directory now, and no link")
    writeFileSync(join(upper, "hard"), "another file than d/hard was")
    return [tar(source, "--format=posix", ...attributes), tar(upper, "--format=gnu")]
  }

  /** What gantry makes of layers, one after the other. */
  const applied = async (name: string, layers: ReadonlyArray<Buffer>): Promise<string> => {
    const ours = place(name)
    for (const layer of layers) {
      expect(await gantry.tryWith(layer, "debug", "apply-layer", ours)).toMatchObject({ status: 0, stderr: "" })
    }
    return ours
  }

  it.runIf(has("umoci"))("makes of two layers what umoci makes of them", async () => {
    const layers = twoLayers("umoci", [...whiteouts, "d/.wh.hard"])
    const [layout, theirs] = [place("layout"), place("umoci")]
    execFileSync("umoci", ["init", "--layout", layout])
    execFileSync("umoci", ["new", "--image", `${layout}:t`])
    for (const [index, layer] of layers.entries()) {
      const file = place(`layer-${index}.tar`)
      writeFileSync(file, layer)
      execFileSync("umoci", ["raw", "add-layer", "--image", `${layout}:t`, file], { stdio: "ignore" })
    }
    execFileSync("umoci", ["raw", "unpack", "--image", `${layout}:t`, theirs], { stdio: "ignore" })
    const ours = await applied("gantry", layers)
    expect(fullListing(ours)).toEqual(fullListing(theirs))
    expect(readdirSync(join(ours, "d")).toSorted()).toEqual(["new"])
  })

  it.runIf(dockerStacks())("makes of two layers what docker makes of them", async () => {
    // Docker keeps a whiteout in an opaque directory as a file that is listed and is not there.
    const layers = twoLayers("docker", whiteouts)
    const folder = place("docker-archive")
    mkdirSync(folder)
    const name = `gantry-e2e-layers-${process.pid}:1`
    const config = {
      architecture: "amd64",
      os: "linux",
      config: { Cmd: ["true"] },
      rootfs: {
        type: "layers",
        diff_ids: layers.map((layer) => `sha256:${createHash("sha256").update(layer).digest("hex")}`)
      }
    }
    writeFileSync(join(folder, "config.json"), JSON.stringify(config))
    for (const [index, layer] of layers.entries()) writeFileSync(join(folder, `${index}.tar`), layer)
    const entry = { Config: "config.json", RepoTags: [name], Layers: layers.map((_, index) => `${index}.tar`) }
    writeFileSync(join(folder, "manifest.json"), JSON.stringify([entry]))
    const docker = (args: ReadonlyArray<string>, input?: Buffer) =>
      execFileSync("docker", args, { encoding: "utf8", stdio: ["pipe", "pipe", "ignore"], ...(input && { input }) })
    const [theirs, ours] = [place("docker"), await applied("gantry-docker", layers)]
    try {
      docker(["load", "-q"], tar(folder))
      const lower = docker(["image", "inspect", "-f", driverLayers, name]).trim()
      mkdirSync(theirs)
      execFileSync("mount", ["-t", "overlay", "overlay", "-o", `ro,lowerdir=${lower}`, theirs])
      // A layer's own directory is of the time when docker made it.
      const root = new Set([""])
      expect(fullListing(ours, root)).toEqual(fullListing(theirs, root))
    } finally {
      spawnSync("umount", [theirs])
      spawnSync("docker", ["rmi", "-f", name], { stdio: "ignore" })
    }
  })

  it("reads archives that are plain, or compressed with gzip or zstd", async () => {
    const source = place("source-packed")
    mkdirSync(source)
    writeFileSync(join(source, "a"), "a")
    const plain = tar(source)
    const packed = [plain, gzipSync(plain)]
    if (has("zstd")) packed.push(execFileSync("zstd", ["-c"], { input: plain }))
    for (const [index, archive] of packed.entries()) {
      const folder = place(`packed-${index}`)
      expect(await gantry.tryWith(archive, "debug", "apply-layer", folder)).toMatchObject({ status: 0, stderr: "" })
      expect(readFileSync(join(folder, "a"), "utf8")).toBe("a")
    }
    const cut = await gantry.tryWith(gzipSync(plain).subarray(0, 60), "debug", "apply-layer", place("cut"))
    expect(cut).toMatchObject({ status: 1 })
    expect(cut.stderr).toContain("is no archive of a layer")
  })

  it("refuses what leads outside by name, and writes nothing there, whatever links are in the folder", async () => {
    const folder = place("hostile")
    const outside = place("outside")
    for (const each of [folder, outside]) mkdirSync(each)
    symlinkSync(outside, join(folder, "link"))
    const source = place("source-hostile")
    mkdirSync(join(source, "link"), { recursive: true })
    writeFileSync(join(source, "link/x"), "x")
    expect((await gantry.tryWith(tar(source), "debug", "apply-layer", folder)).status).toBe(0)
    const climbing = tar(source, "-P", "--transform=s,^.*x$,../outside/x,")
    const { status, stderr } = await gantry.tryWith(climbing, "debug", "apply-layer", folder)
    expect(status).toBe(1)
    expect(stderr).toContain("../outside/x")
    expect(readdirSync(outside)).toEqual([])
    expect(existsSync(join(folder, "link/x"))).toBe(true)
  })

  it("ends at the limit that was set", async () => {
    gantry.env["GANTRY_LAYER_LIMIT"] = "10000"
    const { status, stderr } = await gantry.tryWith(new Uint8Array(1 << 20), "debug", "apply-layer", place("limited"))
    delete gantry.env["GANTRY_LAYER_LIMIT"]
    expect(status).toBe(1)
    expect(stderr).toContain("more than 10000 bytes")
    expect(stderr).toContain("GANTRY_LAYER_LIMIT")
  })
})

describe("layers", () => {
  const gantry = useGantry()

  it("tells what each layer adds, changes and removes, and what of it is wasted", async () => {
    await gantry.build("web", "FROM base\nCOPY a b /\nRUN rm /a && echo more > /b\n", { a: "12345", b: "b" })
    const report = JSON.parse(await gantry.ok("layers", "--json", "web"))
    const [copied, run] = report.layers.slice(-2)
    const paths = (files: ReadonlyArray<{ readonly path: string }>) => files.map(({ path }) => path)
    expect(paths(copied.added)).toEqual(["a", "b"])
    expect(copied.wasted).toBe(6)
    expect([paths(run.added), paths(run.changed), paths(run.removed)]).toEqual([[], ["b"], ["a"]])
    expect(run.createdBy).toContain("rm /a")
    expect(report.bytes - report.wasted).toBeGreaterThan(0)
    const text = await gantry.ok("layers", "--files", "web")
    expect(text).toMatch(/^LAYER +SIZE +ADDED +CHANGED +REMOVED +WASTED +CREATED BY$/m)
    expect(text).toMatch(/^A \/a$[\s\S]*^D \/a$\n^C \/b$/m)
    expect(text).toMatch(/^\d+ layers, .* wasted, efficiency [\d.]+ %$/m)
  })
})
