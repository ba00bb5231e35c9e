/**
 * Projects as people have them, built from Debian's packages and run. Minutes, and not part of the gate: `npm run
 * test:debian`, with mmdebstrap and a mirror. GANTRY_DEBIAN_SOURCE is the line of apt's list of sources that the builds
 * use, GANTRY_DEBIAN_BASE an archive of a minimal system that is there already.
 */
import { execFile, execFileSync, spawnSync } from "node:child_process"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { openGantry, programPath } from "../e2e/host/gantry.ts"
import { stepsOf } from "../e2e/host/progress.ts"
import { shapes } from "./shapes.ts"

const run = promisify(execFile)
const { GANTRY_DEBIAN_BASE: given, GANTRY_DEBIAN_SOURCE: source = "deb http://deb.debian.org/debian bookworm main" } =
  process.env
const canMake = given !== undefined || spawnSync("mmdebstrap", ["--version"]).error === undefined
if (!canMake) console.log("!! PROJECTS ON DEBIAN ARE SKIPPED: mmdebstrap is not here !!")

describe.skipIf(!canMake)("on Debian", () => {
  const gantry = openGantry([programPath])

  beforeAll(async () => {
    const base = given ?? join(gantry.scratch, "debian.tar")
    if (given === undefined) {
      execFileSync("mmdebstrap", ["--variant=minbase", "bookworm", base, source], { stdio: "pipe" })
    }
    const path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    await gantry.ok("import", "-c", 'CMD ["bash"]', "-c", `ENV ${path}`, base, "debian:12")
  }, 600_000)

  afterAll(async () => {
    await gantry.ok("system", "reset", "-f")
    gantry.close()
  })

  it.each(shapes)("$name", async ({ files, prints }) => {
    const directory = gantry.context(files)
    // Longer than what the tests of the gate wait for.
    const build = () =>
      run(programPath, ["build", "-t", "real", "--network", "host", "--build-arg", `SOURCE=${source}`, directory], {
        env: gantry.env,
        maxBuffer: 1 << 28
      })
    await build()
    expect(await gantry.ok("run", "--rm", "real")).toBe(prints)
    const again = stepsOf((await build()).stderr).filter(({ instruction }) => /^(?:RUN|COPY|WORKDIR)/.test(instruction))
    expect(again.every(({ cached }) => cached)).toBe(true)
  })
})
