import { type Connection, fetchInit, type Send } from "../Send.ts"
import { openBun } from "./bun.ts"

const isSpecial = ({ ca, client, proxiesAbound, proxy, verify }: Connection): boolean =>
  ca.length > 0 || client !== undefined || !verify || proxy !== undefined || proxiesAbound

/** By the certificates that are trusted, which are long: they are told apart by being the same list, not by what is in it. */
const opened = new WeakMap<Connection["ca"], Map<string, Promise<Send>>>()

const open = async (connection: Connection): Promise<Send> => {
  if ("Bun" in globalThis) return openBun(connection)
  // Deno's own client cannot skip verification and refuses a server that is its own authority; undici runs there too.
  if (isSpecial(connection)) return (await import("./undici.ts")).openUndici(connection)
  return (request, signal) => fetch(request.url, fetchInit(request, signal))
}

/**
 * The HTTP client of the runtime this program runs on, set up for a kind of connection. The same kind gives the same
 * client, so that connections are used again.
 */
export const loadSend = (connection: Connection): Promise<Send> => {
  const { ca, ...rest } = connection
  const alike = opened.get(ca) ?? new Map<string, Promise<Send>>()
  opened.set(ca, alike)
  const key = JSON.stringify(rest)
  const known = alike.get(key)
  if (known !== undefined) return known
  const fresh = open(connection)
  alike.set(key, fresh)
  return fresh
}
