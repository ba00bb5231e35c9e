import * as Effect from "effect/Effect"
import { Database, layer } from "../../src/state/Database.ts"

/** A process of its own that adds one to a number in a database, many times, each time by reading and writing. */
const [path = "", times = "0"] = process.argv.slice(2)

const countUp = Effect.flatMap(Database, (db) =>
  Effect.gen(function* () {
    yield* db.migrate({ owner: "count", steps: ["CREATE TABLE count (n INTEGER NOT NULL) STRICT"] })
    for (let time = 0; time < Number(times); time++) {
      yield* db.write("the count", (tx) => {
        const n = tx.get("SELECT n FROM count")?.["n"]
        if (n === undefined) tx.run("INSERT INTO count VALUES (1)")
        else tx.run("UPDATE count SET n = ?", Number(n) + 1)
      })
    }
  })
)

await Effect.runPromise(Effect.provide(countUp, layer(path)))
