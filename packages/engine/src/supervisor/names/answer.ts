import type { NameService } from "@gantry/core/runtime/Runtime"
import { findName, type NameTable } from "./find-name.ts"
import { forward, hostServers } from "./forward.ts"
import { readQuestion, refuseUnread, writeAnswer } from "./question.ts"

/**
 * Answers a question out of the container's networks, or passes it on. Several containers of one name come in another
 * order each time, so that those who take the first share the work. Undefined when there is nothing to be said.
 */
export const answerQuestion = async (
  bytes: Uint8Array,
  transport: "udp" | "tcp",
  { forwards, networks, servers }: NameService,
  table: NameTable
): Promise<Uint8Array | undefined> => {
  const question = readQuestion(bytes)
  if (question === undefined) return refuseUnread(bytes)
  const room = transport === "udp" ? question.room : Infinity
  const lines = findName(question, networks, table)
  if (lines !== undefined) return writeAnswer(question, "answered", turned(lines, Math.random()), room)
  // Questions are a way out, too: names can carry what a closed network is there to keep.
  if (!forwards) return writeAnswer(question, "absent")
  const answer = await forward(bytes, servers.length > 0 ? servers : hostServers(), transport)
  return answer ?? writeAnswer(question, "failed")
}

/** The same in a circle, beginning at some part between 0 and 1. */
const turned = <A>(values: ReadonlyArray<A>, part: number): ReadonlyArray<A> => {
  const at = Math.floor(part * values.length)
  return [...values.slice(at), ...values.slice(0, at)]
}
