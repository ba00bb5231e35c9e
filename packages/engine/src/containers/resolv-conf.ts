/** What decides which name servers a container asks. */
export interface ResolvConfRequest {
  /** Text of the host's `/etc/resolv.conf`; empty when there is none. */
  readonly host: string
  /**
   * Text of the file in which systemd-resolved names the servers it asks itself (`/run/systemd/resolve/resolv.conf`).
   * It is needed when the host's own file names no server that a container can reach.
   */
  readonly upstream?: string
  /** The container uses the host's network, loopback included. */
  readonly sharesHostNetwork?: boolean
  /** A resolver of the container's own, which asks the others itself. */
  readonly resolver?: string
  /** Servers given by the user, in place of the host's. */
  readonly servers?: ReadonlyArray<string>
  /** Domains given by the user, in place of the host's. A single `.` means none at all. */
  readonly search?: ReadonlyArray<string>
  /** Options given by the user, in place of the host's. */
  readonly options?: ReadonlyArray<string>
}

/** What a resolver configuration says. Of several `search` or `options` lines the last counts. */
interface ResolvConf {
  readonly servers: ReadonlyArray<string>
  readonly search: ReadonlyArray<string>
  readonly options: ReadonlyArray<string>
}

/** Asked when nothing else is known: the public servers that container engines agree on. */
export const publicServers: ReadonlyArray<string> = ["8.8.8.8", "8.8.4.4"]

const parse = (text: string): ResolvConf => {
  const servers: Array<string> = []
  let search: ReadonlyArray<string> = []
  let options: ReadonlyArray<string> = []
  for (const line of text.split("\n")) {
    // Comments start at the beginning of a line or after white space; a fragment inside a word belongs to the word.
    const [keyword, ...words] = line
      .replace(/(^|\s)[#;].*$/, "")
      .trim()
      .split(/\s+/)
    if (keyword === "nameserver" && words[0] !== undefined) servers.push(words[0])
    if (keyword === "search" || keyword === "domain") search = words
    if (keyword === "options") options = words
  }
  return { servers, search, options }
}

/** The servers that a resolver configuration names, in their order. */
export const serversIn = (text: string): ReadonlyArray<string> => parse(text).servers

/** Loopback servers answer on the host only, and containers have no IPv6 way out. */
const reachable = (server: string): boolean => !server.startsWith("127.") && !server.includes(":")

/**
 * Contents of a container's `/etc/resolv.conf`.
 *
 * Servers: the container's own resolver; else the user's; else those of the host that a container can reach; else those of systemd-resolved; else
 * {@link publicServers}. A container in the host's network sees the host's servers unchanged.
 *
 * Spec: resolv.conf(5).
 */
export const resolvConf = (request: ResolvConfRequest): string => {
  const host = parse(request.host)
  const upstream = parse(request.upstream ?? "")
  const search = given(request.search) ?? host.search
  const asked = given(request.options) ?? host.options
  // Names of containers have no dots, and are asked for as they are before any domain is added.
  const own = request.resolver === undefined || asked.some((option) => option.startsWith("ndots:")) ? [] : ["ndots:0"]
  const options = [...asked, ...own]
  return [
    ...serversOf(request, host, upstream).map((server) => `nameserver ${server}`),
    ...(search.length === 0 || search.includes(".") ? [] : [`search ${search.join(" ")}`]),
    ...(options.length === 0 ? [] : [`options ${options.join(" ")}`]),
    ""
  ].join("\n")
}

const given = (values: ReadonlyArray<string> | undefined) =>
  values === undefined || values.length === 0 ? undefined : values

const serversOf = (request: ResolvConfRequest, host: ResolvConf, upstream: ResolvConf): ReadonlyArray<string> => {
  if (request.resolver !== undefined) return [request.resolver]
  const wanted = given(request.servers)
  if (wanted !== undefined) return wanted
  if (request.sharesHostNetwork === true) return host.servers
  return given(host.servers.filter(reachable)) ?? given(upstream.servers.filter(reachable)) ?? publicServers
}
