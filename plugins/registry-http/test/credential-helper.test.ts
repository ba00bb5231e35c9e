import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, Option } from "effect"
import { expect, it } from "vitest"
import { get } from "../src/credentials/Helper.ts"

it("a helper has answered when it has ended, whatever it has started", async () => {
  const folder = mkdtempSync(join(tmpdir(), "gantry-helper-"))
  try {
    const answer = '{"Username":"me","Secret":"it"}'
    // The agent has the helper's own output, and ends with the test only.
    const script = `#!/bin/sh\n/bin/sleep 30 &\necho $! >"${folder}/agent"\necho '${answer}'\n`
    writeFileSync(join(folder, "docker-credential-agent"), script, { mode: 0o755 })
    const found = await Effect.runPromise(get("agent", "registry.example", { PATH: `${folder}:/usr/bin:/bin` }))
    expect(found).toEqual(Option.some({ type: "password", username: "me", password: "it" }))
  } finally {
    process.kill(Number(readFileSync(join(folder, "agent"), "utf8")))
    rmSync(folder, { recursive: true })
  }
})
