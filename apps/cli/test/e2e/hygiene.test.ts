import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { type Gantry, useGantry } from "./host/gantry.ts"

/** Bytes of each row of `system df`, by its name. */
const usage = async (gantry: Gantry): Promise<ReadonlyMap<string, number>> => {
  const text = await gantry.ok("system", "df", "--format", "{{.Type}}={{.Bytes}}")
  return new Map(text.split("\n").map((line) => [line.split("=")[0] ?? "", Number(line.split("=")[1])]))
}

const sum = (rows: ReadonlyMap<string, number>, without: ReadonlyArray<string> = []): number =>
  [...rows].reduce((total, [name, bytes]) => (without.includes(name) ? total : total + bytes), 0)

const du = (path: string): number =>
  Number(execFileSync("du", ["-B1", "-s", path], { encoding: "utf8" }).split("\t")[0])

/** Names of what a dry run lists as going. */
const planned = (text: string): ReadonlyArray<string> => {
  const [, list = ""] = /Would be removed:\nKIND.*\n([^]*?)\n\n/.exec(text) ?? []
  return list.split("\n").filter((line) => line !== "")
}

const findings = async (gantry: Gantry, ...options: ReadonlyArray<string>) => {
  const outcome = await gantry.try("check", "--json", ...options)
  const report = JSON.parse(outcome.stdout) as {
    readonly findings: ReadonlyArray<{ readonly kind: string; readonly what: string; readonly repaired: boolean }>
  }
  return { status: outcome.status, found: report.findings.map(({ kind, what }) => `${kind} ${what}`), report }
}

describe("the disk", () => {
  const gantry = useGantry()

  it("is told byte by byte: the rows of `system df` add up to what du says", async () => {
    await gantry.build(
      "fat",
      "FROM base AS helper\nRUN dd if=/dev/zero of=/helper bs=1024 count=300\nFROM base\nCOPY --from=helper /helper /x\nRUN ln /x /y"
    )
    await gantry.ok(
      "run",
      "--name",
      "stopped",
      "-v",
      "named:/v",
      "-v",
      "/anonymous",
      "fat",
      "dd",
      "if=/dev/zero",
      "of=/v/z",
      "bs=1024",
      "count=100"
    )
    await gantry.ok("run", "-d", "--name", "running", "fat", "sh", "-c", "echo written > /w; sleep 600")
    writeFileSync(join(gantry.root, "foreign"), "x")
    mkdirSync(join(gantry.root, "layers/foreign"))
    expect(sum(await usage(gantry))).toBe(du(gantry.root))
    rmSync(join(gantry.root, "foreign"))
    rmSync(join(gantry.root, "layers/foreign"), { recursive: true })
    const rows = await usage(gantry)
    expect(sum(rows)).toBe(du(gantry.root))
    expect(rows.get("Build Cache")).toBeGreaterThan(300 * 1024)
    expect(rows.get("Local Volumes")).toBeGreaterThan(100 * 1024)
    const table = await gantry.ok("system", "df")
    expect(table).toMatch(/^TYPE +TOTAL +ACTIVE +SIZE +RECLAIMABLE\nImages +2 +1 /)
    expect(table).toMatch(/\nContainers +2 +1 .*\nLocal Volumes +2 +2 .*\nBuild Cache +\d+ +\d+ /)
    expect(await gantry.ok("system", "df", "-v")).toMatch(
      /^Build cache usage: \d.*, besides \d\S*B that images have as well$/m
    )
    expect(await gantry.ok("system", "df", "-v")).toMatch(/UNIQUE SIZE +CONTAINERS +LAST USED\n(?:.*\n)*fat +latest /)
    const document = JSON.parse(await gantry.ok("system", "df", "-v", "--format", "json"))
    expect(document.Images).toContainEqual(expect.objectContaining({ Repository: "fat", Tag: "latest" }))
    expect(document.Containers).toHaveLength(2)
    expect(await gantry.ok("system", "df", "-v", "--format", "{{range .Volumes}}{{.Links}} {{end}}")).toBe("1 1 ")
    expect((await gantry.try("system", "df", "-v", "--format", "table {{.ID}}")).stderr).toContain("tables of its own")
  })

  it("is freed as the dry run says, and nothing in use goes", async () => {
    await gantry.build("busy", "FROM base\nRUN echo busy > /busy")
    await gantry.build("idle", "FROM base\nRUN echo idle > /idle")
    await gantry.ok("run", "-d", "--name", "running", "busy", "sleep", "600")
    await gantry.ok("run", "--name", "stopped", "idle", "true")
    const dry = await gantry.ok("system", "prune", "-a", "--volumes", "--dry-run")
    expect(dry).toMatch(/Would be kept:\nKIND +WHAT +WHY\ncontainer +running +it is running\n/)
    const before = await usage(gantry)
    const outcome = await gantry.ok("system", "prune", "-a", "--volumes", "-f")
    const after = await usage(gantry)
    const freed = /Total reclaimable space: (.*)/.exec(dry)?.[1]
    expect(outcome).toContain(`Total reclaimed space: ${freed}`)
    expect(sum(before, ["Records"]) - sum(after, ["Records"])).toBeGreaterThan(0)
    expect(outcome).toMatch(/Deleted Containers:\n[0-9a-f]{64}\n\n/)
    expect(outcome).toMatch(/Deleted Images:\nuntagged: .*\n/)
    expect(await gantry.ok("ps", "-a", "--format", "{{.Names}}")).toBe("running")
    expect(await gantry.ok("images", "--format", "{{.Repository}}")).toBe("busy")
    expect(await gantry.ok("exec", "running", "cat", "/busy")).toBe("busy")
    expect(planned(await gantry.ok("system", "prune", "-a", "--volumes", "--dry-run"))).toEqual([])
    expect((await findings(gantry)).found).toEqual([])
  })

  it("is not freed before somebody said yes", async () => {
    const text = "FROM scratch\nCOPY f /"
    await gantry.build("asked", text, { f: "x" })
    const no = await gantry.tryWith("n\n", "image", "prune", "-a")
    expect(no.stdout).toMatch(
      /^WARNING! This will remove all images without at least one container associated to them\.\n/
    )
    expect(no.stderr).toContain("Are you sure you want to continue? [y/N] ")
    expect(no.status).toBe(1)
    expect((await gantry.tryWith("", "image", "prune", "-a")).status).toBe(1)
    expect(await gantry.ok("images", "-q", "asked")).not.toBe("")
    const yes = await gantry.tryWith("y\n", "image", "prune", "-a", "--filter", "label!=keep")
    expect(yes.stdout).toContain("untagged: asked:latest")
    expect(await gantry.ok("images", "-q", "asked")).toBe("")
  })

  it("keeps what was used not long ago, and what has a label, when asked to", async () => {
    await gantry.build("kept", "FROM scratch\nLABEL keep=yes\nCOPY f /", { f: "1" })
    await gantry.build("plain", "FROM scratch\nCOPY f /", { f: "2" })
    const images = () => gantry.ok("images", "--format", "{{.Repository}} {{.LastUsed}}")
    await gantry.ok("image", "prune", "-af", "--filter", "unused-for=30d")
    await gantry.ok("image", "prune", "-af", "--filter", "until=1w")
    expect((await images()).split("\n").toSorted().join()).toMatch(/^kept .*ago,plain .*ago$/)
    await gantry.ok("image", "prune", "-af", "--filter", "label!=keep")
    expect(await images()).toMatch(/^kept .*ago$/)
    const bad = await gantry.try("image", "prune", "-af", "--filter", "unused-for=soon")
    expect(bad.status).toBe(1)
    expect(bad.stderr).toContain('invalid duration "soon"')
    const both = await gantry.try("system", "prune", "-f", "--volumes", "--filter", "until=1h")
    expect(both.stderr).toContain("not supported")
  })

  it("keeps the build cache when an image is removed, so that it can be made again at once", async () => {
    await gantry.build("again", "FROM scratch\nCOPY f /", { f: "cached" })
    expect(await gantry.ok("rmi", "again")).toMatch(/^Untagged: again:latest\nDeleted: sha256:[0-9a-f]{64}$/)
    const { stderr, stdout } = await gantry.build("again", "FROM scratch\nCOPY f /", { f: "cached" })
    expect(stderr + stdout).toMatch(/cached/i)
    await gantry.ok("rmi", "again")
    expect(await gantry.ok("builder", "prune", "-af")).toMatch(/Deleted build cache objects:\n[0-9a-f]{64}\n/)
    expect((await usage(gantry)).get("Build Cache")).toBe(0)
  })
})

describe("check", () => {
  const gantry = useGantry()
  const layersOf = async (image: string) =>
    JSON.parse(await gantry.ok("inspect", "-f", "{{json .RootFS.Layers}}", image)) as ReadonlyArray<string>
  const directoryOf = (diffId: string): string => {
    const name = readdirSync(join(gantry.root, "layers")).find((each) => diffId.startsWith(`sha256:${each}`))
    expect(name).toBeDefined()
    return join(gantry.root, "layers", name ?? "")
  }

  it("finds nothing in a store that is well, and reads all of it", async () => {
    await gantry.ok("run", "--name", "some", "-v", "named:/v", "base", "true")
    expect(await gantry.ok("check")).toMatch(/^checked \d+ images?, \d+ layers?, \d+ blobs?, 1 container: all is well$/)
    expect(await gantry.ok("system", "check", "--quick")).toContain("without their files")
  })

  it("finds a changed file of a layer, and repairs by forgetting what needs it", async () => {
    await gantry.build("changed", "FROM scratch\nCOPY f /", { f: "before" })
    const [layer = ""] = await layersOf("changed")
    writeFileSync(join(directoryOf(layer), "diff/f"), "after!")
    expect(await findings(gantry, "--quick")).toMatchObject({ status: 0, found: [] })
    expect(await findings(gantry)).toMatchObject({ status: 1, found: [`layer ${layer}`, "image changed:latest"] })
    expect((await findings(gantry, "--repair")).status).toBe(0)
    expect(await findings(gantry)).toMatchObject({ status: 0, found: [] })
    await gantry.build("changed", "FROM scratch\nCOPY f /", { f: "before" })
    expect(await findings(gantry)).toMatchObject({ status: 0, found: [] })
  })

  it("finds a layer that is gone, and leaves alone what a container stands on", async () => {
    await gantry.build("stood-on", "FROM base\nCOPY f /", { f: "x" })
    await gantry.ok("create", "--name", "standing", "stood-on")
    const layer = (await layersOf("stood-on")).at(-1) ?? ""
    rmSync(directoryOf(layer), { recursive: true })
    const { found, report, status } = await findings(gantry, "--repair")
    expect([status, found]).toEqual([1, [`layer ${layer}`]])
    expect(JSON.stringify(report)).toContain("gantry rm standing")
    await gantry.ok("rm", "standing")
    expect((await findings(gantry, "--repair")).status).toBe(0)
    expect(await findings(gantry)).toMatchObject({ status: 0, found: [] })
  })

  it("finds a blob that was changed, and names how to get the image again", async () => {
    await gantry.build("blobbed", "FROM scratch\nCOPY f /", { f: "b" })
    const id = await gantry.field("blobbed", "{{.Id}}")
    writeFileSync(join(gantry.root, "blobs/sha256", id.replace("sha256:", "")), "{}")
    const { found, report, status } = await findings(gantry, "--repair")
    expect([status, found]).toEqual([0, [`blob ${id}`, "image blobbed:latest"]])
    expect(JSON.stringify(report)).toContain("build or load it again")
    expect(await findings(gantry)).toMatchObject({ status: 0, found: [] })
  })

  it("finds what is something else than it should be, and goes on looking", async () => {
    await gantry.build("odd", "FROM scratch\nCOPY f /odd", { f: "odd" })
    await gantry.build("even", "FROM scratch\nCOPY f /even", { f: "even" })
    const id = await gantry.field("even", "{{.Id}}")
    const config = join(gantry.root, "blobs/sha256", id.replace("sha256:", ""))
    const [layer = ""] = await layersOf("odd")
    rmSync(directoryOf(layer), { recursive: true })
    writeFileSync(join(gantry.root, "layers", layer.slice("sha256:".length, "sha256:".length + 12)), "a file")
    rmSync(config)
    mkdirSync(config)
    rmSync(join(gantry.root, "oci-layout"))
    const broken = [`blob ${id}`, `layer ${layer}`, "image even:latest", "image odd:latest", "index index.json"]
    const { found } = await findings(gantry)
    expect(found.toSorted()).toEqual(broken.toSorted())
    // A directory is not removed as a file.
    await findings(gantry, "--repair")
    expect(await findings(gantry)).toMatchObject({ status: 1, found: [`blob ${id}`] })
    rmSync(config, { recursive: true })
    expect(await findings(gantry)).toMatchObject({ status: 0, found: [] })
    expect(existsSync(join(gantry.root, "oci-layout"))).toBe(true)
  })

  it("finds an index of platforms that is gone", async () => {
    await gantry.ok(
      "build",
      "-q",
      "--platform",
      "linux/amd64,linux/arm64",
      "-t",
      "both",
      gantry.context({ Dockerfile: "FROM scratch\nCOPY Dockerfile /\n" })
    )
    const index = JSON.parse(readFileSync(join(gantry.root, "index.json"), "utf8")) as {
      readonly manifests: ReadonlyArray<{ readonly mediaType: string; readonly digest: string }>
    }
    const named = index.manifests.find(({ mediaType }) => mediaType.includes("index"))
    rmSync(join(gantry.root, "blobs/sha256", named?.digest.slice("sha256:".length) ?? ""))
    expect((await findings(gantry)).found).toEqual(["image both:latest", "image both:latest"])
    expect((await findings(gantry, "--repair")).status).toBe(0)
    expect(await findings(gantry)).toMatchObject({ status: 0, found: [] })
  })

  it("finds strays and a wrong index, and repairs them without touching what is not gantry's", async () => {
    mkdirSync(join(gantry.root, "layers/stray"))
    writeFileSync(join(gantry.root, "blobs/sha256/stray"), "")
    writeFileSync(join(gantry.root, "index.json"), "{}")
    writeFileSync(join(gantry.root, "mine"), "precious")
    mkdirSync(join(gantry.root, "layers/0123456789ab"))
    const all = ["stray layers/stray", "stray blobs/sha256/stray", "stray mine", "index index.json"]
    const first = await findings(gantry)
    expect([first.status, first.found.toSorted()]).toEqual([1, all.toSorted()])
    expect(await findings(gantry, "--repair")).toMatchObject({ status: 1 })
    expect(await findings(gantry)).toMatchObject({ status: 1, found: ["stray mine"] })
    expect(readFileSync(join(gantry.root, "mine"), "utf8")).toBe("precious")
    expect(await findings(gantry, "--repair", "--force")).toMatchObject({ status: 0 })
    expect(existsSync(join(gantry.root, "mine"))).toBe(false)
    expect(await findings(gantry)).toMatchObject({ status: 0, found: [] })
  })

  it("never touches a volume that nobody has on record", async () => {
    const home = join(gantry.root, "volumes/lost/_data")
    mkdirSync(home, { recursive: true })
    writeFileSync(join(home, "precious"), "x")
    execFileSync("touch", ["-d", "2 days ago", join(gantry.root, "volumes/lost")])
    expect(await findings(gantry, "--repair")).toMatchObject({ status: 1, found: ["volume lost"] })
    expect(await gantry.ok("run", "--rm", "-v", "lost:/v", "base", "cat", "/v/precious")).toBe("x")
    expect(await findings(gantry)).toMatchObject({ status: 0, found: [] })
  })
})
