/** Takes a lock, says so, and holds it until it is killed. */
import { Effect } from "effect"
import { make } from "../src/FsLocks.ts"

await Effect.runPromise(
  make(process.argv[2] ?? "").withLock(
    "name",
    Effect.zipRight(
      Effect.sync(() => process.stdout.write("ready\n")),
      // A timer, because a process without any work ends.
      Effect.forever(Effect.sleep("1 hour"))
    )
  )
)
