/**
 * What gantry makes of Dockerfiles beside what docker's BuildKit, docker's classic builder and buildah make of them:
 * whole file trees and settings. For machines that have them: `npm run test:peers`. GANTRY_PEERS_RECORD=1 writes down
 * what they agree on, for the end-to-end tests of machines that have none.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { openGantry, programPath } from "../e2e/host/gantry.ts"
import { base } from "./Case.ts"
import { cases } from "./cases/all.ts"
import { built, type Engine, gantryEngine, makeGround, rivals } from "./engines.ts"
import { type Expected, record } from "./record.ts"

const others = rivals()
const missing = ["BuildKit", "classic", "buildah"].filter((name) => !others.some((each) => each.name === name))
for (const name of missing) console.log(`!! ${name} IS SKIPPED: it is not here !!`)

describe("the same Dockerfile gives the same image", () => {
  const gantry = openGantry([programPath])
  const ours: Engine = gantryEngine([programPath], gantry.env)
  const folder = mkdtempSync(join(tmpdir(), "gantry-peers-"))
  const found = new Map<string, Expected>()

  beforeAll(async () => {
    const ground = await makeGround(folder)
    await Promise.all([ours, ...others].map((engine) => engine.take(ground, base)))
  })

  afterAll(async () => {
    // Both of docker's have one store.
    await Promise.allSettled(others.map((engine) => engine.remove(base)))
    rmSync(folder, { recursive: true })
    gantry.close()
    if (process.env["GANTRY_PEERS_RECORD"] === "1") record(found)
  })

  for (const each of cases) {
    const comparable = others.filter(({ name }) => name === "gantry" || each.except?.[name] === undefined)
    const names = comparable.map(({ name, version }) => `${name} ${version}`)
    it(`${each.name} (${names.length === 0 ? "as stated" : names.join(", ")})`, async () => {
      const image = await built(ours, each)
      const stated = each.expected ?? image.tree
      expect(image.tree).toEqual(stated)
      for (const engine of comparable) {
        // One after the other: what they cost each other would be minutes.
        // oxlint-disable-next-line no-await-in-loop
        const theirs = await built(engine, each)
        if (engine.name === "BuildKit" || !found.has(each.name)) found.set(each.name, theirs)
        // Rows of history are BuildKit's: the others count what they do, not what is asked for.
        const history = engine.name === "BuildKit" && each.uneven === undefined ? theirs.history : image.history
        expect({ [engine.name]: image }).toEqual({ [engine.name]: { ...theirs, history } })
      }
    })
  }
})
