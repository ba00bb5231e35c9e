import { ofMachine, format } from "@gantry/core/image/Platform"
import * as Effect from "effect/Effect"
import { buildxInspect, buildxLs, buildxVersion } from "../argv/tables/surroundings.ts"
import type { Row } from "../show/json.ts"
import type { Terminal } from "../terminal.ts"
import { version } from "../version.ts"
import { define } from "./define.ts"
import { printListing } from "./listing.ts"
import { Usage } from "./Usage.ts"

/** The buildx whose options `build` knows. Programs compare it to find out what they may ask for. */
const buildx = "v0.20.0"

/** The only builder: gantry itself. */
const builder = "default"

const platformName = (terminal: Terminal): string => {
  const platform = ofMachine(terminal.arch)
  return platform === undefined ? "" : format(platform)
}

/** `gantry buildx version`: program, version of what it stands for, and its own, as buildx prints them. */
export default define(buildxVersion, (_, { terminal }) =>
  Effect.sync(() => {
    terminal.out(`gantry/buildx ${buildx} ${version}\n`)
    return 0
  })
)

/** `gantry buildx ls`. */
export const list = define(buildxLs, ({ options }, { terminal }) => {
  const row: Row = {
    Name: `${builder}*`,
    DriverEndpoint: "gantry",
    Status: "running",
    Buildkit: version,
    Platforms: platformName(terminal)
  }
  return printListing(
    options.format,
    {
      rows: [row],
      headers: {
        Name: "NAME/NODE",
        DriverEndpoint: "DRIVER/ENDPOINT",
        Status: "STATUS",
        Buildkit: "BUILDKIT",
        Platforms: "PLATFORMS"
      },
      columns: ["Name", "DriverEndpoint", "Status", "Buildkit", "Platforms"]
    },
    terminal
  )
})

/** `gantry buildx inspect`. */
export const inspect = define(buildxInspect, ({ operands: [name = builder] }, { terminal }) => {
  if (name !== builder) {
    const message = `no builder ${JSON.stringify(name)} found`
    return new Usage({ message, reason: `ERROR: ${message}`, hint: "the only builder is default", status: 1 })
  }
  terminal.out(
    [
      `Name:          ${builder}`,
      "Driver:        gantry",
      "",
      "Nodes:",
      `Name:             ${builder}`,
      `Endpoint:         ${builder}`,
      "Status:           running",
      `BuildKit version: ${version}`,
      `Platforms:        ${platformName(terminal)}`,
      ""
    ].join("\n")
  )
  return Effect.succeed(0)
})
