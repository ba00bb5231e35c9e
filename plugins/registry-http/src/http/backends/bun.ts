import { rootCertificates } from "node:tls"
import { type Connection, fetchInit, type HttpAnswer, type Send } from "../Send.ts"

/** Options of Bun's `fetch` that others do not know. */
interface BunInit extends RequestInit {
  readonly tls?: {
    readonly ca?: ReadonlyArray<string>
    readonly cert?: string
    readonly key?: string
    readonly rejectUnauthorized?: boolean
  }
  readonly proxy?: string
  readonly decompress: false
  readonly timeout: false
}

/**
 * Bun reads `NO_PROXY` from the environment the moment `fetch` is called, whatever its options say, and knows of no
 * loopback rule. Which way to take was decided before, so the variable says just that for the length of the call.
 */
const decided = <A>(noProxy: string, call: () => A): A => {
  const names = ["NO_PROXY", "no_proxy"] as const
  const before = names.map((name) => process.env[name])
  for (const name of names) process.env[name] = noProxy
  try {
    return call()
  } finally {
    for (const [index, name] of names.entries()) {
      const value = before[index]
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  }
}

/** Bun's `fetch`. */
export const openBun = ({ ca, client, proxiesAbound, proxy, verify }: Connection): Send => {
  const tls = {
    ...(ca.length === 0 ? {} : { ca: [...rootCertificates, ...ca] }),
    ...client,
    ...(verify ? {} : { rejectUnauthorized: false })
  }
  const extras = {
    decompress: false,
    timeout: false,
    ...(Object.keys(tls).length === 0 ? {} : { tls }),
    ...(proxy === undefined ? {} : { proxy })
  } as const
  return (request, signal) => {
    const init: BunInit = { ...fetchInit(request, signal), ...extras }
    const call = (): Promise<HttpAnswer> => fetch(request.url, init)
    return proxiesAbound ? decided(proxy === undefined ? request.url.hostname : "", call) : call()
  }
}
