import { chmodSync, copyFileSync, existsSync, readFileSync, utimesSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { describe, expect, it } from "vitest"
import { openGantry, programPath, useGantry } from "./host/gantry.ts"

/** The same program for another runtime. */
const forNode = resolve(import.meta.dirname, "../../dist/bin.js")

/** Touches all that could tell the time or the machine: files made, changed, linked and removed, directories, owners. */
const dockerfile = `FROM scratch AS made
ARG SOURCE_DATE_EPOCH
COPY --chmod=755 busybox /bin/busybox
RUN ["/bin/busybox","--install","-s","/bin"]
WORKDIR /work/deep
RUN echo "$SOURCE_DATE_EPOCH" > told && hostname > host && id > who && umask > mask && env | sort > variables
RUN mkdir -p a/b && touch a/b/now && ln a/b/now a/hard && ln -s b a/soft && chown 7:8 a/b && rm /bin/vi
RUN --mount=type=tmpfs,target=/work/tmp --mount=type=cache,target=/work/cache touch /work/tmp/x /work/cache/y && mkdir made
FROM scratch
COPY --from=made / /
COPY --parents tree/*/file /copied/
LABEL a=b
VOLUME /data
CMD ["sh"]
`

describe("a reproducible build", () => {
  const gantry = useGantry()

  const context = (modified: number) => {
    const path = gantry.context({ Dockerfile: dockerfile, "tree/one/file": "1", "tree/two/file": "2" })
    copyFileSync("/bin/busybox", join(path, "busybox"))
    for (const name of ["tree/one/file", "tree/two/file", "tree/one", "busybox"])
      utimesSync(join(path, name), modified, modified)
    return path
  }

  /** Builds with an engine that has nothing yet, and takes the engine away. */
  const cold = async (
    command: ReadonlyArray<string>,
    path: string,
    env: Record<string, string>,
    ...args: ReadonlyArray<string>
  ) => {
    const other = openGantry(command)
    Object.assign(other.env, env)
    try {
      const id = await other.ok("build", "-q", ...args, "-t", "app:1", path)
      await other.ok(
        "build",
        "-q",
        ...args,
        "-t",
        "app:1",
        "-o",
        "type=oci,dest=app.tar,compression=uncompressed",
        path
      )
      return { id, archive: readFileSync(join(other.scratch, "app.tar")) }
    } finally {
      await other.ok("system", "reset", "-f")
      other.close()
    }
  }

  const engines = (): ReadonlyArray<readonly [string, ReadonlyArray<string>]> => {
    if (!existsSync(forNode)) throw new Error(`${forNode} is missing: build it first (npm run build)`)
    return [
      ["the binary", [programPath]],
      ["the binary again", [programPath]],
      ["Node", [process.execPath, forNode]]
    ]
  }

  it("gives one image and one archive on every store, runtime, time zone and file time", async () => {
    const found: Array<Awaited<ReturnType<typeof cold>>> = []
    for (const [at, [, command]] of engines().entries()) {
      const zone = ["UTC", "Asia/Tokyo", "America/New_York"][at] ?? "UTC"
      found.push(
        await cold(
          command,
          context(1_000_000_000 + at * 1000),
          { TZ: zone, LC_ALL: at === 1 ? "C" : "de_DE.UTF-8" },
          "--reproducible"
        )
      )
    }
    const [first] = found
    for (const [at, [name]] of engines().entries()) {
      const { archive, id } = found[at] ?? { archive: Buffer.alloc(0), id: "" }
      expect([name, id]).toEqual([name, first?.id])
      expect([name, first?.archive.equals(archive)]).toEqual([name, true])
    }
  })

  it("is of the time that SOURCE_DATE_EPOCH says, from the environment or as an argument, and commands see it", async () => {
    const path = context(2_000_000_000)
    const epoch = "1704067200"
    const fromArgument = await cold([programPath], path, {}, "--build-arg", `SOURCE_DATE_EPOCH=${epoch}`)
    const fromEnvironment = await cold([programPath], path, { SOURCE_DATE_EPOCH: epoch })
    expect(fromEnvironment.id).toBe(fromArgument.id)
    await gantry.ok("build", "-q", "--build-arg", `SOURCE_DATE_EPOCH=${epoch}`, "-t", "timed", path)
    expect(await gantry.field("timed", "{{.Created}}")).toBe("2024-01-01T00:00:00.000Z")
    expect(await gantry.ok("run", "--rm", "timed", "cat", "/work/deep/told")).toBe(epoch)
    const newest = await gantry.ok(
      "run",
      "--rm",
      "timed",
      "sh",
      "-c",
      "find /work /copied /bin | xargs stat -c %Y | sort -n | tail -1"
    )
    expect(newest).toBe(epoch)
  })

  it("needs a number, or the word that stands for the context's own time", async () => {
    const path = context(1_000_000_000)
    const wrong = await gantry.try("build", "--build-arg", "SOURCE_DATE_EPOCH=yesterday", path)
    expect([wrong.status, wrong.stderr.includes("not a number of seconds since 1970")]).toEqual([125, true])
    writeFileSync(
      join(path, "Dockerfile"),
      'FROM base\nARG SOURCE_DATE_EPOCH\nRUN echo "=$SOURCE_DATE_EPOCH=" > /told\n'
    )
    chmodSync(path, 0o755)
    await gantry.ok("build", "-q", "--build-arg", "SOURCE_DATE_EPOCH=context", "-t", "folder", path)
    expect(await gantry.ok("run", "--rm", "folder", "cat", "/told")).toBe("==")
  })
})
