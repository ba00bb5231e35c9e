import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { findCommand } from "../../src/argv/find-command.ts"
import { sentence } from "../../src/argv/Problem.ts"
import { globalOptions } from "../../src/argv/tables/global.ts"
import { names } from "../../src/argv/tables/names.ts"

const find = (line: string) => findCommand(names, globalOptions, line === "" ? [] : line.split(" "))

describe("findCommand", () => {
  it.each([
    ["run alpine", "run", ["run"], ["alpine"]],
    ["container run alpine", "run", ["container", "run"], ["alpine"]],
    ["ps -a", "ps", ["ps"], ["-a"]],
    ["container ls", "ps", ["container", "ls"], []],
    ["image ls -q", "images", ["image", "ls"], ["-q"]],
    ["image rm x", "rmi", ["image", "rm"], ["x"]],
    ["container rm x", "rm", ["container", "rm"], ["x"]],
    ["image inspect x", "imageInspect", ["image", "inspect"], ["x"]],
    ["-D --root /r run --root x", "run", ["run"], ["--root", "x"]],
    ["help rm", "rm", ["rm"], ["--help"]],
    ["--help rm", "rm", ["rm"], ["--help"]],
    ["buildx imagetools create -t a b", "imagetoolsCreate", ["buildx", "imagetools", "create"], ["-t", "a", "b"]]
  ])("finds %s", (line, name, words, args) => {
    expect(find(line)).toMatchObject({ ok: true, value: { kind: "command", name, words, args } })
  })

  it("shows what there is when no command is named", () => {
    expect(find("")).toMatchObject({ ok: true, value: { kind: "overview", words: [] } })
    expect(find("--help")).toMatchObject({ ok: true, value: { kind: "overview", words: [], globals: { help: true } } })
    expect(find("image")).toMatchObject({ ok: true, value: { kind: "overview", words: ["image"] } })
    expect(find("image --help")).toMatchObject({ ok: true, value: { kind: "overview", words: ["image"] } })
    for (const line of ["buildx imagetools", "buildx imagetools --help", "help buildx imagetools"]) {
      expect(find(line)).toMatchObject({ ok: true, value: { kind: "overview", words: ["buildx", "imagetools"] } })
    }
  })

  it("reads the program's own options before the command", () => {
    expect(find("--root=/r -H unix:///x -v")).toMatchObject({
      ok: true,
      value: {
        globals: {
          options: { root: "/r", version: true },
          notices: ["--host has no effect: gantry has no daemon to talk to"]
        }
      }
    })
  })

  it.each([
    ["rnu x", "unknown command: gantry rnu (did you mean gantry run?)"],
    ["image lss", "unknown command: gantry image lss (did you mean gantry image ls?)"],
    ["buildx imagetool", "unknown command: gantry buildx imagetool (did you mean gantry buildx imagetools?)"],
    [
      "buildx imagetools creat",
      "unknown command: gantry buildx imagetools creat (did you mean gantry buildx imagetools create?)"
    ],
    ["zzzzzz", "unknown command: gantry zzzzzz"],
    ["--rot /r ps", "unknown flag: --rot (did you mean --root?)"]
  ])("refuses %s", (line, message) => {
    const result = find(line)
    expect(result.ok ? result.value : sentence(result.problem)).toBe(message)
  })

  it("finds every command by each of its paths, however long", () => {
    const lost = Object.entries(names).flatMap(([name, { paths }]) =>
      paths.filter((path) => {
        const found = find(path.join(" "))
        return !found.ok || found.value.kind !== "command" || found.value.name !== name
      })
    )
    expect(lost).toEqual([])
  })

  it("leaves the command's arguments alone", () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (rest) => {
        expect(findCommand(names, globalOptions, ["exec", ...rest])).toMatchObject({
          value: { name: "exec", args: rest }
        })
      })
    )
  })
})
