import { rootCertificates } from "node:tls"
import { Agent, fetch, ProxyAgent } from "undici"
import { type Connection, fetchInit, type HttpAnswer, type Send } from "../Send.ts"

/** The `fetch` of the package undici, for Node and Deno: it takes certificates and proxies, and never looks at the environment. */
export const openUndici = ({ ca, client, proxy, verify }: Connection): Send => {
  const tls = {
    ...(ca.length === 0 ? {} : { ca: [...rootCertificates, ...ca] }),
    ...client,
    ...(verify ? {} : { rejectUnauthorized: false })
  }
  // Waiting is limited by whoever sends.
  const waiting = { headersTimeout: 0, bodyTimeout: 0 }
  const dispatcher =
    proxy === undefined
      ? new Agent({ ...waiting, connect: tls })
      : new ProxyAgent({ ...waiting, uri: proxy, requestTls: tls, proxyTunnel: false })
  return (request, signal) =>
    fetch(request.url, { ...fetchInit(request, signal), dispatcher }) as unknown as Promise<HttpAnswer>
}
