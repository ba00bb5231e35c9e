import { randomBytes } from "node:crypto"
import { chmodSync, chownSync, mkdirSync, rmSync } from "node:fs"
import { connect, createServer, type Server, type Socket } from "node:net"
import { join } from "node:path"
import { Settings } from "@gantry/core/Settings"
import { type StorageFailure, storageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { ownedName } from "../containers/owned-name.ts"
import { sshKind } from "../root-names.ts"
import { firstMessage, isHarmless, longestMessage, refusal } from "./agent-messages.ts"

/** Who may use the socket that a build step gets. */
export interface SocketOwner {
  readonly mode: number
  readonly uid: number
  readonly gid: number
}

/**
 * A socket of its own for one build step, which leads to the agent at `agent` while the scope is open. It has the owner
 * and the mode that the step asks for, whatever those of the agent's socket are, and passes on nothing that changes the agent.
 */
export const serveAgent = (
  agent: string,
  { gid, mode, uid }: SocketOwner
): Effect.Effect<string, StorageFailure, Settings | Scope.Scope> =>
  Effect.gen(function* () {
    const { root } = yield* Settings
    const directory = join(root, ownedName(sshKind, randomBytes(6).toString("hex")))
    const path = join(directory, "agent")
    const clients = new Set<Socket>()
    yield* Effect.acquireRelease(
      Effect.tryPromise({
        try: async () => {
          mkdirSync(directory, { mode: 0o700 })
          const server = createServer({ allowHalfOpen: true }, (client) => {
            clients.add(client)
            client.once("close", () => clients.delete(client))
            converse(client, agent)
          })
          await listening(server, path)
          chownSync(path, uid, gid)
          chmodSync(path, mode)
          return server
        },
        catch: storageFailure("mount", path)
      }).pipe(Effect.onError(() => Effect.sync(() => rmSync(directory, { recursive: true, force: true })))),
      (server) =>
        Effect.sync(() => {
          server.close()
          for (const client of clients) client.destroy()
          rmSync(directory, { recursive: true, force: true })
        })
    )
    return path
  })

const listening = (server: Server, path: string) =>
  new Promise<void>((resolve, reject) => {
    server.once("error", reject)
    server.listen(path, () => {
      server.off("error", reject)
      resolve()
    })
  })

/** Asks the agent one request after the other, so that the answers are in their order. */
const converse = (client: Socket, agent: string): void => {
  const upstream = connect(agent)
  let asked: Buffer = Buffer.alloc(0)
  let answered: Buffer = Buffer.alloc(0)
  let isWaiting = false
  let isAll = false
  const hangUp = () => {
    client.destroy()
    upstream.destroy()
  }
  const ask = () => {
    while (!isWaiting) {
      const request = firstMessage(asked)
      if (request === "malformed") return hangUp()
      if (request === undefined) return void (isAll && client.end())
      asked = asked.subarray(request.length)
      if (isHarmless(request)) {
        isWaiting = true
        upstream.write(request)
      } else client.write(refusal)
    }
  }
  client.on("data", (piece) => {
    asked = Buffer.concat([asked, piece])
    // Nobody has to ask so much at once; whoever does is not kept in memory.
    if (asked.length > 2 * longestMessage) return hangUp()
    ask()
  })
  // Whoever has asked everything still gets the answers.
  client.on("end", () => {
    isAll = true
    ask()
  })
  upstream.on("data", (piece) => {
    answered = Buffer.concat([answered, piece])
    const answer = firstMessage(answered)
    if (answer === "malformed") return hangUp()
    if (answer === undefined) return
    answered = answered.subarray(answer.length)
    client.write(answer)
    isWaiting = false
    ask()
  })
  for (const side of [client, upstream]) side.on("error", hangUp).on("close", hangUp)
}
