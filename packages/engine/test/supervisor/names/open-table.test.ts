import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Attachment } from "@gantry/core/network/Network"
import * as Database from "@gantry/core/state/Database"
import { Effect, Layer } from "effect"
import { describe, expect, it } from "vitest"
import * as Containers from "../../../src/containers/Containers.ts"
import { openTable } from "../../../src/supervisor/names/open-table.ts"
import { mark, writeState } from "../../../src/supervisor/state.ts"
import { recordOf } from "../../records.ts"

const held = (network: string, container: string, address: string): Attachment => ({
  driver: "bridge",
  network,
  container,
  address,
  ports: [],
  wiring: []
})

describe("openTable", () => {
  it("finds containers by name, alias, short id and host name while they hold an address and live, as the engine writes it down", async () => {
    const directory = mkdtempSync(join(tmpdir(), "gantry-names-"))
    try {
      const path = join(directory, "state.db")
      const layer = Layer.provide(Containers.layer, Database.layer(path))
      const base = recordOf("abc123", "Web")
      const wish = { network: "front", aliases: ["site"], priority: 0 }
      const record = {
        ...base,
        spec: { ...base.spec, hostname: "box" },
        options: { ...base.options, networks: [wish] }
      }
      await Effect.runPromise(
        Effect.gen(function* () {
          const containers = yield* Containers.Containers
          yield* containers.add(record)
          const table = yield* Effect.promise(() => openTable(path))
          const find = (name: string) => table.addresses("front", name)
          expect(find("web")).toEqual([])
          const home = join(directory, "containers", record.id)
          mkdirSync(home, { recursive: true })
          const running = { status: "running", startedAt: 0, paused: false } as const
          const supervisor = mark(process.pid) ?? { pid: 0, startTime: 0, boot: "" }
          writeState(home, { state: running, supervisor })
          yield* containers.attach(record.id, () => [
            held("front", record.id, "10.0.0.2"),
            held("back", record.id, "10.1.0.2")
          ])
          for (const name of ["web", "WEB", "site", "abc123000000", "box"]) expect(find(name)).toEqual(["10.0.0.2"])
          expect(table.addresses("back", "site")).toEqual([])
          expect(table.addresses("back", "web")).toEqual(["10.1.0.2"])
          expect(table.nameOf("front", "10.0.0.2")).toBe("Web")
          yield* containers.rename(record.id, "other")
          expect(find("web")).toEqual([])
          expect(find("other")).toEqual(["10.0.0.2"])
          // A later process has its number, as far as anybody can tell.
          writeState(home, { state: running, supervisor: { ...supervisor, startTime: supervisor.startTime + 1 } })
          expect(find("other")).toEqual([])
          expect(table.nameOf("front", "10.0.0.2")).toBeUndefined()
          writeState(home, { state: running, supervisor })
          expect(find("other")).toEqual(["10.0.0.2"])
          yield* containers.attach(record.id, () => [])
          expect(find("other")).toEqual([])
          table.close()
        }).pipe(Effect.provide(layer))
      )
    } finally {
      rmSync(directory, { recursive: true })
    }
  })
})
