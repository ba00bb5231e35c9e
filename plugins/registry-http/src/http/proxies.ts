import { BlockList, isIP } from "node:net"

/** Variables by name. */
type Environment = { readonly [name: string]: string | undefined }

const variable = (env: Environment, name: string): string | undefined => {
  const value = env[name.toLowerCase()] ?? env[name]
  return value === undefined || value === "" ? undefined : value
}

/** A host of a URL without the brackets of IPv6. */
const bare = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, "$1")

/** Whether a host is this machine itself, by its name alone. */
export const isLoopback = (hostname: string): boolean => {
  const host = bare(hostname)
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."))
}

const portOf = (url: URL): string => (url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port)

const family = (address: string) => (isIP(address) === 6 ? "ipv6" : "ipv4")

/** Whether one entry of `NO_PROXY` names the host: an address, a range, a domain; each with a port or without. */
const names = (entry: string, url: URL): boolean => {
  if (entry === "*") return true
  const host = bare(url.hostname).toLowerCase()
  const range = /^(.+)\/(\d{1,3})$/.exec(entry)
  if (range !== null) {
    const [, net = "", bits = ""] = range
    if (isIP(net) === 0 || isIP(host) === 0 || Number(bits) > (isIP(net) === 6 ? 128 : 32)) return false
    const list = new BlockList()
    list.addSubnet(net, Number(bits), family(net))
    return list.check(host, family(host))
  }
  // A colon is a port's, except in an IPv6 address without brackets.
  const [, name = entry, port] = (isIP(entry) === 6 ? null : /^(.+):(\d+)$/.exec(entry)) ?? []
  if (port !== undefined && port !== portOf(url)) return false
  const wanted = bare(name)
    .toLowerCase()
    .replace(/^\*(?=\.)/, "")
  if (wanted === "") return false
  if (wanted.startsWith(".")) return host.endsWith(wanted)
  return host === wanted || (isIP(host) === 0 && host.endsWith(`.${wanted}`))
}

/** Whether the environment names any proxy. */
export const proxiesAbound = (env: Environment): boolean =>
  ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"].some((name) => variable(env, name) !== undefined)

/**
 * The proxy for an address: `HTTPS_PROXY` or `HTTP_PROXY` by its scheme, `ALL_PROXY` when that says nothing, in lower
 * or upper case. Never for this machine itself, nor for what `NO_PROXY` names.
 */
export const proxyFor = (url: URL, env: Environment): string | undefined => {
  const proxy = variable(env, url.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY") ?? variable(env, "ALL_PROXY")
  if (proxy === undefined || isLoopback(url.hostname)) return undefined
  const entries = (variable(env, "NO_PROXY") ?? "").split(",").map((entry) => entry.trim())
  if (entries.some((entry) => entry !== "" && names(entry, url))) return undefined
  return proxy.includes("://") ? proxy : `http://${proxy}`
}
