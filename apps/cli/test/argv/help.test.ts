import { describe, expect, it } from "vitest"
import { commandHelp, groupHelp, programHelp, usageHint, wrap } from "../../src/argv/help.ts"
import { globalOptions } from "../../src/argv/tables/global.ts"
import { rm, pause } from "../../src/argv/tables/lifecycle.ts"
import { groups, names } from "../../src/argv/tables/names.ts"
import { config } from "../../src/argv/tables/projects/looking.ts"
import { port } from "../../src/argv/tables/watching.ts"
import { run } from "../../src/argv/tables/run.ts"

describe("help", () => {
  it("of a command has the shape that Docker users know", () => {
    expect(commandHelp(rm)).toBe(`Usage:  gantry rm [OPTIONS] CONTAINER [CONTAINER...]

Remove containers

Aliases:
  gantry rm, gantry container rm, gantry container remove

Options:
  -f, --force     Kill the container first if it is running
  -v, --volumes   Remove its anonymous volumes too
`)
  })

  it("names the aliases of a command as they are typed, below another one too", () => {
    expect(commandHelp(config, ["compose", "config"])).toContain(
      "\nAliases:\n  gantry compose config, gantry compose convert\n"
    )
    expect(commandHelp(rm, ["container", "rm"])).toContain(
      "\nAliases:\n  gantry rm, gantry container rm, gantry container remove\n"
    )
  })

  it("of a command tells those that begin with its words", () => {
    const help = commandHelp(port, ["port"], 80, "gantry", names)
    expect(help).toMatch(/\n\nCommands:\n {2}add .*\n {2}move .*\n {2}rm .*\n\nOptions:/)
    expect(commandHelp(port, ["container", "port"], 80, "gantry", names)).not.toContain("Commands:")
  })

  it("leaves the options out where there are none", () => {
    expect(commandHelp(pause)).not.toContain("Options:")
  })

  it("shows only options that work", () => {
    const help = commandHelp(run)
    expect(help).toContain("--publish list")
    expect(help).not.toContain("--gpus")
    expect(help).not.toContain("--isolation")
  })

  it.each([60, 80, 120])("fits a terminal of %i columns", (width) => {
    const texts = [commandHelp(run, ["run"], width), programHelp(names, groups, globalOptions, width)]
    expect(Math.max(...texts.flatMap((text) => text.split("\n")).map((line) => line.length))).toBeLessThanOrEqual(width)
  })

  it("of the program lists commands and groups", () => {
    const help = programHelp(names, groups, globalOptions)
    expect(help).toMatch(/Common Commands:\n {2}run +Start a new container/)
    expect(help).toMatch(
      /Management Commands:\n {2}builder +Manage the build cache\n {2}buildx +Build as docker buildx does\n {2}cache +Check whether [^\n]+\n {2}container +Manage containers/
    )
    expect(help).not.toContain("--tlsverify")
  })

  it("of a group lists its members by their name there", () => {
    const help = groupHelp(names, "image", groups.image)
    expect(help).toMatch(/^Usage: {2}gantry image COMMAND\n/)
    expect(help).toMatch(
      /\n {2}build .*\n {2}history .*\n {2}import .*\n {2}inspect .*\n {2}layers .*\n {2}load .*\n {2}ls .*\n {2}prune .*\n {2}pull .*\n {2}push .*\n {2}rm .*\n {2}save .*\n {2}tag /
    )
  })

  it("of a group lists the groups within it, which the program does not list", () => {
    expect(groupHelp(names, "buildx", groups.buildx, 80, "gantry", groups)).toMatch(
      /\n {2}history +Show builds of the past\n {2}imagetools +Put images of registries together and show them\n {2}inspect /
    )
    expect(groupHelp(names, "buildx imagetools", groups["buildx imagetools"])).toMatch(
      /^Usage: {2}gantry buildx imagetools COMMAND\n[^]*\n {2}create .*\n {2}inspect .*\n\n/
    )
    expect(programHelp(names, groups, globalOptions)).not.toContain("imagetools")
  })

  it("is pointed at when something was wrong", () => {
    expect(usageHint(rm, ["container", "rm"])).toBe(
      "Usage:  gantry container rm [OPTIONS] CONTAINER [CONTAINER...]\n\nRun 'gantry container rm --help' for more information\n"
    )
  })

  it("breaks lines between words only", () => {
    expect(wrap("one two three", 8)).toEqual(["one two", "three"])
    expect(wrap("incomprehensible word", 4)).toEqual(["incomprehensible", "word"])
  })
})
