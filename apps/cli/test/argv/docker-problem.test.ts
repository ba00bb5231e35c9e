import { describe, expect, it } from "vitest"
import { dockerProblem } from "../../src/argv/docker-problem.ts"
import { findCommand } from "../../src/argv/find-command.ts"
import { parse } from "../../src/argv/parse.ts"
import { globalOptions } from "../../src/argv/tables/global.ts"
import { rename, rm } from "../../src/argv/tables/lifecycle.ts"
import { ps } from "../../src/argv/tables/listing.ts"
import { names } from "../../src/argv/tables/names.ts"
import { run } from "../../src/argv/tables/run.ts"
import type { Command } from "../../src/argv/Command.ts"

const refused = (command: Command, words: ReadonlyArray<string>, ...args: ReadonlyArray<string>): string => {
  const parsed = parse(command, words, args)
  if (parsed.ok) throw new Error(`${words.join(" ")} ${args.join(" ")} was taken`)
  return dockerProblem(parsed.problem, words, command)
}

/** What Docker 28's command line printed for the same arguments. */
describe("a complaint about arguments, called docker", () => {
  it("counts operands in docker's words", () => {
    expect(refused(rm, ["rm"])).toBe(
      "docker: 'docker rm' requires at least 1 argument\n\n" +
        "Usage:  docker rm [OPTIONS] CONTAINER [CONTAINER...]\n\nSee 'docker rm --help' for more information\n"
    )
    expect(refused(rename, ["rename"], "a")).toMatch(/^docker: 'docker rename' requires 2 arguments\n/)
    expect(refused(ps, ["container", "ls"], "x")).toMatch(/^docker: 'docker container ls' accepts no arguments\n/)
  })

  it("names unknown options without a suggestion", () => {
    expect(refused(run, ["run"], "--nmae", "x")).toBe(
      "unknown flag: --nmae\n\nUsage:  docker run [OPTIONS] IMAGE [COMMAND] [ARG...]\n\n" +
        "Run 'docker run --help' for more information\n"
    )
    expect(refused(run, ["run"], "-zq")).toMatch(/^unknown shorthand flag: 'z' in -zq\n\nUsage:/)
    expect(refused(run, ["run"], "--memory")).toMatch(/^flag needs an argument: --memory\n\nUsage:/)
  })

  it("says of values that are no numbers what the functions of Go say", () => {
    expect(refused(run, ["run"], "--pids-limit", 'a"b', "x")).toBe(
      'invalid argument "a\\"b" for "--pids-limit" flag: strconv.ParseInt: parsing "a\\"b": invalid syntax\n\n' +
        "Usage:  docker run [OPTIONS] IMAGE [COMMAND] [ARG...]\n\nRun 'docker run --help' for more information\n"
    )
    expect(refused(run, ["run"], "--init=maybe", "x")).toContain(
      ': strconv.ParseBool: parsing "maybe": invalid syntax\n'
    )
  })

  it("names unknown commands, and the group they were looked for in", () => {
    const unknown = (...args: ReadonlyArray<string>) => {
      const asked = findCommand(names, globalOptions, args)
      if (asked.ok) throw new Error(`${args.join(" ")} was found`)
      return dockerProblem(asked.problem, [])
    }
    expect(unknown("runn")).toBe("docker: unknown command: docker runn\n\nRun 'docker --help' for more information\n")
    expect(unknown("image", "foo")).toBe(
      "docker: unknown command: docker image foo\n\nUsage:  docker image\n\nRun 'docker image --help' for more information\n"
    )
  })
})
