import { statSync } from "node:fs"
import { homedir } from "node:os"
import { resolve } from "node:path"
import * as Effect from "effect/Effect"
import type { Terminal } from "../terminal.ts"
import { badValue, type Usage } from "./Usage.ts"

/** The sockets of agents that `--ssh ID[=SOCKET]` options name, by ids; an id alone is the agent of SSH_AUTH_SOCK. */
export const readAgents = (
  texts: ReadonlyArray<string>,
  { cwd, env }: Pick<Terminal, "cwd" | "env">
): Effect.Effect<ReadonlyMap<string, string>, Usage> =>
  Effect.map(
    Effect.forEach(texts, (text): Effect.Effect<readonly [string, string], Usage> => {
      const equals = text.indexOf("=")
      const id = equals < 0 ? text : text.slice(0, equals)
      const given = equals < 0 ? "" : text.slice(equals + 1)
      if (id === "") return badValue(`--ssh ${text}: it needs an id`, "--ssh default, or --ssh ID=SOCKET")
      const source = given === "" ? env["SSH_AUTH_SOCK"] : given
      if (source === undefined || source === "") {
        return badValue(`--ssh ${text}: SSH_AUTH_SOCK is not set`, "start an agent: eval $(ssh-agent), and ssh-add")
      }
      const path = resolve(cwd, source.replace(/^~(?=\/)/, homedir()))
      const found = statSync(path, { throwIfNoEntry: false })
      if (found === undefined) return badValue(`--ssh ${text}: there is no ${path}`)
      // A key would have to be kept in the memory of this program, and unlocked by it.
      if (!found.isSocket()) {
        return badValue(
          `--ssh ${text}: ${path} is not the socket of an agent; key files are not supported yet`,
          `give the key to an agent: ssh-add ${source}, then --ssh ${id}`
        )
      }
      return Effect.succeed([id, path])
    }),
    (agents) => new Map(agents)
  )
