import * as Effect from "effect/Effect"
import {
  dockerContextInspect,
  dockerContextLs,
  dockerContextShow,
  dockerContextUse
} from "../argv/tables/surroundings.ts"
import { jsonCompact } from "../show/json.ts"
import type { Terminal } from "../terminal.ts"
import { define } from "./define.ts"
import { showAll } from "./inspect-all.ts"
import { printListing } from "./listing.ts"
import { Usage } from "./Usage.ts"

/** Name of the only context: this machine. */
const only = "default"

/** Where docker's own tools would look for its engine. There is none behind it. */
const endpoint = ({ env }: Terminal): string => env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock"

const missing = (name: string) => {
  const message = `context ${JSON.stringify(name)} does not exist`
  return new Usage({
    message,
    reason: `context ${JSON.stringify(name)}: context not found`,
    status: 1,
    speaker: "plain"
  })
}

/** `docker context ls`. */
export default define(dockerContextLs, ({ options }, { terminal }) => {
  if (options.quiet) {
    terminal.out(`${only}\n`)
    return Effect.succeed(0)
  }
  const row = {
    Name: only,
    Description: "Current DOCKER_HOST based configuration",
    DockerEndpoint: endpoint(terminal),
    Current: "true",
    Error: ""
  }
  const format = options.format?.trim()
  if (format === "json" || format === "{{json .}}") {
    const { Name, Description, DockerEndpoint, Error } = row
    terminal.out(`${jsonCompact({ Current: true, Description, DockerEndpoint, Error, Name })}\n`)
    return Effect.succeed(0)
  }
  // A table marks the current one; what programs read has its name alone.
  const asTable = options.format === undefined || options.format.startsWith("table")
  return printListing(
    options.format,
    {
      rows: [asTable ? { ...row, Name: `${only} *` } : row],
      headers: {
        Name: "NAME",
        Description: "DESCRIPTION",
        DockerEndpoint: "DOCKER ENDPOINT",
        Current: "CURRENT",
        Error: "ERROR"
      },
      columns: ["Name", "Description", "DockerEndpoint", "Error"]
    },
    terminal
  )
})

/** `docker context show`. */
export const show = define(dockerContextShow, (_, { terminal }) =>
  Effect.sync(() => {
    terminal.out(`${only}\n`)
    return 0
  })
)

/** `docker context inspect`. */
export const inspect = define(dockerContextInspect, ({ operands, options }, { terminal }) => {
  const context = {
    Name: only,
    Metadata: {},
    Endpoints: { docker: { Host: endpoint(terminal), SkipTLSVerify: false } },
    TLSMaterial: {},
    Storage: { MetadataPath: "<IN MEMORY>", TLSPath: "<IN MEMORY>" }
  }
  const find = (name: string) => (name === only ? Effect.succeed(context) : Effect.fail(missing(name)))
  return showAll(operands.length === 0 ? [only] : operands, options.format, find, terminal)
})

/** `docker context use`. */
export const use = define(dockerContextUse, ({ operands: [name = ""] }, { terminal }) => {
  if (name !== only) return Effect.fail(missing(name))
  terminal.out(`${only}\n`)
  terminal.err(`Current context is now ${JSON.stringify(only)}\n`)
  return Effect.succeed(0)
})
