import { docker, dockerVersion, version } from "../version.ts"

/** Where gantry runs. */
export interface Host {
  /** `linux`. */
  readonly os: string
  /** As images call it: `amd64`. */
  readonly arch: string
  readonly kernel: string
  /** What runs gantry. */
  readonly runtime: { readonly name: string; readonly version: string }
}

/** What `version --format` shows: Docker's fields. There is no daemon: client and server are one. */
export const versionFacts = (host: Host, asDocker: boolean) => {
  const shown = asDocker ? dockerVersion : version
  const common = {
    Version: shown,
    ApiVersion: docker.api,
    Os: host.os,
    Arch: host.arch,
    Runtime: host.runtime.name,
    RuntimeVersion: host.runtime.version
  }
  const client = { ...common, DefaultAPIVersion: docker.api, Context: "default" }
  const server = {
    Platform: { Name: `gantry ${version}` },
    Components: [
      {
        Name: "Engine",
        Version: shown,
        Details: {
          ApiVersion: docker.api,
          Arch: host.arch,
          Experimental: "false",
          KernelVersion: host.kernel,
          MinAPIVersion: docker.oldestApi,
          Os: host.os
        }
      },
      { Name: "gantry", Version: version, Details: { [host.runtime.name]: host.runtime.version } }
    ],
    ...common,
    MinAPIVersion: docker.oldestApi,
    KernelVersion: host.kernel
  }
  return { Client: inGo(client, { APIVersion: docker.api }), Server: inGo(server, { APIVersion: docker.api }) }
}

/** Templates know fields by their names in Go, JSON by others: those of Go are there, but not listed. */
const inGo = <Facts extends object>(facts: Facts, aliases: { readonly [name: string]: string }): Facts => {
  for (const [name, value] of Object.entries(aliases)) Object.defineProperty(facts, name, { value })
  return facts
}

/** The versions for people, in the shape of docker's. */
export const versionText = (facts: ReturnType<typeof versionFacts>): string => {
  const { Client: client, Server: server } = facts
  const rows = (indent: string, pairs: ReadonlyArray<readonly [string, string]>) =>
    pairs.map(([name, value]) => `${indent}${`${name}:`.padEnd(19 - indent.length)}${value}`)
  return [
    "Client:",
    ...rows(" ", [
      ["Version", client.Version],
      ["API version", client.ApiVersion],
      ["OS/Arch", `${client.Os}/${client.Arch}`],
      ["Context", client.Context]
    ]),
    "",
    `Server: ${server.Platform.Name}`,
    ...server.Components.flatMap(({ Details: details, Name: name, Version: own }, at) => [
      ` ${name}:`,
      ...rows(
        "  ",
        at === 0
          ? [
              ["Version", own],
              ["API version", `${server.ApiVersion} (minimum version ${server.MinAPIVersion})`],
              ["OS/Arch", `${server.Os}/${server.Arch}`],
              ["Experimental", "false"]
            ]
          : [["Version", own], ...Object.entries(details).map(([key, value]) => [key, String(value)] as const)]
      )
    ]),
    ""
  ].join("\n")
}
