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

describe("a network with IPv6 on record", () => {
  const ipv6 = { subnet: "fd00:7::/64", gateway: "fd00:7::1", reserved: { router: "fd00:7::2" } }

  it.effect("is read back, gives each address once, and leaves both its ranges behind", () =>
    Effect.gen(function* () {
      const db = yield* Database.Database
      yield* db.migrate(Tables.migrations)
      const lease = (container: string, address: string, address6?: string) => ({
        network: "n1",
        container,
        containerName: container,
        address,
        ...(address6 === undefined ? {} : { address6 })
      })
      const port = { hostIp: "0.0.0.0", hostPort: 80, containerPort: 80, protocol: "tcp" } as const
      const read = yield* db.write("test", (tx) => {
        Tables.insertNetwork(tx, { ...network, ipv6 }, 0)
        Tables.insertLease(tx, lease("a", "172.20.0.2", "fd00:7::3"))
        // Those without one do not get into each other's way.
        Tables.insertLease(tx, lease("b", "172.20.0.3"))
        Tables.insertLease(tx, lease("c", "172.20.0.4"))
        Tables.insertPort(tx, { ...port, network: "n1", container: "a", address: "172.20.0.2" })
        return { network: Tables.findNetwork(tx, "bridge"), leases: Tables.leases(tx), ports: Tables.ports(tx) }
      })
      expect(read.network?.ipv6).toEqual(ipv6)
      expect(read.leases.map(({ address6 }) => address6)).toEqual(["fd00:7::3", undefined, undefined])
      expect(read.ports.map(({ address6 }) => address6)).toEqual(["fd00:7::3"])
      const twice = db.write("test", (tx) => Tables.insertLease(tx, lease("d", "172.20.0.5", "fd00:7::3")))
      expect((yield* Effect.either(twice))._tag).toBe("Left")
      const freed = yield* db.write("test", (tx) => {
        for (const { container } of Tables.leases(tx)) Tables.deleteLease(tx, "n1", container)
        Tables.deleteNetwork(tx, { ...network, ipv6 })
        return Tables.freed(tx)
      })
      expect(freed).toEqual(["172.20.0.0/20", "fd00:7::/64"])
    }).pipe(Effect.provide(Database.layer(":memory:")))
  )
})
