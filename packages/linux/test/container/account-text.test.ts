import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, it } from "vitest"
import { S_IFIFO } from "../../src/constants.ts"
import { accountText } from "../../src/container/account-text.ts"
import { realKernel } from "../../src/container/Kernel.ts"

let directory = ""
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "gantry-accounts-"))
})
afterEach(() => rmSync(directory, { recursive: true }))

it("an account file is read, and nothing that would keep its reader waiting or fill its memory", () => {
  const kernel = realKernel()
  const at = (name: string) => join(directory, name)
  writeFileSync(at("passwd"), "root:x:0:0::/:/bin/sh\n")
  expect(accountText(kernel, at("passwd"))).toBe("root:x:0:0::/:/bin/sh\n")
  writeFileSync(at("endless"), "")
  truncateSync(at("endless"), 2 ** 40)
  kernel.sys.mknod(at("pipe"), S_IFIFO | 0o600, 0, 0)
  const long = "root:x:0:0:é:/root:/bin/sh\n".repeat(1000)
  writeFileSync(at("long"), long)
  expect(accountText(kernel, at("long"))).toBe(long)
  for (const place of [at("endless"), at("pipe"), at("none"), "/dev/zero", directory]) {
    expect(accountText(kernel, place)).toBeUndefined()
  }
})
