import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { makeClients } from "../../src/supervisor/clients.ts"
import { serve } from "../../src/supervisor/serve.ts"

const answers = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path)
    socket.once("connect", () => {
      socket.destroy()
      resolve(true)
    })
    socket.once("error", () => resolve(false))
  })

describe("the door of a supervisor", () => {
  it("is left alone by the one of an earlier life that closes late, and leaves nothing itself", async () => {
    const directory = mkdtempSync(join(tmpdir(), "door-"))
    const path = join(directory, "c.sock")
    const open = () => serve(path, makeClients(), () => Promise.resolve())
    const first = await open()
    const second = await open()
    first.close()
    expect(await answers(path)).toBe(true)
    expect(readdirSync(directory)).toEqual(["c.sock"])
    second.close()
    expect(existsSync(path)).toBe(false)
    expect(readdirSync(directory)).toEqual([])
    rmSync(directory, { recursive: true })
  })
})
