import { existsSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { image, makeGround } from "../docker-lines/ground.ts"
import type { Line, Played } from "../docker-lines/Line.ts"
import { scenes } from "../docker-lines/lines/all.ts"
import { play } from "../docker-lines/play.ts"
import { recorded } from "../docker-lines/recorded.ts"
import { openGantry, programPath } from "./host/gantry.ts"

/** What docker did, and what gantry does otherwise on purpose. */
const expected = (
  { differs, line }: Line,
  at: number,
  theirs: string | undefined,
  played: Played | undefined
): Played => {
  if (played === undefined || theirs !== line) throw new Error(`line ${at} is not recorded: ${line}`)
  const { why: _, ...ours } = differs ?? { why: "" }
  return { status: played.status, stdout: played.stdout, stderr: played.stderr, ...ours }
}

describe("called docker, gantry does what docker does", () => {
  const gantry = openGantry([programPath])
  const ground = makeGround(gantry.scratch, programPath)
  const env = { ...gantry.env, PATH: ground.path }

  beforeAll(async () => {
    if (!existsSync(programPath)) throw new Error(`${programPath} is missing: build it first (npm run build)`)
    await gantry.ok("build", "-t", image, ground.context)
  })

  afterAll(async () => {
    // As with docker, a container whose network is not there stays behind.
    await gantry.ok("container", "prune", "-f")
    gantry.close()
  })

  for (const { lines, name } of scenes) {
    it(`${name}`, async () => {
      const ours: Array<Played & { readonly line: string }> = []
      const theirs: typeof ours = []
      for (const [at, line] of lines.entries()) {
        const { line: told, ...played } = recorded[name]?.[at] ?? { line: undefined }
        theirs.push({ line: line.line, ...expected(line, at, told, "status" in played ? played : undefined) })
        // Each line finds what the one before it left.
        // oxlint-disable-next-line no-await-in-loop
        ours.push({ line: line.line, ...(await play(line.line, ground.cwd, env)) })
      }
      expect(ours).toEqual(theirs)
    })
  }
})
