import { execFileSync } from "node:child_process"
import { chmodSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { describe, expect, it } from "vitest"
import { useGantry } from "./host/gantry.ts"
import { stepsOf } from "./host/progress.ts"
import { until } from "./host/until.ts"

const dockerfile = `FROM base AS tools
ARG VERSION=1
COPY src /src/
RUN echo $VERSION > /version && cat /src/* > /all
FROM base
COPY --from=tools /all /all
ENV MODE=plain
CMD ["cat", "/all"]
`
const files = { Dockerfile: dockerfile, "src/a": "one\n", "src/b": "two\n" }

interface Step {
  readonly stage: string
  readonly step: number
  readonly instruction: string
  readonly status: string
  readonly key: string | null
  readonly cause: { readonly kind: string; readonly [field: string]: unknown } | null
}

describe("the build cache", () => {
  const gantry = useGantry()

  const planned = async (directory: string, ...more: ReadonlyArray<string>): Promise<ReadonlyArray<Step>> => {
    const { steps } = JSON.parse(await gantry.ok("build", "--plan=json", ...more, directory)) as {
      readonly steps: ReadonlyArray<Step>
    }
    return steps
  }
  const explained = async (directory: string, ...more: ReadonlyArray<string>) =>
    JSON.parse(await gantry.ok("build", "--explain=json", ...more, directory)) as {
      readonly image: string
      readonly steps: ReadonlyArray<Step>
      readonly cached: ReadonlyArray<Step>
    }

  it("names the change that made the first step run, and what the others follow", async () => {
    const directory = gantry.context(files)
    await gantry.ok("build", "-q", directory)
    expect((await explained(directory)).steps).toEqual([])
    const first = async (...more: ReadonlyArray<string>) => (await explained(directory, ...more)).steps[0]?.cause
    writeFileSync(join(directory, "src/a"), "changed\n")
    const { cached, steps } = await explained(directory)
    expect(steps.map(({ cause, instruction }) => [instruction.split(" ")[0], cause?.kind])).toEqual([
      ["COPY", "file"],
      ["RUN", "follows"],
      ["COPY", "follows"],
      ["ENV", "follows"],
      ["CMD", "follows"]
    ])
    expect(steps[0]?.cause).toMatchObject({ kind: "file", path: "src/a", change: "content" })
    expect(cached).toEqual([])
    chmodSync(join(directory, "src/b"), 0o600)
    expect(await first()).toEqual({ kind: "file", path: "src/b", change: "mode", before: "0644", now: "0600" })
    writeFileSync(join(directory, "src/c"), "three\n")
    expect(await first()).toEqual({ kind: "file", path: "src/c", change: "added" })
    rmSync(join(directory, "src/c"))
    writeFileSync(join(directory, "src/a"), "again\n")
    await first()
    expect(await first("--build-arg", "VERSION=2")).toEqual({ kind: "arg", name: "VERSION", before: "1", now: "2" })
    await first()
    const edit = async (from: string, to: string) => {
      writeFileSync(join(directory, "Dockerfile"), dockerfile.replace(from, to))
      return first()
    }
    expect(await edit("MODE=plain", "MODE=fast")).toEqual({ kind: "env", name: "MODE", before: "plain", now: "fast" })
    expect(await edit('["cat", "/all"]', '["cat"]')).toEqual({
      kind: "instruction",
      before: 'CMD ["cat", "/all"]',
      now: 'CMD ["cat"]'
    })
    expect(await edit("ENV MODE", "USER app\nENV MODE")).toEqual({ kind: "added", above: "ENV MODE=plain" })
    expect(await first("--no-cache")).toEqual({ kind: "no-cache" })
    const absent = await gantry.try("build", "--no-cache-filter", "tools,1,tolls", directory)
    expect(absent.stderr).toContain("that the Dockerfile does not have: tolls\n")
    expect((await explained(directory, "--no-cache-filter", "tools")).steps[0]).toMatchObject({
      stage: "tools",
      cause: { kind: "no-cache" }
    })
    expect(await first("--cache-ttl", "0s")).toMatchObject({ kind: "expired", limit: 0 })
  })

  it("with early cut-off runs nothing again that takes the same files from a stage that ran again", async () => {
    const cut = dockerfile.replace("/src/* >", "/src/a >").replace("ENV MODE", "RUN cat /all > /copy\nENV MODE")
    const directory = gantry.context({ ...files, Dockerfile: cut })
    await gantry.ok("build", "-q", "--early-cutoff", directory)
    const ran = async () => {
      const { steps } = await explained(directory, "--early-cutoff")
      return steps.map(({ instruction }) => instruction.split(" ")[0])
    }
    writeFileSync(join(directory, "src/b"), "changed\n")
    expect(await ran()).toEqual(["COPY", "RUN"])
    expect(await ran()).toEqual([])
    chmodSync(join(directory, "src/a"), 0o600)
    expect(await ran()).toEqual(["COPY", "RUN"])
    writeFileSync(join(directory, "src/a"), "changed\n")
    expect(await ran()).toEqual(["COPY", "RUN", "COPY", "RUN", "ENV", "CMD"])
    await gantry.ok("build", "-q", "--early-cutoff", "-t", "cut-off", directory)
    expect(await gantry.ok("run", "--rm", "cut-off", "cat", "/copy")).toBe("changed")
    const audit = await gantry.ok("cache", "verify", "--early-cutoff", directory)
    expect(audit).toContain("RUN steps: 2 same")
  })

  it("is planned without running, fetching or writing anything", async () => {
    const directory = gantry.context({ ...files, Dockerfile: dockerfile.replace("MODE", "PLANNED") })
    const before = await planned(directory)
    expect(before.map(({ status }) => status)).toContain("miss")
    await gantry.ok("build", "-q", directory)
    const database = await gantry.ok("builder", "du", "--format", "json")
    const hits = await planned(directory)
    expect(hits.every(({ status }) => status === "hit")).toBe(true)
    writeFileSync(join(directory, "src/a"), "other\n")
    const misses = await planned(directory)
    expect(misses.find(({ status }) => status === "miss")).toMatchObject({
      stage: "tools",
      step: 3,
      cause: { kind: "file", path: "src/a", change: "content" }
    })
    const ages = (text: string) => text.replaceAll(/"LastUsed":"[^"]*"/g, "")
    expect(ages(await gantry.ok("builder", "du", "--format", "json"))).toBe(ages(database))
    const absent = await planned(gantry.context({ Dockerfile: "FROM localhost:1/nothing\nRUN true\n" }))
    expect(absent.map(({ cause, status }) => [status, cause?.kind])).toEqual([
      ["miss", "absent"],
      ["miss", "follows"]
    ])
  })

  it("can be demanded: status 0 when nothing would run, 3 and the first cause when something would", async () => {
    const directory = gantry.context({ ...files, Dockerfile: dockerfile.replace("MODE", "DEMANDED") })
    const build = () => gantry.try("build", "--require-cached", "-t", "demanded", directory)
    const refused = await build()
    expect(refused).toMatchObject({ status: 3 })
    expect((await gantry.try("inspect", "demanded")).status).toBe(1)
    await gantry.ok("build", "-q", directory)
    expect(await build()).toMatchObject({ status: 0 })
    rmSync(join(directory, "src/b"))
    const changed = await build()
    expect(changed).toMatchObject({ status: 3 })
    expect(changed.stderr).toContain("[tools 3/4] COPY src /src/ is not cached: src/b: removed")
  })

  it("remembers what was evicted, and says by what", async () => {
    const directory = gantry.context({ ...files, Dockerfile: dockerfile.replace("MODE", "EVICTED") })
    await gantry.ok("build", "-q", directory)
    const listed = await gantry.ok("builder", "prune", "--max-used-space", "0", "--dry-run")
    expect(listed).toContain("Would be removed:")
    await gantry.ok("builder", "prune", "--max-used-space", "0", "-f")
    expect(await gantry.ok("builder", "du", "--format", "{{.ID}}")).toBe("")
    const [step] = (await explained(directory)).steps
    expect(step?.cause).toMatchObject({ kind: "evicted", rule: "max-used-space", bytes: expect.any(Number) })
    expect((await explained(directory)).steps).toEqual([])
  })

  it("keeps to its limits after a build, and never takes what that build has made", async () => {
    const directory = gantry.context({ Dockerfile: "FROM base\nRUN head -c 300000 /dev/urandom > /large\n" })
    const limited = (...args: ReadonlyArray<string>) => {
      const env = { ...gantry.env, GANTRY_CACHE_MAX_USED_SPACE: "100kB", GANTRY_CACHE_RESERVED_SPACE: "0" }
      Object.assign(gantry.env, env)
      return gantry.ok(...args).finally(() => {
        delete gantry.env["GANTRY_CACHE_MAX_USED_SPACE"]
        delete gantry.env["GANTRY_CACHE_RESERVED_SPACE"]
      })
    }
    const sizes = async () =>
      (await gantry.ok("builder", "du", "--filter", "private", "--format", "{{.Bytes}}"))
        .split("\n")
        .filter((each) => Number(each) > 250_000).length
    await gantry.ok("build", "-q", "-t", "large", directory)
    await gantry.ok("build", "-q", "--no-cache", "-t", "large", directory)
    await gantry.ok("rmi", "large")
    await gantry.ok("image", "prune", "-f")
    expect(await sizes()).toBe(1)
    const other = gantry.context({ Dockerfile: "FROM base\nRUN head -c 300001 /dev/urandom > /large\n" })
    const image = await limited("build", "-q", other)
    expect(await sizes()).toBe(0)
    const [cause] = (await explained(directory)).steps.map((step) => step.cause)
    expect(cause).toMatchObject({ kind: "evicted", rule: "max-used-space" })
    expect((await explained(other)).image).toBe(image)
    expect((await explained(other)).steps).toEqual([])
  })

  it("lists cache mounts too, and removes them alone", async () => {
    const directory = gantry.context({
      Dockerfile: "FROM base\nRUN --mount=type=cache,id=kept,target=/c head -c 300000 /dev/zero >/c/f && touch /made\n"
    })
    await gantry.ok("build", "-q", "--no-cache", directory)
    const listed = async (...filter: ReadonlyArray<string>) =>
      gantry.ok("builder", "du", ...filter, "--format", "{{.ID}} {{.Kind}} {{.InUse}} {{.Instruction}}")
    expect(await listed("--filter", "type=exec.cachemount")).toBe("kept mount false cache mount kept")
    expect(Number(await gantry.ok("builder", "du", "--filter", "id=kept", "--format", "{{.Bytes}}"))).toBeGreaterThan(
      300_000
    )
    expect(await gantry.ok("builder", "du", "-v", "--filter", "kind=mount")).toMatch(/^ID: +kept$/m)
    const records = await listed("--filter", "type=regular")
    const odd = await gantry.try("builder", "prune", "-f", "--filter", "type=odd")
    expect([odd.status, odd.stderr]).toEqual([125, expect.stringContaining("invalid filter type=odd")])
    expect(await gantry.ok("builder", "prune", "-f", "--filter", "type=source.local")).not.toContain("kept")
    expect(await gantry.ok("builder", "prune", "-f", "--filter", "type=exec.cachemount")).toContain("kept")
    expect(await listed("--filter", "kind=mount")).toBe("")
    expect(await listed("--filter", "type=regular")).toBe(records)
  })

  it("lists what each record takes, and the sums add up", async () => {
    await gantry.ok("build", "-q", gantry.context(files))
    const rows = (await gantry.ok("builder", "du", "--format", "{{.Bytes}} {{.Shared}} {{.Kind}}"))
      .split("\n")
      .map((row) => row.split(" "))
    const list = await gantry.ok("builder", "du")
    const sum = (is: (shared: string) => boolean) =>
      rows.reduce((total, [bytes, shared = ""]) => (is(shared) ? total + Number(bytes) : total), 0)
    expect(rows.map(([, , kind]) => kind)).toContain("settings")
    expect(sum(() => true)).toBe(sum((shared) => shared === "true") + sum((shared) => shared === "false"))
    expect(list).toMatch(/^Total: +\d/m)
    expect(await gantry.ok("builder", "du", "-v", "--filter", "description=COPY src")).toContain(
      "Instruction:  COPY src /src/"
    )
  })

  it("misses with a warning when files of a layer are gone, and makes them again", async () => {
    const directory = gantry.context({ Dockerfile: "FROM base\nRUN echo lost > /lost\nRUN cat /lost\n" })
    await gantry.ok("build", "-q", "-t", "lost", directory)
    const layer = (
      await gantry.ok("builder", "du", "--filter", "description=echo lost", "--format", "{{.Layer}}")
    ).slice("sha256:".length)
    const home = readdirSync(join(gantry.root, "layers")).find((name) => layer.startsWith(name))
    rmSync(join(gantry.root, "layers", home ?? "?"), { recursive: true })
    const { status, stderr } = await gantry.try("build", "-t", "lost", directory)
    expect({ status, stderr }).toMatchObject({ status: 0 })
    expect(stderr).toContain(
      "warning: RUN echo lost > /lost is made again: its earlier result is no longer in the store"
    )
    expect(await gantry.ok("run", "--rm", "lost", "cat", "/lost")).toBe("lost")
    expect(await gantry.ok("build", "-q", directory)).toBe(await gantry.field("lost", "{{.Id}}"))
  })

  it("misses with a warning when a record is damaged, and makes the step again", async () => {
    const directory = gantry.context({ Dockerfile: "FROM base\nRUN echo right > /told\nRUN cat /told\n" })
    await gantry.ok("build", "-q", "-t", "told", directory)
    const step = "instruction = 'RUN echo right > /told'"
    const spoil = (change: string) => {
      const database = new DatabaseSync(join(gantry.root, "state.db"))
      try {
        expect(database.prepare(`UPDATE cache SET ${change} WHERE ${step}`).run().changes).toBe(1)
      } finally {
        database.close()
      }
    }
    const isDamaged = "the record of its earlier result is damaged"
    const cases = [
      ["facts = ''", isDamaged],
      ["facts = substr(facts, 1, 60)", isDamaged],
      ["facts = replace(facts, 'right', 'wrong')", isDamaged],
      ["facts = (SELECT facts FROM cache WHERE instruction = 'RUN cat /told')", isDamaged],
      ["layer = 'sha256:' || printf('%064d', 7)", "its earlier result is no longer in the store"],
      ["layer = '../../../etc'", "its earlier result is no longer in the store"]
    ] as const
    for (const [change, why] of cases) {
      spoil(change)
      const { status, stderr } = await gantry.try("build", "-t", "told", directory)
      expect({ change, status, stderr }).toMatchObject({ status: 0 })
      expect(stderr).toContain(`warning: RUN echo right > /told is made again: ${why}`)
      expect(await gantry.ok("run", "--rm", "told", "cat", "/told")).toBe("right")
      expect((await planned(directory)).every((each) => each.status === "hit")).toBe(true)
    }
  })

  it("makes a layer again that was damaged, once check has found and removed it", async () => {
    const directory = gantry.context({ Dockerfile: "FROM base\nRUN echo whole > /part\n" })
    await gantry.ok("build", "-q", "-t", "part", directory)
    const layer = (
      await gantry.ok("builder", "du", "--filter", "description=echo whole", "--format", "{{.Layer}}")
    ).slice("sha256:".length)
    const home = readdirSync(join(gantry.root, "layers")).find((name) => layer.startsWith(name)) ?? "?"
    writeFileSync(join(gantry.root, "layers", home, "diff/part"), "wrong\n")
    const audit = await gantry.try("cache", "verify", directory)
    expect(audit).toMatchObject({ status: 1 })
    expect(audit.stdout).toContain("  /part: content\n")
    expect(await gantry.try("check", "--repair")).toMatchObject({ status: 0 })
    const { status, stderr } = await gantry.try("build", "-t", "part", directory)
    expect({ status, stderr }).toMatchObject({ status: 0 })
    expect(stderr).toContain(
      "warning: RUN echo whole > /part is made again: its earlier result is no longer in the store"
    )
    expect(await gantry.ok("run", "--rm", "part", "cat", "/part")).toBe("whole")
    expect(await gantry.try("check")).toMatchObject({ status: 0 })
  })

  it("verifies itself: names the files that a command makes otherwise now, and changes nothing", async () => {
    const directory = gantry.context({
      Dockerfile: [
        "FROM base",
        "RUN echo 1 > /d && mkdir -p /etc/a && ln -s /d /etc/a/l && chmod 4755 /d",
        "RUN rm /etc/a/l; cat /proc/sys/kernel/random/uuid > /u; cp /u /etc/a/v",
        "RUN --mount=type=cache,target=/c touch /c/x",
        "RUN true",
        ""
      ].join("\n")
    })
    await gantry.ok("build", "-q", directory)
    const store = async () => {
      const records = (await gantry.ok("builder", "du", "--format", "{{.ID}} {{.Bytes}} {{.Uses}}")).split("\n")
      return [records.toSorted(), readdirSync(join(gantry.root, "layers")), readdirSync(join(gantry.root, "trees"))]
    }
    const before = await store()
    const { status, stdout } = await gantry.try("cache", "verify", "--json", directory)
    expect(status).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      leftOut: 0,
      steps: [
        { step: 2, outcome: "same" },
        {
          step: 3,
          outcome: "differs",
          differences: [
            { path: "/etc/a/v", change: "content" },
            { path: "/u", change: "content" }
          ]
        },
        { step: 4, outcome: "skipped" },
        { step: 5, outcome: "same" }
      ]
    })
    expect(await store()).toEqual(before)
    const sound = gantry.context({ Dockerfile: "FROM base\nRUN echo 1 > /d\n" })
    await gantry.ok("build", "-q", sound)
    expect(await gantry.ok("cache", "verify", "--sample", "10", sound)).toBe(
      "same [stage-0 2/2] RUN echo 1 > /d\nRUN steps: 1 same"
    )
  })

  it("gives the files that a cold build gives, each of them once", async () => {
    const directory = gantry.context({
      Dockerfile: [
        "FROM base AS made",
        "RUN mkdir -p /d/e && echo 1 > /d/e/f && ln -s e /d/l",
        "COPY src /d/e/",
        "RUN rm /d/l && echo 2 >> /d/e/f",
        "FROM scratch",
        "COPY --from=made /d /d",
        "COPY src /d/",
        ""
      ].join("\n"),
      "src/a": "one\n",
      "src/b": "two\n"
    })
    const archive = async (...more: ReadonlyArray<string>) => {
      const dest = join(directory, "../files.tar")
      // Commands have made their files at another second.
      await gantry.ok("build", "-q", "--reproducible", "-o", `type=tar,dest=${dest}`, ...more, directory)
      return execFileSync("tar", ["--full-time", "-tvf", dest], { encoding: "utf8" }).trim().split("\n")
    }
    const cold = await archive()
    const names = cold.map((line) => line.split(" ").at(-1))
    expect(names).toEqual(["d/", "d/a", "d/b", "d/e/", "d/e/a", "d/e/b", "d/e/f"])
    expect(await archive()).toEqual(cold)
    expect(await archive("--no-cache")).toEqual(cold)
  })

  it("lets two builds at once run a step once, and the second go on when the first is killed", async () => {
    // As long as two programs may need to start; whichever is late finds the record of the other.
    const directory = gantry.context({ Dockerfile: "FROM base\nRUN echo begun; sleep 2; date +%N > /at\n" })
    const both = await Promise.all([1, 2].map(() => gantry.try("build", directory)))
    expect(both.map(({ status }) => status)).toEqual([0, 0])
    expect(both.filter(({ stderr }) => / begun$/m.test(stderr))).toHaveLength(1)
    expect(both.flatMap(({ stderr }) => stepsOf(stderr).filter(({ cached }) => cached))).toHaveLength(1)

    const again = gantry.context({ Dockerfile: "FROM base\nRUN echo begun again; sleep 2\nRUN echo after\n" })
    const first = gantry.start("build", again)
    await until("the first to run the step", () => first.stderr().includes("begun again\n"))
    const second = gantry.start("build", again)
    await until("the second to wait for it", () => second.stderr().includes("FROM base"))
    first.kill("SIGKILL")
    await first.ended
    const { status, stderr } = await second.ended
    expect({ status, stderr }).toMatchObject({ status: 0 })
    expect(stderr).toMatch(/ begun again$/m)
  })
})
