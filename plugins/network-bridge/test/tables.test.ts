import * as Database from "@gantry/core/state/Database"
import { it } from "@effect/vitest"
import { Effect } from "effect"
import { describe, expect } from "vitest"
import * as Tables from "../src/tables.ts"

const network: Tables.NetworkRow = {
  id: "n1",
  name: "bridge",
  subnet: "172.20.0.0/20",
  gateway: "172.20.0.1",
  bridge: "gtyt0",
  internal: false,
  labels: {}
}

describe("a lease on record", () => {
  it.effect("says which process it ends with, or that it is given back", () =>
    Effect.gen(function* () {
      const db = yield* Database.Database
      yield* db.migrate(Tables.migrations)
      const owner = { pid: 812, startTime: 4711 }
      const kept = { network: "n1", container: "a", containerName: "web", address: "172.20.0.2" }
      const passing = { network: "n1", container: "b", containerName: "build", address: "172.20.0.3", owner }
      const read = yield* db.write("test", (tx) => {
        Tables.insertNetwork(tx, network, 0)
        Tables.insertLease(tx, kept)
        Tables.insertLease(tx, passing)
        return Tables.leases(tx)
      })
      expect(read).toEqual([kept, passing])
    }).pipe(Effect.provide(Database.layer(":memory:")))
  )
})
