import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs"
import { connect, createServer, type Server } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Settings, type SettingsShape } from "@gantry/core/Settings"
import * as Effect from "effect/Effect"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { serveAgent } from "../../src/ssh/serve-agent.ts"

const message = (type: number, ...body: ReadonlyArray<number>) => {
  const bytes = Buffer.from([0, 0, 0, 0, type, ...body])
  bytes.writeUInt32BE(1 + body.length, 0)
  return bytes
}

describe("the socket of a build step", () => {
  let directory = ""
  let agent: Server
  let received: Array<number> = []

  /** An agent that writes down what it is asked, and answers with the same bytes, in two pieces. */
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "gantry-ssh-"))
    received = []
    agent = createServer((client) => {
      client.on("error", () => {})
      client.on("data", (piece) => {
        received.push(piece[4] ?? 0)
        client.write(piece.subarray(0, 3))
        setImmediate(() => client.write(piece.subarray(3)))
      })
    })
    await new Promise<void>((resolve) => agent.listen(join(directory, "real"), resolve))
  })

  afterEach(async () => {
    await new Promise((resolve) => agent.close(resolve))
    rmSync(directory, { recursive: true })
  })

  /** What the socket answers to these bytes, until there are so many, or it hangs up. */
  const answers = (path: string, bytes: Uint8Array, enough: number) =>
    new Promise<Buffer>((resolve) => {
      let heard: Buffer = Buffer.alloc(0)
      const client = connect(path, () => void client.write(bytes))
      client.on("data", (piece) => {
        heard = Buffer.concat([heard, piece])
        if (heard.length >= enough) client.destroy()
      })
      // Hanging up on somebody who still speaks is an error to them.
      client.on("error", () => {})
      client.on("close", () => resolve(heard))
    })

  const serving = <A>(
    use: (path: string) => Promise<A>,
    owner = { mode: 0o600, uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }
  ) =>
    Effect.runPromise(
      Effect.flatMap(serveAgent({ of: "socket", path: join(directory, "real") }, owner), (path) =>
        Effect.promise(() => use(path))
      ).pipe(Effect.scoped, Effect.provideService(Settings, { root: directory } as SettingsShape))
    )

  it("passes on questions and signatures, and refuses whatever changes the agent, in order", async () => {
    const asked = [message(11), message(17, 1, 2), message(13, 7, 7, 7), message(19), message(27, 9), message(11)]
    const refused = Buffer.from([0, 0, 0, 1, 5])
    const expected = Buffer.concat([message(11), refused, message(13, 7, 7, 7), refused, refused, message(11)])
    expect(await serving((path) => answers(path, Buffer.concat(asked), expected.length))).toEqual(expected)
    expect(received).toEqual([11, 13, 11])
  })

  it("hangs up on what is no message", async () => {
    for (const bytes of [Buffer.alloc(8), Buffer.from([0xff, 0xff, 0xff, 0xff, 11])]) {
      expect(await serving((path) => answers(path, bytes, Infinity))).toHaveLength(0)
    }
    expect(received).toEqual([])
  })

  it("has the mode that is asked for, and is gone with the scope, its clients too", async () => {
    let closed: Promise<Buffer> | undefined
    await serving(
      async (path) => {
        expect(statSync(path).mode & 0o777).toBe(0o640)
        closed = answers(path, message(13).subarray(0, 4), Infinity)
        await new Promise((resolve) => agent.once("connection", resolve))
      },
      { mode: 0o640, uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }
    )
    expect(await closed).toHaveLength(0)
    expect(readdirSync(directory)).toEqual(["real"])
  })
})
