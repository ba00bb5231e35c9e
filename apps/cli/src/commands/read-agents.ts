import { openSync, readSync, closeSync, statSync } from "node:fs"
import { resolve } from "node:path"
import type { Agent } from "@gantry/engine/ssh/Agent"
import type { PrivateKey } from "@gantry/engine/ssh/private-key"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { homePath } from "../home-path.ts"
import type { Terminal } from "../terminal.ts"
import { reasonOf } from "@gantry/engine/file-problem"
import { badValue, type Usage } from "./Usage.ts"

/**
 * The agents that `--ssh ID[=SOCKET|KEY[,KEY]]` options name, by ids; an id alone is the agent of SSH_AUTH_SOCK. Keys of
 * files are held by this program alone, and by no agent.
 */
export const readAgents = (
  texts: ReadonlyArray<string>,
  { cwd, env }: Pick<Terminal, "cwd" | "env">
): Effect.Effect<ReadonlyMap<string, Agent>, Usage> =>
  Effect.map(
    Effect.forEach(texts, (text): Effect.Effect<readonly [string, Agent], Usage> => {
      const equals = text.indexOf("=")
      const id = equals < 0 ? text : text.slice(0, equals)
      const given = equals < 0 ? "" : text.slice(equals + 1)
      if (id === "") return badValue(`--ssh ${text}: it needs an id`, "--ssh default, or --ssh ID=SOCKET-OR-KEY")
      const source = given === "" ? env["SSH_AUTH_SOCK"] : given
      if (source === undefined || source === "") {
        return badValue(
          `--ssh ${text}: SSH_AUTH_SOCK is not set`,
          `start an agent (eval $(ssh-agent), and ssh-add), or name a key: --ssh ${id}=KEY`
        )
      }
      const paths = (given === "" ? [source] : source.split(",")).map((path) => resolve(cwd, homePath(path)))
      return Effect.map(agentAt(text, paths), (agent) => [id, agent])
    }),
    (agents) => new Map(agents)
  )

const agentAt = (text: string, paths: ReadonlyArray<string>): Effect.Effect<Agent, Usage> =>
  Effect.gen(function* () {
    const files: Array<string> = []
    for (const path of paths) {
      const found = yield* Effect.try({
        try: () => statSync(path),
        catch: (cause) => badValue(`--ssh ${text}: ${path}: ${reasonOf(cause)}`)
      })
      if (found.isSocket() && paths.length === 1) return { of: "socket", path }
      if (found.isSocket()) return yield* badValue(`--ssh ${text}: ${path} is the socket of an agent, not a key`)
      if (!found.isFile()) return yield* badValue(`--ssh ${text}: ${path} is neither the socket of an agent nor a key`)
      files.push(path)
    }
    const { longestKey, readPrivateKey } = yield* Effect.promise(() => import("@gantry/engine/ssh/private-key"))
    const keys: Array<PrivateKey> = []
    for (const path of files) {
      const bytes = yield* Effect.try({
        try: () => beginningOf(path, longestKey),
        catch: (cause) => badValue(`--ssh ${text}: ${path}: ${reasonOf(cause)}`)
      })
      const key = readPrivateKey(bytes)
      if (Either.isLeft(key)) {
        return yield* badValue(
          `--ssh ${text}: ${path} cannot be used: ${key.left}`,
          `give the key to an agent: ssh-add ${path}, then --ssh ${text.replace(/=.*/s, "")}`
        )
      }
      keys.push(key.right)
    }
    return { of: "keys", keys }
  })

/** No more of a file than anybody needs. */
const beginningOf = (path: string, limit: number): Buffer => {
  const fd = openSync(path, "r")
  try {
    const bytes = Buffer.alloc(limit)
    return bytes.subarray(0, readSync(fd, bytes, 0, limit, 0))
  } finally {
    closeSync(fd)
  }
}
