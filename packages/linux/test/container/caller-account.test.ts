import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { O_CLOEXEC, O_PATH } from "../../src/constants.ts"
import { enterAccount } from "../../src/container/caller-account.ts"
import { type Kernel, realKernel } from "../../src/container/Kernel.ts"

let root = ""
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "gantry-account-"))
  mkdirSync(join(root, "etc"))
})
afterEach(() => rmSync(root, { recursive: true }))

/** This host's, to which the folder is the container's root. */
const kernel = (): Kernel => {
  const { files, sys } = realKernel()
  return { files, sys: { ...sys, openat2: (_, path) => sys.open(`${root}${String(path)}`, O_PATH | O_CLOEXEC) } }
}
const enter = (more: { readonly home?: string } = {}) =>
  enterAccount(kernel(), { name: "ann", uid: 1000, gid: 100, home: "/src", ...more })
const file = (name: string, text?: string) => {
  if (text !== undefined) writeFileSync(join(root, "etc", name), text)
  return readFileSync(join(root, "etc", name), "utf8")
}

describe("enterAccount", () => {
  it("adds a line for each number that is not there, behind the last one, and none the second time", () => {
    file("passwd", "root:x:0:0::/root:/bin/sh")
    file("group", "root:x:0:\n")
    enter()
    enter()
    expect(file("passwd")).toBe("root:x:0:0::/root:/bin/sh\nann:x:1000:100:ann:/src:/bin/sh\n")
    expect(file("group")).toBe("root:x:0:\nann:x:100:\n")
  })

  it("leaves who has the number, and takes no name that somebody has", () => {
    const passwd = "node:x:1000:1000::/home/node:/bin/sh\n"
    file("passwd", passwd)
    file("group", "ann:x:7:\n")
    enter()
    expect(file("passwd")).toBe(passwd)
    expect(file("group")).toBe("ann:x:7:\nann-100:x:100:\n")
  })

  it("writes no home that would be read as something else", () => {
    file("passwd", "")
    enter({ home: "/a:0:0" })
    expect(file("passwd")).toBe("ann:x:1000:100:ann:/:/bin/sh\n")
  })

  it("makes no file, and touches nothing that is none", () => {
    execFileSync("mkfifo", [join(root, "etc/passwd")])
    mkdirSync(join(root, "etc/group"))
    enter()
    rmSync(join(root, "etc"), { recursive: true })
    expect(() => enter()).not.toThrow()
  })
})

describe("an entry of one's own", () => {
  it("has the variables that are known, and everything else as it was written", () => {
    file("passwd", "")
    file("group", "")
    enterAccount(kernel(), {
      name: "ann",
      uid: 7,
      gid: 8,
      home: "/src",
      entry: "$USERNAME:x:${UID}:$GID:$OTHER:$HOME:/bin/$A"
    })
    expect(file("passwd")).toBe("ann:x:7:8:$OTHER:/src:/bin/$A\n")
  })
})
