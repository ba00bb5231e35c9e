import { execFileSync, spawnSync } from "node:child_process"
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { useGantry } from "./host/gantry.ts"
import { type RegistryServer, startRegistry } from "./host/registry.ts"

const has = (program: string): boolean => spawnSync(program, ["--version"]).status === 0

/** Two platforms: files only, so nothing has to be executed. */
const both = "FROM scratch\nARG TARGETARCH\nCOPY app /app-$TARGETARCH\nLABEL built.for=$TARGETARCH\n"
const platforms = "linux/amd64,linux/arm64"

describe("what a build gives", () => {
  const gantry = useGantry()
  const at = (...names: ReadonlyArray<string>): string => join(gantry.scratch, ...names)
  const json = (path: string) => JSON.parse(readFileSync(at(path), "utf8")) as Record<string, unknown>
  let registry: RegistryServer

  beforeAll(async () => {
    registry = await startRegistry()
  })
  afterAll(() => registry.close())

  const files = () =>
    gantry.context({
      Dockerfile: `FROM base
RUN mkdir -p /srv/out && echo text > /srv/out/file && chown 1000:1000 /srv/out/file && chmod 4750 /srv/out/file \\
 && ln /srv/out/file /srv/out/same && ln -s /etc/passwd /srv/out/link && touch -d '2001-02-03 04:05:06' /srv/out/file
RUN mkdir -m 1777 /srv/open
CMD ["cat","/srv/out/file"]
`
    })

  it("is a folder of files, which belong to the caller and keep modes, links and times", async () => {
    await gantry.ok("build", "-t", "not-kept", "-o", "out", files())
    const file = lstatSync(at("out/srv/out/file"))
    expect([file.mode & 0o7777, file.uid, file.gid, file.nlink]).toEqual([0o4750, 0, 0, 2])
    expect(file.mtime.toISOString()).toBe("2001-02-03T04:05:06.000Z")
    expect(lstatSync(at("out/srv/out/link")).isSymbolicLink()).toBe(true)
    expect(lstatSync(at("out/srv/open")).mode & 0o7777).toBe(0o1777)
    // Only what was asked for is given.
    expect((await gantry.try("inspect", "not-kept")).status).not.toBe(0)
  })

  it("leaves out variables, labels and history, and keeps stages, as buildah does", async () => {
    const directory = gantry.context({
      Dockerfile: "FROM base AS one\nENV A=1 B=2\nLABEL a=1 b=2\nRUN echo one > /one\nFROM one\nRUN echo two > /two\n"
    })
    const unset = [
      "--unsetenv",
      "A,C",
      "--unsetlabel",
      "a",
      "--unsetlabel",
      "given",
      "--label",
      "given=x",
      "--omit-history"
    ]
    const { stderr } = await gantry.try("build", "-t", "unset", ...unset, "--save-stages", directory)
    const [, stage = ""] = /^stage one: (sha256:[0-9a-f]{64})$/m.exec(stderr) ?? []
    expect(await gantry.field("unset", "{{.Config.Env}} {{.Config.Labels}}")).toMatch(/^\[PATH=\S+ B=2\] map\[b:2\]$/)
    expect(await gantry.ok("run", "--rm", "unset", "sh", "-c", "echo $A$B; cat /one /two")).toBe("2\none\ntwo")
    expect(await gantry.ok("run", "--rm", stage, "sh", "-c", "echo $A$B; cat /one; ls /two 2>&1 || true")).toMatch(
      /^12\none\nls/
    )
    await gantry.ok("save", "-o", at("unset.tar"), "unset")
    const manifest = JSON.parse(execFileSync("tar", ["xOf", at("unset.tar"), "manifest.json"]).toString()) as [
      { Config: string }
    ]
    const config = JSON.parse(execFileSync("tar", ["xOf", at("unset.tar"), manifest[0].Config]).toString()) as object
    expect(Object.keys(config)).not.toContain("history")
    expect((await gantry.try("history", "unset")).status).toBe(0)
    await gantry.ok("image", "prune", "-f")
    expect((await gantry.try("inspect", stage)).status).not.toBe(0)
  })

  it("has one layer for all steps with --squash, or for all with --squash-all, and the same files", async () => {
    const directory = gantry.context({
      Dockerfile:
        "FROM base AS one\nRUN echo one > /one && echo $((40 + 2))-gone > /gone\nFROM one\nENV A=1\nRUN rm /gone && echo two > /two\n"
    })
    const shown = async (name: string) => ({
      seen: await gantry.ok(
        "run",
        "--rm",
        name,
        "sh",
        "-c",
        "cat /one /two; echo $A; test -e /gone || ls /bin | wc -l"
      ),
      layers: (JSON.parse(await gantry.field(name, "{{json .RootFS.Layers}}")) as ReadonlyArray<string>).length
    })
    await gantry.ok("build", "-t", "plain", directory)
    await gantry.ok("build", "-t", "few", "--squash", "--require-cached", directory)
    await gantry.ok(
      "build",
      "-t",
      "single",
      "--squash-all",
      "-o",
      "type=image",
      "-o",
      "type=oci,dest=single.tar",
      directory
    )
    const { layers, seen } = await shown("plain")
    expect(await shown("few")).toEqual({ seen, layers: layers - 1 })
    expect(await shown("single")).toEqual({ seen, layers: 1 })
    expect(await gantry.ok("history", "few", "--format", "{{.CreatedBy}}: {{.Comment}}")).toMatch(
      /^squash: 2 layers became one\n(.*\n)*RUN .*two.*\n(.*\n)*ENV A=1/
    )
    const packed = execFileSync("sh", ["-c", "tar xOf single.tar | zcat -f 2>/dev/null | grep -ac 42-gone || true"], {
      cwd: gantry.scratch,
      encoding: "utf8"
    })
    expect(packed.trim()).toBe("0")
    expect(await gantry.ok("check")).toMatch(/all is well/)
  })

  it("replaces what is in the way in a folder, writes through no link of it, and leaves the rest", async () => {
    mkdirSync(at("outside"))
    writeFileSync(at("outside/file"), "mine")
    mkdirSync(at("full/etc/passwd/in-the-way"), { recursive: true })
    mkdirSync(at("full/srv"), { recursive: true })
    writeFileSync(at("full/kept"), "kept")
    symlinkSync(at("outside"), at("full/srv/out"))
    await gantry.ok("build", "-o", "type=local,dest=full", files())
    expect(readFileSync(at("outside/file"), "utf8")).toBe("mine")
    expect(readdirSync(at("outside"))).toEqual(["file"])
    expect(lstatSync(at("full/srv/out")).isDirectory()).toBe(true)
    expect(lstatSync(at("full/etc/passwd")).isFile()).toBe(true)
    expect(readFileSync(at("full/kept"), "utf8")).toBe("kept")
  })

  it("writes nothing outside of the folder, whatever links the image holds", async () => {
    mkdirSync(at("target"))
    const context = gantry.context({
      Dockerfile: `FROM base
RUN ln -s ${at("target")} /way && mkdir /dir && ln -s ../../../../../../../..${at("target")} /dir/up
COPY --from=base /etc/passwd /way/passwd
COPY --from=base /etc/passwd /dir/up/passwd
`
    })
    await gantry.ok("build", "-o", "hostile", context)
    expect(readdirSync(at("target"))).toEqual([])
  })

  it("makes a folder equal to the image when asked to, but never one that holds what is worked with", async () => {
    mkdirSync(at("equal/old/deep"), { recursive: true })
    mkdirSync(at("beside"))
    writeFileSync(at("beside/file"), "mine")
    symlinkSync(at("beside"), at("equal/link"))
    await gantry.ok("build", "-o", "type=local,dest=equal,mode=delete", files())
    expect(readdirSync(at("equal")).toSorted()).toEqual(readdirSync(at("out")).toSorted())
    expect(readFileSync(at("beside/file"), "utf8")).toBe("mine")
    const context = files()
    for (const dest of ["/", ".", context]) {
      const { status, stderr } = await gantry.try("build", "-o", `type=local,dest=${dest},mode=delete`, context)
      expect([dest, status === 0, stderr.includes("is not emptied")]).toEqual([dest, false, true])
    }
    expect(existsSync(join(context, "Dockerfile"))).toBe(true)
  })

  it("is an archive of files with their owners, on standard output too", async () => {
    const context = files()
    const { bytes } = await gantry.try("build", "-q", "-o", "-", context)
    const listing = execFileSync("tar", ["tvf", "-", "--numeric-owner"], { input: bytes, encoding: "utf8" })
    expect(listing).toMatch(/^-rwsr-x--- 1000\/1000 +5 2001-02-03 \d\d:05 srv\/out\/file$/m)
    expect(listing).toMatch(/srv\/out\/link -> \/etc\/passwd$/m)
    expect(listing).toMatch(/srv\/out\/same link to srv\/out\/file$/m)
    await gantry.ok("build", "-o", "type=tar,dest=files.tar", context)
    expect(readFileSync(at("files.tar")).equals(bytes)).toBe(true)
  })

  it("is an archive that other programs read, under the names of the build", async () => {
    const context = files()
    const id = await gantry.ok("build", "-q", "-t", "app:1", "-t", "app:2", "-o", "type=oci,dest=app.tar", context)
    await gantry.ok("build", "-q", "-t", "app:1", "-o", "type=docker,dest=saved.tar", context)
    await gantry.ok("build", "-q", "-t", "app:1", "-o", "type=oci,dest=layout,tar=false,compression=zstd", context)
    if (!has("skopeo")) return console.warn("SKIPPED: skopeo is not installed")
    for (const name of [
      "oci-archive:app.tar:app:1",
      "oci-archive:app.tar:app:2",
      "docker-archive:saved.tar:app:1",
      "oci:layout:app:1"
    ]) {
      const config = execFileSync("skopeo", ["inspect", "--config", "--raw", name], { cwd: gantry.scratch })
      expect(`sha256:${execFileSync("sha256sum", { input: config, encoding: "utf8" }).split(" ")[0]}`).toBe(id)
    }
    const { Layers } = JSON.parse(
      execFileSync("skopeo", ["inspect", "oci:layout:app:1"], { cwd: gantry.scratch, encoding: "utf8" })
    ) as { readonly Layers: ReadonlyArray<string> }
    const magic = Layers.map((digest) => readFileSync(at("layout/blobs/sha256", digest.slice(7))).readUInt32LE(0))
    expect(new Set(magic)).toEqual(new Set([0xfd2fb528]))
    if (!has("umoci")) return console.warn("SKIPPED: umoci is not installed")
    await gantry.ok("build", "-q", "-t", "app:1", "-o", "type=oci,dest=plain,tar=false,compression=gzip", context)
    execFileSync("umoci", ["raw", "unpack", "--image", "plain:app:1", "unpacked"], {
      cwd: gantry.scratch,
      stdio: "ignore"
    })
    expect(readFileSync(at("unpacked/srv/out/file"), "utf8")).toBe("text\n")
  })

  it("is said in files with buildx's names, written at the end and only when all went well", async () => {
    writeFileSync(at("id"), "stale")
    const context = files()
    const build = ["build", "-t", "facts:1", "--iidfile", "id", "--metadata-file", "facts.json"]
    await gantry.ok(...build, context)
    const id = await gantry.field("facts:1", "{{.Id}}")
    expect(readFileSync(at("id"), "utf8")).toBe(id)
    expect(json("facts.json")).toMatchObject({
      "containerimage.config.digest": id,
      "containerimage.digest": expect.stringMatching(/^sha256:/),
      "containerimage.descriptor": { mediaType: "application/vnd.oci.image.manifest.v1+json" },
      "image.name": "docker.io/library/facts:1",
      "buildx.build.ref": expect.any(String)
    })
    writeFileSync(at("facts.json"), "before")
    const failing = gantry.context({ Dockerfile: "FROM base\nRUN exit 3\n" })
    expect((await gantry.try(...build, failing)).status).not.toBe(0)
    expect(existsSync(at("id"))).toBe(false)
    expect(readFileSync(at("facts.json"), "utf8")).toBe("before")
    expect(await gantry.field("facts:1", "{{.Id}}")).toBe(id)
  })

  it("refuses places below a file in words", async () => {
    const directory = gantry.context({ Dockerfile: "FROM base\n", file: "" })
    const file = join(directory, "file/x")
    const beside = "a part of its path is not a directory"
    const id = await gantry.try("build", "--iidfile", file, directory)
    expect(id.stderr).toContain(`gantry: ${file} cannot be written: ${beside}\n`)
    const context = await gantry.try("build", "--build-context", `c=${file}`, directory)
    expect(context.stderr).toContain(`path "${file}" not found`)
  })

  it("leaves names, folders and archives as they were when an output cannot be written", async () => {
    await gantry.build("steady", "FROM base\nRUN echo one > /one\n")
    const id = await gantry.field("steady", "{{.Id}}")
    const changed = gantry.context({ Dockerfile: "FROM base\nRUN echo two > /two\n" })
    writeFileSync(at("old.tar"), "old")
    const outputs = ["-o", "type=image", "-o", "type=tar,dest=old.tar/inside.tar"]
    const { status, stderr } = await gantry.try("build", "-t", "steady", ...outputs, changed)
    expect(status).not.toBe(0)
    expect(stderr).toContain("old.tar/inside.tar")
    expect(await gantry.field("steady", "{{.Id}}")).toBe(id)
    expect(readFileSync(at("old.tar"), "utf8")).toBe("old")
  })

  describe("with what is said of it", () => {
    type Entry = {
      digest: string
      mediaType: string
      platform?: Record<string, string>
      annotations?: Record<string, string>
    }
    type Statement = {
      predicateType: string
      subject: ReadonlyArray<{ name: string; digest: { sha256: string } }>
      predicate: Record<string, Record<string, Record<string, unknown>>>
    }
    const blob = (folder: string, digest: string): unknown =>
      JSON.parse(readFileSync(at(folder, "blobs/sha256", digest.replace("sha256:", "")), "utf8"))
    /** What the statements beside an image say; each is held to the format that they are stored in. */
    const statementsIn = (folder: string, { annotations, digest, platform }: Entry): ReadonlyArray<Statement> => {
      expect(platform).toEqual({ architecture: "unknown", os: "unknown" })
      const { config, layers } = blob(folder, digest) as { config: Entry; layers: ReadonlyArray<Entry> }
      const { rootfs } = blob(folder, config.digest) as { rootfs: { diff_ids: ReadonlyArray<string> } }
      expect(rootfs.diff_ids).toEqual(layers.map((each) => each.digest))
      return layers.map((layer) => {
        const statement = blob(folder, layer.digest) as Statement
        expect(layer.mediaType).toBe("application/vnd.in-toto+json")
        expect(statement.predicateType).toBe(layer.annotations?.["in-toto.io/predicate-type"])
        expect(`sha256:${statement.subject[0]?.digest.sha256}`).toBe(annotations?.["vnd.docker.reference.digest"])
        return statement
      })
    }
    /** The entries of the only index that a layout folder names, and all statements. */
    const read = (folder: string) => {
      const { manifests: tops } = json(`${folder}/index.json`) as { manifests: [Entry] }
      const { manifests } = blob(folder, tops[0].digest) as { manifests: ReadonlyArray<Entry> }
      const digests = manifests.map((each) => each.digest)
      const beside = manifests.filter(
        ({ annotations }) => annotations?.["vnd.docker.reference.type"] === "attestation-manifest"
      )
      for (const { annotations } of beside) expect(digests).toContain(annotations?.["vnd.docker.reference.digest"])
      return { manifests, statements: beside.flatMap((each) => statementsIn(folder, each)) }
    }
    const context = () =>
      gantry.context({ Dockerfile: "FROM base\nARG URL\nLABEL who=me\nRUN --network=none echo $URL > /a\n" })
    const build = (folder: string, ...args: ReadonlyArray<string>) =>
      gantry.ok("build", "-q", "-t", "attested:1", "-o", `type=oci,dest=${folder},tar=false`, ...args, context())

    it("says with --provenance how it was made, and with mode=max what it was told, without passwords", async () => {
      const told = ["--build-arg", "URL=https://user:horse-staple@mirror.example/x"]
      await build("min", "--provenance", ...told)
      await build("max", "--attest", "type=provenance,mode=max,builder-id=https://ci.example/7", ...told)
      const [min] = read("min").statements
      const [max] = read("max").statements
      expect(min?.predicateType).toBe("https://slsa.dev/provenance/v1")
      expect(min?.subject[0]?.name).toBe("pkg:docker/attested@1?platform=linux%2Famd64")
      expect(min?.predicate["buildDefinition"]?.["externalParameters"]).toEqual({
        configSource: { path: "Dockerfile" },
        request: {
          frontend: "dockerfile.v0",
          args: { platform: "linux/amd64" },
          locals: [{ name: "context" }, { name: "dockerfile" }]
        }
      })
      expect(min?.predicate["runDetails"]).toMatchObject({
        builder: { id: "" },
        metadata: {
          startedOn: expect.stringMatching(/^2\d{3}-.*Z$/),
          buildkit_hermetic: true,
          buildkit_completeness: { request: false, resolvedDependencies: false }
        }
      })
      expect(JSON.stringify(min)).not.toMatch(/mirror|horse/)
      expect(max?.predicate["runDetails"]?.["builder"]).toEqual({ id: "https://ci.example/7" })
      expect(JSON.stringify(max)).toContain('"build-arg:URL":"https://***@mirror.example/x"')
      expect(JSON.stringify(max)).toContain('"instruction":"RUN --network=none echo $URL > /a"')
      const [, dockerfile = ""] = /"data":"([^"]+)"/.exec(JSON.stringify(max)) ?? []
      expect(Buffer.from(dockerfile, "base64").toString()).toContain("LABEL who=me")
      expect(JSON.stringify(max)).not.toContain("horse")
      for (const folder of ["same1", "same2"])
        await build(folder, "--provenance=mode=max", "--reproducible", "--no-cache")
      expect(readFileSync(at("same1/index.json"), "utf8")).toBe(readFileSync(at("same2/index.json"), "utf8"))
    })

    it("says with --sbom which packages its databases list, and refuses where there is none", async () => {
      const sbom = ["-q", "-o", "type=oci,dest=sbom,tar=false"]
      const listed = {
        Dockerfile: "FROM scratch\nCOPY status /var/lib/dpkg/status\nCOPY os-release /etc/os-release\n",
        "os-release": 'ID=debian\nVERSION_ID="12"\n',
        status:
          "Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.2.15-2+b2\n\n" +
          "Package: gone\nStatus: deinstall ok config-files\nVersion: 1\n"
      }
      await gantry.ok("build", "--sbom", ...sbom, gantry.context(listed))
      const [spdx] = read("sbom").statements
      const { packages = [] } = { ...spdx?.predicate } as { packages?: ReadonlyArray<Record<string, unknown>> }
      expect([spdx?.predicateType, packages.length]).toEqual(["https://spdx.dev/Document", 1])
      expect(packages[0]).toMatchObject({ name: "bash", versionInfo: "5.2.15-2+b2", licenseDeclared: "NOASSERTION" })
      expect(JSON.stringify(packages)).toContain("pkg:deb/debian/bash@5.2.15-2%2Bb2?arch=amd64&distro=debian-12")
      const none = await gantry.tryWith("FROM scratch\nLABEL a=1\n", "build", "--sbom", ...sbom, "-")
      expect([none.status, none.stderr]).toEqual([1, expect.stringContaining("no database of dpkg or apk")])
      const scanner = await gantry.try("build", "--sbom=generator=x", ...sbom, context())
      expect([scanner.status, scanner.stderr]).toEqual([125, expect.stringContaining("no image is run to look for")])
    })

    it.skipIf(!has("skopeo"))("is passed over by skopeo, which takes the image", async () => {
      const name = `${registry.host}/team/attested:skopeo`
      await gantry.ok("build", "-q", "--push", "--provenance", "-t", name, context())
      const seen = execFileSync("skopeo", ["inspect", "--tls-verify=false", `docker://${name}`]).toString()
      expect(JSON.parse(seen)).toMatchObject({ Architecture: "amd64", Labels: { who: "me" } })
    })

    it("is an index in a registry that engines take the image from, and is refused where nothing keeps it", async () => {
      const name = `${registry.host}/team/attested:all`
      const directory = gantry.context({ Dockerfile: both, app: "app" })
      await gantry.ok("build", "-q", "--push", "--platform", platforms, "--provenance", "-t", name, directory)
      await gantry.ok("registry", "copy", name, `oci:${at("copied")}:all`)
      const { manifests, statements } = read("copied")
      expect([manifests.length, statements.length]).toEqual([4, 2])
      await gantry.ok("rmi", "-f", name)
      await gantry.ok("pull", "-q", name)
      expect(await gantry.field(name, "{{.Architecture}}")).toBe("amd64")
      for (const output of [
        ["-t", "x"],
        ["-o", "files"],
        ["-o", "type=docker,dest=x.tar"]
      ]) {
        const { status, stderr } = await gantry.try("build", "--provenance", ...output, directory)
        expect([status, stderr]).toEqual([125, expect.stringContaining("registries and OCI archives only")])
      }
      await gantry.ok("build", "-q", "--provenance=false", "--sbom=false", directory)
      await gantry.ok("build", "-q", "--attest", "type=provenance,inline-only=true", directory)
    })
  })

  it("goes to registries, with the digest that it has there", async () => {
    const name = `${registry.host}/team/app`
    const args = ["-t", `${name}:1`, "-t", `${name}:2`, "--push", "--metadata-file", "pushed.json"]
    const id = await gantry.ok("build", "-q", ...args, files())
    const digest = String(json("pushed.json")["containerimage.digest"])
    expect(existsSync(registry.blob(digest))).toBe(true)
    const pulled = await gantry.try("rmi", `${name}:1`, `${name}:2`)
    expect(pulled.status).toBe(0)
    await gantry.ok("pull", "-q", `${name}@${digest}`)
    expect(await gantry.field(`${name}@${digest}`, "{{.Id}}")).toBe(id)
    const alone = `type=registry,name=${registry.host}/team/alone,push-by-digest=true,store=false`
    await gantry.ok("build", "-q", "-o", alone, "--metadata-file", "alone.json", files())
    expect(existsSync(registry.blob(String(json("alone.json")["containerimage.digest"])))).toBe(true)
  })
})

describe("several platforms", () => {
  const gantry = useGantry()
  const at = (...names: ReadonlyArray<string>): string => join(gantry.scratch, ...names)
  let registry: RegistryServer

  beforeAll(async () => {
    registry = await startRegistry()
  })
  afterAll(() => registry.close())

  const context = () => gantry.context({ Dockerfile: both, app: "program" })
  /** What a name's images were made for. */
  const made = async (name: string) => {
    const found = ["amd64", "arm64"].map(async (each) => {
      const { status } = await gantry.try("image", "inspect", "--platform", `linux/${each}`, name)
      return status === 0 ? [each] : []
    })
    return (await Promise.all(found)).flat()
  }

  it("are one name here, in a registry, and in an archive", async () => {
    const name = `${registry.host}/team/multi:1`
    const outputs = ["-t", name, "--push", "-o", "type=oci,dest=multi.tar"]
    const index = await gantry.ok("build", "-q", "--platform", platforms, ...outputs, context())
    expect((await gantry.ok("images", "-q", `${registry.host}/team/multi`)).split("\n")).toHaveLength(1)
    expect((await gantry.try("check")).status).toBe(0)
    expect(index).toMatch(/^sha256:[0-9a-f]{64}$/)
    if (!has("skopeo")) return console.warn("SKIPPED: skopeo is not installed")
    const remote = ["--tls-verify=false", `docker://${name}`]
    for (const place of [remote, ["oci-archive:multi.tar"], [`oci:${gantry.root}:${name}`]]) {
      for (const architecture of ["amd64", "arm64"]) {
        const shown = execFileSync("skopeo", ["inspect", "--override-arch", architecture, ...place], {
          cwd: gantry.scratch,
          encoding: "utf8"
        })
        expect(JSON.parse(shown)).toMatchObject({ Architecture: architecture, Labels: { "built.for": architecture } })
      }
    }
    await gantry.ok("rmi", name)
    expect(await gantry.ok("images", "-aq", `${registry.host}/team/multi`)).toBe("")
    expect((await gantry.try("check")).status).toBe(0)
  })

  it("are pushed together, or one of them alone", async () => {
    const name = `${registry.host}/team/later`
    await gantry.ok("build", "-q", "--platform", platforms, "--annotation", "index:k=v", "-t", `${name}:all`, context())
    await gantry.ok("push", "-q", `${name}:all`)
    await gantry.ok("push", "-q", "--platform", "linux/arm64", `${name}:all`, `${name}:one`)
    if (!has("skopeo")) return console.warn("SKIPPED: skopeo is not installed")
    const raw = (tag: string) =>
      JSON.parse(
        execFileSync("skopeo", ["inspect", "--raw", "--tls-verify=false", `docker://${name}:${tag}`], {
          encoding: "utf8"
        })
      ) as { readonly manifests?: ReadonlyArray<{ readonly platform: { readonly architecture: string } }> }
    expect(raw("all")).toMatchObject({ annotations: { k: "v" } })
    expect(raw("all").manifests?.map(({ platform }) => platform.architecture)).toEqual(["amd64", "arm64"])
    expect(raw("one").manifests).toBeUndefined()
    await gantry.ok("rmi", `${name}:all`)
    await gantry.ok("pull", "-q", "--platform", "linux/arm64", `${name}:all`)
    expect(await gantry.field(`${name}:all`, "{{.Architecture}}")).toBe("arm64")
    await gantry.ok("pull", "-q", "--platform", "linux/amd64", `${name}:all`)
    expect(await made(`${name}:all`)).toEqual(["amd64", "arm64"])
  })

  it.each(["docker-archive", "oci-archive", "oci-dir"])("are saved as %s and loaded again together", async (format) => {
    await gantry.ok("build", "-q", "--platform", platforms, "-t", "saved:1", context())
    await gantry.ok("tag", "saved:1", "also:1")
    await gantry.ok("save", "--format", format, "-o", format, "saved:1", "also:1")
    await gantry.ok("save", "--platform", "linux/arm64", "-o", `one-${format}`, "saved:1")
    await gantry.ok("rmi", "saved:1", "also:1")
    const usage = () => gantry.ok("system", "df", "--format", "{{.Type}} {{.TotalCount}}")
    const before = await usage()
    expect(await gantry.ok("load", "-i", format)).toBe("Loaded image: also:1\nLoaded image: saved:1")
    for (const name of ["saved:1", "also:1"]) expect(await made(name)).toEqual(["amd64", "arm64"])
    await gantry.ok("rmi", "saved:1", "also:1")
    expect(await usage()).toBe(before)
    await gantry.ok("load", "-i", format)
    await gantry.ok("load", "-i", `one-${format}`)
    expect(await made("saved:1")).toEqual(["arm64"])
    await gantry.ok("rmi", "saved:1", "also:1")
    await gantry.ok("load", "--platform", "linux/arm64", "-i", format)
    for (const name of ["saved:1", "also:1"]) expect(await made(name)).toEqual(["arm64"])
    await gantry.ok("check")
    if (format !== "docker-archive") return
    const list = execFileSync("tar", ["-xOf", at(format), "manifest.json"], { encoding: "utf8" })
    expect(JSON.parse(list)).toMatchObject([{ RepoTags: ["saved:1", "also:1"] }])
  })

  it("have a folder each among files, unless they are to be put together", async () => {
    await gantry.ok("build", "--platform", platforms, "-o", "split", context())
    expect(readdirSync(at("split")).toSorted()).toEqual(["linux_amd64", "linux_arm64"])
    expect(readdirSync(at("split/linux_arm64"))).toEqual(["app-arm64"])
    await gantry.ok("build", "--platform", platforms, "-o", "type=local,dest=joined,platform-split=false", context())
    expect(readdirSync(at("joined")).toSorted()).toEqual(["app-amd64", "app-arm64"])
  })

  it("are refused where a command of another processor would have to be executed, before anything runs", async () => {
    // The kernel of a machine with emulators would do it.
    if (existsSync("/proc/sys/fs/binfmt_misc/qemu-s390x")) return console.warn("SKIPPED: this machine emulates s390x")
    const foreign = gantry.context({ Dockerfile: 'FROM scratch\nCOPY app /app\nRUN ["/app"]\n', app: "program" })
    chmodSync(join(foreign, "app"), 0o755)
    const { status, stderr } = await gantry.try("build", "--platform", "linux/s390x", foreign)
    expect(status).not.toBe(0)
    expect(stderr).toContain("a command for linux/s390x cannot be executed on this machine")
  })
})
