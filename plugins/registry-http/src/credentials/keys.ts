/** The default registry's key, which is older than its name. */
const defaultKey = "https://index.docker.io/v1/"

/** The key under which a login is written. */
export const storedAs = (registry: string): string => (registry === "docker.io" ? defaultKey : registry)

/** All keys that mean a registry, the usual one first: tools of all ages wrote them. */
export const spellings = (registry: string): ReadonlyArray<string> => {
  const hosts = registry === "docker.io" ? ["index.docker.io", "docker.io", "registry-1.docker.io"] : [registry]
  const all = hosts.flatMap((host) => [
    host,
    ...["https", "http"].flatMap((scheme) =>
      ["", "/", "/v1", "/v1/", "/v2", "/v2/"].map((path) => `${scheme}://${host}${path}`)
    )
  ])
  return [...new Set([storedAs(registry), ...all])]
}

/** The helper program that `config.json` names for a registry: its own, or the one for all. */
export const helperFor = (
  config: {
    readonly credHelpers: { readonly [registry: string]: string }
    readonly credsStore: string | undefined
  },
  registry: string
): string | undefined => {
  const own = spellings(registry).find((key) => config.credHelpers[key] !== undefined)
  return (own === undefined ? undefined : config.credHelpers[own]) ?? config.credsStore
}
