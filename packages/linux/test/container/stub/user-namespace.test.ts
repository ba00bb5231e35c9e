import { spawnSync } from "node:child_process"
import { readdirSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { makeUserNamespace } from "../../../src/container/stub/user-namespace.ts"
import { loadSyscallsSync } from "../../../src/load.ts"
import { namespaces, needs } from "../../abilities.ts"

const { skip, suffix } = needs(namespaces)

describe.skipIf(skip || "Deno" in globalThis)(`makeUserNamespace${suffix}`, () => {
  const sys = loadSyscallsSync()
  const open = () => readdirSync("/proc/self/fd").length
  /** Bun keeps a descriptor of a process until it has heard of the end of it. */
  const closed = async (before: number) => {
    while (open() > before) await new Promise((resolve) => setImmediate(resolve))
  }

  it("gives a namespace that has the maps, and nobody in it", async () => {
    const before = open()
    const fd = makeUserNamespace(sys, {
      uids: [{ inside: 0, outside: 100_000, count: 10 }],
      gids: [
        { inside: 3, outside: 200_000, count: 4 },
        { inside: 0, outside: 5, count: 2 }
      ]
    })
    try {
      const { stdout } = spawnSync(
        "nsenter",
        ["--user=/proc/self/fd/3", "--preserve-credentials", "cat", "/proc/self/uid_map", "/proc/self/gid_map"],
        { encoding: "utf8", stdio: ["ignore", "pipe", "inherit", fd] }
      )
      expect(stdout.replaceAll(/ +/g, " ")).toBe(" 0 100000 10\n 3 200000 4\n 0 5 2\n")
    } finally {
      sys.close(fd)
    }
    await closed(before)
  })

  it("lets go of everything when the kernel refuses a map", async () => {
    const before = open()
    const twice = [
      { inside: 0, outside: 1, count: 2 },
      { inside: 1, outside: 5, count: 1 }
    ]
    expect(() => makeUserNamespace(sys, { uids: twice, gids: [] })).toThrow("EINVAL")
    await closed(before)
  })
})
