/**
 * The lines played by a real docker, for machines that have one (`npm run test:peers`): it must do what is recorded.
 * With GANTRY_PEERS_RECORD=1 what it does is recorded, for machines that have none. GANTRY_PEER_DOCKER names its command
 * line; what is recorded here was said by version 28 of it with a daemon of version 20.10.
 */
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { image, makeGround } from "./ground.ts"
import { scenes } from "./lines/all.ts"
import { play } from "./play.ts"
import { type Recorded, recorded, recordedFile } from "./recorded.ts"

const docker =
  process.env["GANTRY_PEER_DOCKER"] ?? spawnSync("sh", ["-c", "command -v docker"], { encoding: "utf8" }).stdout.trim()
const there = spawnSync(docker, ["version"]).status === 0
if (!there) console.log("!! DOCKER IS SKIPPED: it is not here !!")
const recording = process.env["GANTRY_PEERS_RECORD"] === "1"

describe.skipIf(!there)("docker does what is recorded of it", () => {
  const folder = mkdtempSync(join(tmpdir(), "gantry-lines-"))
  const ground = makeGround(folder, docker)
  const env = { PATH: ground.path, HOME: folder, DOCKER_BUILDKIT: "0" }
  const found: Record<string, ReadonlyArray<Recorded>> = {}

  beforeAll(() => {
    const made = spawnSync(docker, ["build", "-t", image, ground.context], { env })
    if (made.status !== 0) throw new Error(made.stderr.toString())
  })

  afterAll(() => {
    spawnSync(docker, ["rmi", image])
    rmSync(folder, { recursive: true })
    if (recording) writeFileSync(recordedFile, `${JSON.stringify(found, undefined, 2)}\n`)
  })

  for (const { lines, name } of scenes) {
    it(`${name}`, async () => {
      const did: Array<Recorded> = []
      for (const { line } of lines) {
        // Each line finds what the one before it left.
        // oxlint-disable-next-line no-await-in-loop
        did.push({ line, ...(await play(line, ground.cwd, env)) })
      }
      found[name] = did
      expect(did).toEqual(recording ? did : recorded[name])
    })
  }
})
