import { spawn } from "node:child_process"
import { once } from "node:events"
import { describe, expect, it } from "vitest"
import { relativesOf } from "../../src/containers/relatives.ts"

describe("the other processes of a process that shares its numbers with others", () => {
  it("are those that it started, and those that these started", async () => {
    const child = spawn("sh", ["-c", "sleep 1000 & echo $!; wait"], { stdio: ["pipe", "pipe", "inherit"] })
    const [line] = await once(child.stdout, "data")
    const grandchild = Number(String(line))
    const found = relativesOf(process.pid)
    expect(found).toEqual(expect.arrayContaining([child.pid, grandchild]))
    expect(found).not.toContain(process.ppid)
    expect(found).not.toContain(process.pid)
    expect(relativesOf(child.pid ?? 0)).toEqual([grandchild])
    process.kill(grandchild)
    await once(child, "close")
    expect(relativesOf(process.pid)).not.toContain(grandchild)
  })
})
