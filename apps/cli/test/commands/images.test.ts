import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { engine, gantry, linesOf, scratch } from "./bench.ts"
import { build } from "./box.ts"

/** An image made with these instructions, under names; its ID, of the first platform where there are several. */
const made = (dockerfile: string, tags: ReadonlyArray<string>, ...options: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const context = yield* scratch
    writeFileSync(join(context, "Dockerfile"), dockerfile)
    writeFileSync(join(context, "file"), "contents\n")
    const names = tags.flatMap((tag) => ["-t", tag])
    const { err, out, status } = yield* gantry("build", ["-q", ...options, ...names, context])
    expect({ status, err }).toMatchObject({ status: 0 })
    return out.trim()
  })

/** An image made at a time of its own. */
const madeAt = (year: number, ...tags: ReadonlyArray<string>) =>
  made(
    `FROM scratch\nCOPY file /\nLABEL year=${year}\n`,
    tags,
    "--build-arg",
    `SOURCE_DATE_EPOCH=${(year - 1970) * 31_556_952}`
  )

const several = (...tags: ReadonlyArray<string>) =>
  made(
    "FROM scratch\nARG TARGETARCH\nLABEL arch=$TARGETARCH\nCOPY file /$TARGETARCH\n",
    tags,
    "--platform",
    "linux/amd64,linux/arm64"
  )

const tagsOf = (...args: ReadonlyArray<string>) =>
  Effect.map(gantry("images", ["--format", "{{.Repository}}:{{.Tag}}", ...args]), ({ out }) => linesOf(out).toSorted())

describe("gantry images", () => {
  it.scoped("shows what was made before or after another image, or before a time", () =>
    Effect.gen(function* () {
      yield* madeAt(2001, "old")
      yield* madeAt(2005, "middle")
      yield* madeAt(2009, "new")
      expect(yield* tagsOf("-f", "before=middle")).toEqual(["old:latest"])
      expect(yield* tagsOf("-f", "since=middle")).toEqual(["new:latest"])
      expect(yield* tagsOf("-f", "since=old", "-f", "before=new")).toEqual(["middle:latest"])
      expect(yield* tagsOf("-f", "until=2007-01-01")).toEqual(["middle:latest", "old:latest"])
      // The clock of these tests stands at 1970.
      expect(yield* tagsOf("-f", "until=1d")).toEqual([])
      expect(yield* tagsOf("-f", "until=2030-01-01", "-f", "label=year=2009")).toEqual(["new:latest"])
      expect(yield* gantry("images", ["-f", "until=whenever"])).toMatchObject({ status: 1, out: "" })
      expect((yield* gantry("images", ["-f", "before=nosuch"])).err).toContain("no such image: nosuch")
    }).pipe(Effect.provide(engine))
  )

  it.scoped("shows names that match a pattern, of which no star crosses a slash", () =>
    Effect.gen(function* () {
      yield* build("box:1", "box:2", "team/box:1", "example.com:5000/team/box:1")
      expect(yield* tagsOf("-f", "reference=b*")).toEqual(["box:1", "box:2"])
      expect(yield* tagsOf("-f", "reference=*:1")).toEqual(["box:1"])
      expect(yield* tagsOf("-f", "reference=*/*:[0-1]", "-f", "reference=box:2")).toEqual(["box:2", "team/box:1"])
      expect(yield* tagsOf("example.com:5000/team/box")).toEqual(["example.com:5000/team/box:1"])
      expect(yield* tagsOf("*/box")).toEqual(["team/box:1"])
      expect(yield* tagsOf("box:2")).toEqual(["box:2"])
      expect(yield* tagsOf("bo")).toEqual([])
      expect(yield* gantry("images", ["-q", "No Name"])).toEqual({ status: 0, out: "", err: "" })
      const open = yield* gantry("images", ["-f", "reference=["])
      expect(open).toMatchObject({ status: 1, err: expect.stringContaining("malformed") })
    }).pipe(Effect.provide(engine))
  )

  it.scoped("hides what has lost its name, and shows only that when it is asked for what dangles", () =>
    Effect.gen(function* () {
      const first = yield* madeAt(2001, "moving")
      yield* madeAt(2005, "moving")
      expect(yield* tagsOf()).toEqual(["moving:latest"])
      expect(yield* tagsOf("-a")).toEqual(["<none>:<none>", "moving:latest"])
      for (const yes of ["true", "1"]) {
        expect((yield* gantry("images", ["-q", "--no-trunc", "-f", `dangling=${yes}`])).out).toBe(`${first}\n`)
      }
      expect(yield* tagsOf("-a", "-f", "dangling=false")).toEqual(["moving:latest"])
      expect(yield* tagsOf("-a", "-f", "reference=*")).toEqual(["moving:latest"])
      expect((yield* gantry("images", ["-f", "dangling=perhaps"])).status).toBe(1)
    }).pipe(Effect.provide(engine))
  )

  it.scoped("shows an image once when it is told to, and digests when it is told to", () =>
    Effect.gen(function* () {
      const id = yield* build("box:1", "box:2")
      expect((yield* gantry("images", ["-q", "--no-trunc"])).out).toBe(`${id}\n${id}\n`)
      expect((yield* gantry("images", ["-q", "--no-trunc", "--unique"])).out).toBe(`${id}\n`)
      const [header = "", row = ""] = linesOf((yield* gantry("images", ["--digests", "box:1"])).out)
      expect(header.split(/\s{2,}/)).toEqual(["REPOSITORY", "TAG", "DIGEST", "IMAGE ID", "CREATED", "SIZE"])
      const digest = row.split(/\s+/)[2] ?? ""
      expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/)
      expect(linesOf((yield* gantry("images", ["--format", "{{.Tag}}", `box@${digest}`])).out)).toEqual(["1", "2"])
    }).pipe(Effect.provide(engine))
  )

  it.scoped("draws platforms, the layers of each and who else has them as a tree", () =>
    Effect.gen(function* () {
      yield* madeAt(2001, "box")
      const later = ["--build-arg", "SOURCE_DATE_EPOCH=1200000000"]
      yield* made("FROM box\nCOPY file /more\n", ["above:1", "above:2"], ...later)
      yield* gantry("create", ["--name", "user", "box", "true"])
      const { out } = yield* gantry("images", ["--tree"])
      const lines = linesOf(out)
      expect(lines[0]).toBe("above:1, above:2")
      expect(lines[1]).toMatch(/^└─ linux\/\w+(\/v8)? {2}[0-9a-f]{12} {2}\S+B$/)
      expect(lines[2]).toMatch(/^ {3}├─ [0-9a-f]{12} {2}\S+B {2}also in box:latest$/)
      expect(lines[3]).toMatch(/^ {3}└─ [0-9a-f]{12} {2}\S+B$/)
      expect(lines[4]).toBe("box:latest")
      expect(lines[5]).toMatch(/ {2}used by user$/)
      expect(lines[6]).toMatch(/ {2}also in above:1, above:2$/)
      expect(lines).toHaveLength(7)
      yield* gantry("untag", ["above:1"])
      expect((yield* gantry("images", ["--tree", "box"])).out).toMatch(/ {2}also in 1 without a name\n$/)
      expect((yield* gantry("images", ["--tree", "-q"])).status).toBe(125)
      expect((yield* gantry("images", ["--tree", "nosuch"])).out).toBe("")
    }).pipe(Effect.provide(engine))
  )
})

describe("names of several platforms", () => {
  it.scoped("lead `history`, `image inspect` and the tree to each of them", () =>
    Effect.gen(function* () {
      yield* several("multi")
      for (const arch of ["amd64", "arm64"]) {
        const platform = ["--platform", `linux/${arch}`]
        const inspected = yield* gantry("imageInspect", [
          ...platform,
          "-f",
          "{{.Architecture}} {{.Config.Labels.arch}}",
          "multi"
        ])
        expect(inspected.out).toBe(`${arch} ${arch}\n`)
        const { out } = yield* gantry("history", [...platform, "--no-trunc", "--format", "{{.CreatedBy}}", "multi"])
        expect(out).toContain(`/${arch}`)
      }
      for (const command of ["history", "imageInspect"] as const) {
        const wrong = yield* gantry(command, ["--platform", "linux/s390x", "multi"])
        expect(wrong).toMatchObject({ status: 1, err: expect.stringMatching(/linux\/a\w+.*, linux\/a\w+.*s390x/) })
        expect((yield* gantry(command, ["--platform", "a/b/c/d", "multi"])).status).toBe(125)
      }
      const lines = linesOf((yield* gantry("images", ["--tree"])).out)
      expect(lines.filter((line) => /^[├└]─ linux\/(amd64|arm64)/.test(line))).toHaveLength(2)
      expect(lines.filter((line) => /^\S/.test(line) && !/^[├└│]/.test(line))).toEqual(["multi:latest"])
    }).pipe(Effect.provide(engine))
  )
})

describe("gantry rmi", () => {
  it.scoped("with --force is content when there is no such image, and says so", () =>
    Effect.gen(function* () {
      yield* build("box")
      const { err, out, status } = yield* gantry("rmi", ["-f", "nosuch", "box"])
      expect({ out: out.split("\n")[0], status }).toEqual({ out: "Untagged: box:latest", status: 0 })
      expect(err).toContain("no such image: nosuch")
    }).pipe(Effect.provide(engine))
  )
})

describe("gantry history", () => {
  it.scoped("tells times by the second, and the rows of other images as missing", () =>
    Effect.gen(function* () {
      const id = yield* build("box")
      const times = linesOf((yield* gantry("history", ["--format", "{{.CreatedAt}}", "box"])).out)
      for (const time of times) expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
      const [first, ...others] = linesOf((yield* gantry("history", ["-q", "--no-trunc", "box"])).out)
      expect(first).toBe(id)
      expect(new Set(others)).toEqual(new Set(["<missing>"]))
    }).pipe(Effect.provide(engine))
  )
})
