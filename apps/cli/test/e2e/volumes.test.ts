import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { useGantry } from "./host/gantry.ts"

describe("mounts of a container", () => {
  const gantry = useGantry()
  const run = (...args: ReadonlyArray<string>) => gantry.try("run", "--rm", ...args)
  const out = (...args: ReadonlyArray<string>) => gantry.ok("run", "--rm", ...args)
  const hostDirectory = (name: string) => {
    const path = join(gantry.scratch, name)
    mkdirSync(path)
    writeFileSync(join(path, "file"), "of the host\n")
    return path
  }

  it("-v binds a directory of the host, for reading and writing", async () => {
    const path = hostDirectory("bound")
    expect(await out("-v", `${path}:/data`, "base", "sh", "-c", "cat /data/file; echo back > /data/answer")).toBe(
      "of the host"
    )
    expect(readFileSync(join(path, "answer"), "utf8")).toBe("back\n")
  })

  it("-v with :ro binds it for reading only", async () => {
    const path = hostDirectory("fixed")
    const { status, stderr } = await run(
      "-v",
      `${path}:/data:ro`,
      "base",
      "sh",
      "-c",
      "cat /data/file && touch /data/new"
    )
    expect(status).not.toBe(0)
    expect(stderr).toContain("Read-only file system")
    expect(existsSync(join(path, "new"))).toBe(false)
  })

  it("-v binds a single file, and a path relative to where the caller stands", async () => {
    const path = hostDirectory("single")
    expect(await out("-v", `${path}/file:/etc/single`, "base", "cat", "/etc/single")).toBe("of the host")
    expect(await out("-v", "./single:/data", "base", "cat", "/data/file")).toBe("of the host")
  })

  it("-v refuses a directory that is not there, and says how to make it", async () => {
    const path = join(gantry.scratch, "missing")
    const { status, stderr } = await run("-v", `${path}:/data`, "base", "true")
    expect(status).toBe(125)
    expect(stderr).toContain(path)
    expect(stderr).toMatch(/mkdir/)
    expect(existsSync(path)).toBe(false)
  })

  it("-v makes a named volume, filled from the image the first time, that outlives its containers", async () => {
    await gantry.build(
      "filled",
      "FROM base\nRUN mkdir -m 750 /data && echo of the image > /data/file && chown -R app:app /data\n"
    )
    expect(
      await out(
        "-v",
        "things:/data",
        "filled",
        "sh",
        "-c",
        "cat /data/file; stat -c '%a %u' /data; echo more > /data/more"
      )
    ).toBe("of the image\n750 1000")
    expect(await out("-v", "things:/elsewhere", "base", "ls", "/elsewhere")).toBe("file\nmore")
    // Only an empty volume is filled.
    await out("-v", "things:/data", "base", "rm", "/data/file")
    expect(await out("-v", "things:/data", "filled", "ls", "/data")).toBe("more")
    expect(await out("-v", "bare:/data:nocopy", "filled", "ls", "/data")).toBe("")
  })

  it("VOLUME makes a volume without a name, which --rm removes", async () => {
    await gantry.build("keeps", "FROM base\nRUN mkdir /keep && echo seed > /keep/seed\nVOLUME /keep\n")
    const source = async () =>
      JSON.parse(await gantry.field("anon", "{{json .Mounts}}"))[0] as { Name: string; Source: string }
    await gantry.ok("run", "-d", "--name", "anon", "keeps", "sleep", "600")
    expect(await gantry.ok("exec", "anon", "cat", "/keep/seed")).toBe("seed")
    const { Source } = await source()
    expect(existsSync(Source)).toBe(true)
    await gantry.ok("rm", "-f", "anon")
    expect(existsSync(Source)).toBe(true)
    await gantry.ok("run", "-d", "--rm", "--name", "anon", "keeps", "sleep", "600")
    const second = await source()
    expect(second.Source).not.toBe(Source)
    await gantry.ok("rm", "-f", "-v", "anon")
    expect(existsSync(second.Source)).toBe(false)
    expect(await out("keeps", "cat", "/keep/seed")).toBe("seed")
  })

  it("--mount takes binds, volumes and tmpfs as words", async () => {
    const path = hostDirectory("worded")
    expect(
      await out(
        "--mount",
        `type=bind,source=${path},target=/a,readonly`,
        "--mount",
        "type=volume,src=worded,dst=/b",
        "--mount",
        "type=tmpfs,target=/c,tmpfs-size=1m,tmpfs-mode=700",
        "base",
        "sh",
        "-c",
        "cat /a/file; touch /a/x 2>&1 | wc -l; touch /b/x /c/x; stat -c %a /c"
      )
    ).toBe("of the host\n1\n700")
    expect((await run("--mount", "type=bind,source=/nowhere/at/all,target=/a", "base", "true")).status).toBe(125)
    const unknown = await run("--mount", "type=bind,sauce=/tmp,target=/a", "base", "true")
    expect([unknown.status, unknown.stderr.includes("sauce")]).toEqual([125, true])
  })

  it("--volumes-from mounts what another container has, and none goes that somebody mounts", async () => {
    const path = hostDirectory("lent")
    const anonymous = async () =>
      (await gantry.ok("volume", "ls", "-q")).split("\n").filter((name) => name.length === 64)
    const before = await anonymous()
    await gantry.ok("create", "--name", "lender", "-v", "named:/n", "-v", "/anon", "-v", `${path}:/h:ro`, "base")
    const script = "echo x > /n/x; echo y > /anon/y; cat /h/file; touch /h/z 2>&1 | wc -l; ls /other"
    const taker = ["--name", "taker", "--volumes-from", "lender", "-v", "/other", "base", "sh", "-c", script]
    expect(await gantry.ok("run", ...taker)).toBe("of the host\n1")
    expect((await run("--volumes-from", "lender:ro", "base", "touch", "/n/z")).status).toBe(1)
    expect(await gantry.field("taker", "{{.HostConfig.VolumesFrom}}")).toBe("[lender]")
    await gantry.ok("rm", "-v", "lender")
    expect(await out("--volumes-from", "taker", "base", "cat", "/n/x", "/anon/y")).toBe("x\ny")
    expect((await anonymous()).length).toBe(before.length + 2)
    await gantry.ok("rm", "-v", "taker")
    expect(await anonymous()).toEqual(before)
    expect((await run("--volumes-from", "nobody", "base", "true")).stderr).toContain("No such container: nobody")
    expect((await run("--volumes-from", "taker:sideways", "base", "true")).stderr).toContain("invalid mode: sideways")
  })

  it("volume-subpath mounts a part of a volume, and nothing outside of it whatever a container writes there", async () => {
    const secret = hostDirectory("outside")
    const part = (path: string) => ["--mount", `type=volume,src=parts,dst=/p,volume-subpath=${path},volume-label=a=b`]
    const plan = `mkdir -p /v/one/two; echo in > /v/one/two/f; ln -s one /v/l; ln -s ${secret} /v/abs; ln -s ../../../../../../../../..${secret} /v/up`
    await out("--mount", "type=volume,src=parts,dst=/v,volume-label=a=b", "base", "sh", "-c", plan)
    expect(await gantry.ok("volume", "ls", "-q", "-f", "label=a=b")).toBe("parts")
    expect(await out(...part("one/two"), "base", "cat", "/p/f")).toBe("in")
    expect(await out(...part("l/two/f"), "base", "cat", "/p")).toBe("in")
    for (const path of ["abs", "up", "..", "none"]) {
      const { status, stderr } = await run(...part(path), "base", "cat", "/p/file")
      expect({ path, status, stderr }).toMatchObject({ path, status: 125, stderr: expect.stringContaining("parts") })
    }
    // A link that comes and goes between two starts, and during them.
    const swap = "cd /v; ln -s abs tmp; while :; do mv one was; mv -T tmp one; mv -T one tmp; mv was one; done"
    await gantry.ok("run", "-d", "-v", "parts:/v", "base", "sh", "-c", swap)
    for (let round = 0; round < 8; round++) {
      expect((await run(...part("one"), "base", "sh", "-c", "cat /p/file; ls /p")).stdout).toMatch(/^(two\n)?$/)
    }
    expect((await run(...part("/abs"), "base", "true")).stderr).toContain("relative path")
    expect((await run("--mount", "type=volume,dst=/p,volume-opt=type=nfs", "base", "true")).stderr).toContain(
      "volume-opt"
    )
  })

  it("a mount on a symbolic link that leads to nothing makes what it names, inside of the container", async () => {
    await gantry.build(
      "links",
      "FROM base\nRUN ln -s /var/lib/deep/er /a && ln -s ../no/such /home/b && ln -s c2 /c1 && ln -s ../../../etc/c3 /c2 && ln -s loop /loop\n"
    )
    const path = hostDirectory("linked")
    const mounts = ["-v", `${path}:/a`, "-v", `${path}:/home/b/below`, "-v", `${join(path, "file")}:/c1`]
    const found = await out(...mounts, "links", "cat", "/var/lib/deep/er/file", "/no/such/below/file", "/etc/c3")
    expect(found).toBe("of the host\nof the host\nof the host")
    expect((await run("-v", `${path}:/loop`, "links", "true")).stderr).toMatch(/loop/)
  })

  it("says so when a directory is to be mounted on a file, or a file on a directory", async () => {
    for (const mount of [`${gantry.scratch}:/bin/busybox`, "vol2:/bin/busybox", "/bin/busybox:/bin"]) {
      const { status, stderr } = await gantry.try("run", "--rm", "-v", mount, "base", "true")
      expect({ mount, status }).toEqual({ mount, status: 125 })
      expect(stderr).toContain("trying to mount a directory onto a file (or vice-versa)")
    }
  })

  it("refuses mounts that make no sense", async () => {
    for (const text of ["/a:/b:/c:ro", "a:b", "rel/x:/c", "name:/", "/tmp:/x:sideways"]) {
      const { status, stderr } = await run("-v", text, "base", "true")
      expect({ text, status, stderr }).toMatchObject({ text, status: 125 })
    }
    expect(await gantry.ok("ps", "-aq")).toBe("")
  })

  it("never leave a mount of a container's on the host", async () => {
    const path = hostDirectory("inside")
    await gantry.ok("run", "-d", "--tmpfs", "/t", "-v", `${path}:/data`, "-v", "vol:/vol", "base", "sleep", "600")
    expect(readFileSync("/proc/self/mountinfo", "utf8")).not.toContain(gantry.scratch)
  })
})
