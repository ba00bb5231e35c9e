import { randomBytes } from "node:crypto"
import { chmodSync, chownSync, mkdirSync, rmSync } from "node:fs"
import { createServer, type Server, type Socket } from "node:net"
import { join } from "node:path"
import { Settings } from "@gantry/core/Settings"
import { type StorageFailure, storageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { ownedName } from "../containers/owned-name.ts"
import { sshKind } from "../root-names.ts"
import { type Agent, converseWith } from "./Agent.ts"
import { firstMessage, isHarmless, longestMessage, refusal } from "./agent-messages.ts"

/** Who may use the socket that a build step gets. */
export interface SocketOwner {
  readonly mode: number
  readonly uid: number
  readonly gid: number
}

/**
 * A socket of its own for one build step, which leads to the agent while the scope is open. It has the owner
 * and the mode that the step asks for, whatever those of the agent's socket are, and passes on nothing that changes the agent.
 * Without an owner it is for this user alone.
 */
export const serveAgent = (
  agent: Agent,
  owner?: SocketOwner
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
          if (owner !== undefined) chownSync(path, owner.uid, owner.gid)
          chmodSync(path, owner?.mode ?? 0o600)
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
const converse = (client: Socket, agent: Agent): void => {
  let asked: Buffer = Buffer.alloc(0)
  let isWaiting = false
  let isAll = false
  const hangUp = () => {
    client.destroy()
    conversation.end()
  }
  const conversation = converseWith(agent, hangUp)
  const next = () => {
    isWaiting = false
    ask()
  }
  // Whoever asks and does not listen gets no more answers, which would have to be kept.
  const answer = (bytes: Buffer) => (client.write(bytes) ? queueMicrotask(next) : client.once("drain", next))
  const ask = () => {
    if (isWaiting) return
    const request = firstMessage(asked)
    if (request === "malformed") return hangUp()
    if (request === undefined) return void (isAll && client.end())
    asked = asked.subarray(request.length)
    isWaiting = true
    if (isHarmless(request)) conversation.ask(request, answer)
    else answer(refusal)
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
  client.on("error", hangUp).on("close", hangUp)
}
