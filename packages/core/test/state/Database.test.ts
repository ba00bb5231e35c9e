import { spawn } from "node:child_process"
import { once } from "node:events"
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { fileURLToPath } from "node:url"
import { Effect } from "effect"
import { afterAll, describe, expect, it } from "vitest"
import { Database, type DatabaseShape, layer } from "../../src/state/Database.ts"
import { isFull, reservePath, useReserve } from "../../src/state/reserve.ts"

const directory = mkdtempSync(join(tmpdir(), "gantry-database-"))
afterAll(() => rmSync(directory, { recursive: true }))

const using = <A, E>(path: string, work: (db: DatabaseShape) => Effect.Effect<A, E>) =>
  Effect.runPromise(Effect.provide(Effect.flatMap(Database, work), layer(path)))

const things = { owner: "things", steps: ["CREATE TABLE things (name TEXT PRIMARY KEY) STRICT"] }
const names = (db: DatabaseShape) =>
  db.read("things", (tx) => tx.all("SELECT name FROM things ORDER BY name").map((row) => row["name"]))

describe("the database", () => {
  it("is not made before it is used", async () => {
    const path = join(directory, "unused", "state.db")
    await using(path, () => Effect.void)
    expect(existsSync(path)).toBe(false)
  })

  it("is its owner's alone, with what SQLite keeps beside it, also one that was made otherwise", async () => {
    const path = join(directory, "private.db")
    const files = [path, `${path}-wal`, `${path}-shm`]
    const modes = () => files.map((name) => (statSync(name).mode & 0o777).toString(8))
    await using(path, (db) => Effect.map(db.migrate(things), () => expect(modes()).toEqual(["600", "600", "600"])))
    chmodSync(path, 0o644)
    await using(path, (db) =>
      Effect.gen(function* () {
        yield* db.migrate(things)
        expect(modes()).toEqual(["600", "600", "600"])
        // As somebody else has left them who has the file open still.
        for (const name of files) chmodSync(name, 0o644)
        yield* Effect.promise(() => using(path, names))
        expect(modes()).toEqual(["600", "600", "600"])
      })
    )
  })

  it("keeps room on the disk, of which each time half can be had", async () => {
    const path = join(directory, "reserve", "state.db")
    const size = () => statSync(reservePath(path)).size
    await using(path, (db) => db.migrate(things))
    expect(size()).toBe(1024 * 1024)
    expect(useReserve(path)).toBe(true)
    expect(size()).toBe(512 * 1024)
    for (let times = 0; useReserve(path); times++) expect(times).toBeLessThan(10)
    expect(size()).toBe(0)
    await using(path, (db) => db.migrate(things))
    expect(size()).toBe(1024 * 1024)
  })

  it("takes an error for a full disk only when it says so, or when the disk is full", () => {
    const path = join(directory, "state.db")
    expect(isFull(path, new Error("database or disk is full"))).toBe(true)
    expect(isFull(path, new Error("disk I/O error"))).toBe(false)
    expect(isFull(path, new Error("no such table"))).toBe(false)
  })

  it("runs each migration once, in order, also when more come later", async () => {
    const path = join(directory, "migrations", "state.db")
    await using(path, (db) =>
      Effect.gen(function* () {
        yield* db.migrate(things)
        yield* db.migrate(things)
        yield* db.write("things", (tx) => tx.run("INSERT INTO things VALUES ('old')"))
      })
    )
    const more = {
      owner: "things",
      steps: [...things.steps, "ALTER TABLE things ADD COLUMN size INTEGER", "UPDATE things SET size = 1"]
    }
    const rows = await using(path, (db) =>
      Effect.zipRight(
        db.migrate(more),
        db.read("things", (tx) => tx.all("SELECT name, size FROM things"))
      )
    )
    expect(rows.map((row) => [row["name"], row["size"]])).toEqual([["old", 1]])
  })

  it("leaves no half of a migration", async () => {
    const path = join(directory, "half.db")
    const broken = { owner: "things", steps: [...things.steps, "CREATE TABLE nonsense ("] }
    const failure = await using(path, (db) => Effect.flip(db.migrate(broken)))
    expect(failure).toMatchObject({ _tag: "StorageFailure", operation: "record" })
    const tables = await using(path, (db) =>
      Effect.zipRight(
        db.migrate({ owner: "others", steps: [] }),
        db.read("tables", (tx) =>
          tx.all("SELECT name FROM sqlite_master WHERE type = 'table'").map((row) => row["name"])
        )
      )
    )
    expect(tables).toEqual(["migrations"])
  })

  it("keeps owners apart", async () => {
    const seen = await using(":memory:", (db) =>
      Effect.gen(function* () {
        yield* db.migrate(things)
        yield* db.migrate({ owner: "others", steps: ["CREATE TABLE others (n INTEGER) STRICT"] })
        return yield* names(db)
      })
    )
    expect(seen).toEqual([])
  })

  it("of a newer gantry is refused, and not changed", async () => {
    const path = join(directory, "newer.db")
    await using(path, (db) =>
      db.migrate({ owner: "things", steps: [...things.steps, "CREATE TABLE newer (n INTEGER)"] })
    )
    const failure = await using(path, (db) => Effect.flip(db.migrate(things)))
    expect(failure).toMatchObject({ _tag: "DatabaseTooNew", path, owner: "things" })
    expect(await using(path, names)).toEqual([])
  })

  it("takes a write back when its body throws, and tells why", async () => {
    const reason = new Error("changed my mind")
    const outcome = await using(":memory:", (db) =>
      Effect.gen(function* () {
        yield* db.migrate(things)
        yield* db.write("things", (tx) => tx.run("INSERT INTO things VALUES ('kept')"))
        const failure = yield* Effect.flip(
          db.write("things", (tx) => {
            tx.run("INSERT INTO things VALUES ('lost')")
            throw reason
          })
        )
        // The connection is good for the next transaction.
        yield* db.write("things", (tx) => tx.run("INSERT INTO things VALUES ('next')"))
        return { failure, left: yield* names(db) }
      })
    )
    expect(outcome.failure).toMatchObject({ _tag: "StorageFailure", operation: "record", cause: reason })
    expect(outcome.left).toEqual(["kept", "next"])
  })

  it("refuses what a table's rules refuse", async () => {
    const failure = await using(":memory:", (db) =>
      Effect.zipRight(
        db.migrate(things),
        Effect.flip(
          db.write("things", (tx) => {
            tx.run("INSERT INTO things VALUES ('twice')")
            tx.run("INSERT INTO things VALUES ('twice')")
          })
        )
      )
    )
    expect(failure).toMatchObject({ _tag: "StorageFailure", subject: "things" })
  })

  it("counts the rows that a statement changed", async () => {
    const counts = await using(":memory:", (db) =>
      Effect.zipRight(
        db.migrate(things),
        db.write("things", (tx) => [
          tx.run("INSERT INTO things VALUES ('a'), ('b')"),
          tx.run("DELETE FROM things WHERE name = ?", "a"),
          tx.run("DELETE FROM things WHERE name = ?", "c"),
          tx.get("SELECT name FROM things WHERE name = ?", "c")
        ])
      )
    )
    expect(counts).toEqual([2, 1, 0, undefined])
  })

  it("cannot be opened where there is no place for it, and says where", async () => {
    const failure = await using("/dev/null/state.db", (db) => Effect.flip(db.migrate(things)))
    expect(failure).toMatchObject({ _tag: "StorageFailure", operation: "record" })
  })

  it("waits for another that makes the same database in that moment", async () => {
    const path = join(directory, "made-by-two.db")
    const other = new DatabaseSync(path)
    other.exec("BEGIN IMMEDIATE; CREATE TABLE theirs (n INTEGER) STRICT")
    // A connection that finds this lock is told so within the call: SQLite waits for no one who changes the journal's mode.
    const ours = using(path, (db) => Effect.zipRight(db.migrate(things), names(db)))
    await new Promise((refused) => setImmediate(refused))
    other.exec("COMMIT")
    other.close()
    expect(await ours).toEqual([])
  })

  it("lets several processes write at once, and none between another's reading and writing", async () => {
    const path = join(directory, "shared", "state.db")
    const script = fileURLToPath(new URL("count-up.ts", import.meta.url))
    const runtime = process.versions["deno"] === undefined ? [] : ["run", "-A"]
    const counting = [1, 2, 3].map(async () => {
      const child = spawn(process.execPath, [...runtime, "--conditions=gantry-source", script, path, "60"], {
        stdio: ["ignore", "ignore", "inherit"]
      })
      const [code] = await once(child, "exit")
      return code
    })
    expect(await Promise.all(counting)).toEqual([0, 0, 0])
    const count = await using(path, (db) => db.read("the count", (tx) => tx.get("SELECT n FROM count")?.["n"]))
    expect(count).toBe(180)
  })
})
