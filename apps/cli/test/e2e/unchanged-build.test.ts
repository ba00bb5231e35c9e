import { execFileSync } from "node:child_process"
import { chmodSync, mkdirSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { describe, expect, it } from "vitest"
import { useGantry } from "./host/gantry.ts"
import { startProcess } from "./host/started.ts"
import { until } from "./host/until.ts"

const dockerfile = `FROM base AS tools
ARG VERSION=1
COPY src /src/
RUN echo $VERSION > /version && cat /src/* > /all
FROM base
COPY --from=tools /all /all
COPY one*.txt /
ENV MODE=plain
CMD ["cat", "/all"]
`
const files = { Dockerfile: dockerfile, "src/a": "one\n", "src/b": "two\n", "one.txt": "1\n", other: "o\n" }

describe.skipIf(process.env["GANTRY_TEST_RUNTIME"] !== undefined)("a build of which nothing has changed", () => {
  const gantry = useGantry()
  let others = 0

  /** A build, and whether it was taken without an engine. */
  const build = async (
    name: string,
    directory: string,
    more: NodeJS.ProcessEnv = {},
    ...words: ReadonlyArray<string>
  ) => {
    const { command, scratch } = gantry
    const env = { ...gantry.env, GANTRY_TRACE: "1", ...more }
    const argv = [...command, "build", ...words, "-t", name, directory]
    const { status, stderr, stdout } = await startProcess(argv, { env, cwd: scratch, input: "" }).ended
    const said = stderr.replaceAll(/^trace .*\n/gm, "")
    const id = /^built (sha256:[0-9a-f]{64})$/m.exec(said)?.[1]
    return { status, stdout, said, id, atOnce: !stderr.includes("engine loaded") }
  }
  /** The same for a caller who has never been here. */
  const anew = (name: string, directory: string) => build(name, directory, { CALLER: String(++others) })
  const settled = (name: string, directory: string) =>
    until(`${name} to be taken at once`, async () => (await build(name, directory)).atOnce)
  const rows = (sql: string) => {
    const database = new DatabaseSync(join(gantry.root, "state.db"), { readOnly: true })
    const found = database.prepare(sql).all()
    database.close()
    return found
  }

  it("is taken at once, says all that it says otherwise, and is recorded, told of and in use as any other", async () => {
    const directory = gantry.context({ ...files, ".dockerignore": "other\n" })
    const first = await build("web", directory)
    expect(first.atOnce).toBe(false)
    await settled("web", directory)
    const uses = () =>
      rows("SELECT sum(uses) AS uses, min(last_used) AS used FROM cache WHERE instruction LIKE 'COPY one%'")[0]
    const builds = () => readdirSync(join(gantry.root, "builds")).length
    const [usesBefore, buildsBefore, began] = [uses(), builds(), Date.now()]
    const again = await build("web", directory)
    expect(again).toMatchObject({ status: 0, atOnce: true, id: first.id })
    const timeless = (text: string) => text.replaceAll(/\d+\.\ds/g, "0.0s")
    expect(timeless(again.said)).toBe(timeless((await anew("web", directory)).said))
    expect(Number(uses()?.["uses"])).toBe(Number(usesBefore?.["uses"]) + 2)
    expect(Number(uses()?.["used"])).toBeGreaterThanOrEqual(began)
    expect(builds()).toBe(buildsBefore + 2)
    const events = await gantry.ok("events", "--since", String(began / 1000), "--until", "0s", "--filter", "type=image")
    expect(events.split("\n").filter((line) => line.includes("create"))).toHaveLength(2)
    const quiet = await until("a quiet one to be taken at once", async () => {
      const found = await build("web", directory, {}, "-q")
      return found.atOnce ? found : undefined
    })
    expect([quiet.stdout, quiet.said]).toEqual([`${first.id}\n`, ""])
  })

  it("is none when anything is another: files, the Dockerfile, names, the cache, the caller", async () => {
    const hidden = (path: string, text: string) => {
      writeFileSync(path, text)
      utimesSync(path, 1, 1)
    }
    const edits: { readonly [what: string]: (at: string, name: string) => unknown } = {
      "bytes of the same number, with the old date": (at) => hidden(join(at, "src/a"), "eno\n"),
      "a mode": (at) => chmodSync(join(at, "src/b"), 0o600),
      "a new file": (at) => writeFileSync(join(at, "src/c"), "three\n"),
      "a file that a pattern means": (at) => writeFileSync(join(at, "one-more.txt"), "2\n"),
      "a file less": (at) => rmSync(join(at, "src/b")),
      "a link in the place of a file": (at) => {
        rmSync(join(at, "src/b"))
        symlinkSync("a", join(at, "src/b"))
      },
      "the Dockerfile": (at) => writeFileSync(join(at, "Dockerfile"), dockerfile.replace("plain", "quick")),
      "an ignore file": (at) => writeFileSync(join(at, ".dockerignore"), "src/b\n"),
      "an ignore file of the Dockerfile's own": (at) => writeFileSync(join(at, "Dockerfile.dockerignore"), "src/b\n"),
      "a lock file": (at) => writeFileSync(join(at, "Dockerfile.lock"), ""),
      "a repository around it": (at) => mkdirSync(join(at, ".git")),
      "the name of the image": (_at, name) => gantry.ok("tag", "base", name),
      "no such name": (_at, name) => gantry.ok("untag", name),
      "no such image": (_at, name) => gantry.ok("rmi", "-f", name)
    }
    const cases = Object.entries(edits).map(([what, edit], at) => ({
      what,
      edit,
      name: `edited:${at}`,
      directory: gantry.context({ ...files, "src/a": `${String(at).padStart(3)}\n` })
    }))
    for (const { directory } of cases) utimesSync(join(directory, "src/a"), 1, 1)
    for (const { directory, name } of cases) await build(name, directory)
    for (const { directory, name } of cases) await settled(name, directory)
    for (const { directory, edit, name, what } of cases) {
      await edit(directory, name)
      const found = await build(name, directory)
      expect([what, found.status, found.atOnce]).toEqual([what, 0, false])
      expect([what, found.id]).toEqual([what, (await anew(name, directory)).id])
      expect(await gantry.ok("inspect", "--type", "image", "--format", "{{.Id}}", name)).toBe(found.id)
    }
  })

  it("leaves a Dockerfile in a pipe to the build, whoever waits to write it", async () => {
    const directory = gantry.context(files)
    const pipe = join(gantry.scratch, "pipe")
    execFileSync("mkfifo", [pipe])
    const writer = startProcess(["sh", "-c", `cat ${join(directory, "Dockerfile")} > ${pipe}`], { env: gantry.env })
    expect((await build("piped", directory, {}, "-f", pipe)).status).toBe(0)
    expect((await writer.ended).status).toBe(0)
  })

  it("is none for others: with other words, variables, directories, a configuration, or once something is pruned", async () => {
    const directory = gantry.context(files)
    const first = await build("own", directory)
    await settled("own", directory)
    expect((await build("own", directory, { VERSION: "2" })).atOnce).toBe(false)
    expect((await build("own", directory, {}, "--build-arg", "VERSION=2")).id).not.toBe(first.id)
    // That one has the name now.
    expect(await build("own", directory)).toMatchObject({ atOnce: false, id: first.id })
    await settled("own", directory)
    const configuration = join(gantry.scratch, "gantry.config.json")
    writeFileSync(configuration, "{}")
    expect((await build("own", directory)).atOnce).toBe(false)
    rmSync(configuration)
    expect((await build("own", directory)).atOnce).toBe(true)
    await gantry.ok("builder", "prune", "-af")
    const pruned = await build("own", directory)
    expect(pruned).toMatchObject({ status: 0, atOnce: false })
    expect(pruned.said).toContain("DONE")
    await settled("own", directory)
    // Whoever moves the base moves what stands on it.
    await gantry.build("base-too", "FROM base\nENV MOVED=1\n")
    const base = await gantry.field("base", "{{.Id}}")
    await gantry.ok("tag", "base-too", "base")
    const moved = await build("own", directory)
    expect(moved.atOnce).toBe(false)
    expect(await gantry.field("own", "{{.Config.Env}}")).toContain("MOVED=1")
    await gantry.ok("tag", base, "base")
  })
})
