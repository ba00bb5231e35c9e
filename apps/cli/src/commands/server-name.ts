import * as Effect from "effect/Effect"
import { badValue, type Usage } from "./Usage.ts"

const defaults = new Set(["", "docker.io", "index.docker.io", "registry-1.docker.io"])

/**
 * The registry that the operand of `login` and `logout` means: host and port, whatever scheme and path people write
 * around them; the default registry when there is none.
 */
export const serverName = (operand: string | undefined): Effect.Effect<string, Usage> => {
  const host = (operand ?? "").replace(/^https?:\/\//, "").replace(/\/.*$/, "")
  if (defaults.has(host)) return Effect.succeed("docker.io")
  const isHost = /^(?:[a-zA-Z0-9._-]+|\[[0-9a-fA-F:]+\])(?::\d{1,5})?$/.test(host) && URL.canParse(`http://${host}`)
  return isHost ? Effect.succeed(host) : badValue(`"${operand}" is no registry`, "write HOST or HOST:PORT")
}
