import { connect } from "node:net"
import * as Either from "effect/Either"
import { firstMessage, refusal } from "./agent-messages.ts"
import type { PrivateKey } from "./private-key.ts"
import { string, uint32, WireReader } from "./wire.ts"

/** Who signs for the steps of a build: an agent of the caller behind a socket, or keys that this process holds itself. */
export type Agent =
  | { readonly of: "socket"; readonly path: string }
  | { readonly of: "keys"; readonly keys: ReadonlyArray<PrivateKey> }

/** A conversation with an agent: one question at a time. */
export interface Conversation {
  readonly ask: (request: Buffer, onAnswer: (answer: Buffer) => void) => void
  readonly end: () => void
}

/** Begins a conversation. `onEnd`: the agent has hung up, or what it says makes no sense. */
export const converseWith = (agent: Agent, onEnd: () => void): Conversation => {
  if (agent.of === "keys") {
    return { ask: (request, onAnswer) => onAnswer(answerOf(agent.keys, request)), end: () => {} }
  }
  const socket = connect(agent.path)
  let answered: Buffer = Buffer.alloc(0)
  let waiting: ((answer: Buffer) => void) | undefined
  socket.on("data", (piece) => {
    answered = Buffer.concat([answered, piece])
    const answer = firstMessage(answered)
    if (answer === "malformed") return onEnd()
    if (answer === undefined) return
    answered = answered.subarray(answer.length)
    const tell = waiting
    waiting = undefined
    tell?.(answer)
  })
  socket.on("error", onEnd).on("close", onEnd)
  return {
    ask: (request, onAnswer) => {
      waiting = onAnswer
      socket.write(request)
    },
    end: () => void socket.destroy()
  }
}

/**
 * What an agent that has these keys answers to a whole message: which keys there are, or a signature.
 *
 * Spec: draft-ietf-sshm-ssh-agent, sections "Requesting a list of keys" and "Private key operations".
 */
export const answerOf = (keys: ReadonlyArray<PrivateKey>, request: Buffer): Buffer => {
  const kind = request[4]
  if (kind === 11) {
    const listed = keys.flatMap(({ comment, publicKey }) => [string(publicKey), string(comment)])
    return string(Buffer.concat([Buffer.from([12]), uint32(keys.length), ...listed]))
  }
  if (kind !== 13) return refusal
  const wanted = new WireReader(request.subarray(5))
  const publicKey = wanted.string()
  const data = wanted.string()
  const flags = wanted.uint32()
  const key = keys.find((each) => each.publicKey.equals(publicKey))
  if (wanted.isShort || key === undefined) return refusal
  // The numbers of a key may be no key at all, which nobody notices before it is used.
  const signature = Either.try(() => key.sign(data, flags))
  return Either.isLeft(signature) ? refusal : string(Buffer.concat([Buffer.from([14]), string(signature.right)]))
}
