import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { parse } from "../../src/argv/parse.ts"
import { type Name, names } from "../../src/argv/tables/names.ts"
import { answer } from "../../src/complete/answer.ts"
import { offerFor } from "../../src/complete/offer-for.ts"
import { tableOf } from "../../src/complete/table-of.ts"

/** What is offered at the end of a line; its last word is the one that is begun. */
const at = (line: string) => {
  const words = line.split(" ")
  return offerFor(words.slice(0, -1), words.at(-1) ?? "", tableOf)
}

const wordsAt = async (line: string) => (await at(line)).words.map(({ value }) => value)

describe("at a place in a command line", () => {
  it.each<readonly [string, ReadonlyArray<string>]>([
    ["", ["run", "ps", "image", "system", "completion"]],
    ["image ", ["ls", "rm", "prune"]],
    ["help image ", ["ls", "rm"]],
    ["--debug image ", ["ls"]],
    ["buildx ", ["build", "du", "imagetools"]],
    ["buildx imagetools ", ["create", "inspect"]],
    ["manifest ", ["annotate", "create", "push"]],
    ["port ", ["add", "rm"]],
    ["-", ["--root", "--version"]],
    ["run -", ["--network", "--attach", "--help"]],
    ["run --pull ", ["always", "missing", "never"]],
    ["run -a stdin --restart=", ["unless-stopped"]],
    ["stop -s ", ["KILL"]],
    ["ps -f ", ["status", "ancestor"]],
    ["ps -qf status=", ["exited"]],
    ["network ls --filter ", ["driver"]],
    ["compose ", ["up", "down", "exec"]],
    ["compose -f shop.yaml ", ["up", "ps"]],
    ["compose -", ["--file", "--profile"]],
    ["compose up -", ["--detach", "--wait"]],
    ["compose -p shop logs --", ["--follow"]],
    ["completion ", ["bash", "fish", "zsh"]]
  ])("`%s` offers %j", async (line, some) => {
    expect(await wordsAt(line)).toEqual(expect.arrayContaining([...some]))
  })

  it.each<readonly [string, ReadonlyArray<string>]>([
    ["run ", ["images"]],
    ["run --rm -it ", ["images"]],
    ["run -e A ", ["images"]],
    ["run --network ", ["networks"]],
    ["run --network=", ["networks"]],
    ["run -v ", ["volumes", "files"]],
    ["run --rootfs ", ["directories"]],
    ["run --rootfs /r ", []],
    ["run --secret ", []],
    ["run --secret a,src=", ["files"]],
    ["build --secret=id=a,src=x", ["files"]],
    ["run --mount type=image,src=", ["images"]],
    ["run --mount source=", ["volumes"]],
    ["run --mount type=bind,source=/a,target=", []],
    ["run --env-file ", ["files"]],
    ["run image ", []],
    ["run image -", []],
    ["exec ", ["running containers"]],
    ["exec web ", []],
    ["stop -t 3 one ", ["running containers"]],
    ["start ", ["stopped containers"]],
    ["unpause ", ["paused containers"]],
    ["rm ", ["containers"]],
    ["manifest push ", ["manifest lists"]],
    ["manifest create list ", ["images"]],
    ["manifest inspect ", ["manifest lists"]],
    ["buildx imagetools create -t new ", ["images"]],
    ["rm -- ", ["containers"]],
    ["rename web ", []],
    ["tag ", ["images"]],
    ["inspect ", ["containers", "images", "networks", "volumes"]],
    ["network rm ", ["networks"]],
    ["network create ", []],
    ["volume rm one ", ["volumes"]],
    ["build ", ["directories"]],
    ["compose up ", []],
    ["ps ", []],
    ["ps --filter network=", ["networks"]],
    ["--root ", ["directories"]],
    ["nonsense ", []]
  ])("`%s` is the place of %j", async (line, things) => {
    expect((await at(line)).things).toEqual(things)
  })

  it("offers services of the Compose files that are meant, each once", async () => {
    const folder = mkdtempSync(join(tmpdir(), "offers-"))
    try {
      const file = join(folder, "compose.yaml")
      writeFileSync(file, "services: { web: { image: a }, db: { image: b, profiles: [all] } }\n")
      // As words and not as a line: a folder of temporary files may have a space in its name.
      const services = async (from: string, ...after: ReadonlyArray<string>) =>
        (await offerFor(["compose", "-f", from, ...after], "", tableOf)).words.map(({ value }) => value)
      expect(await services(file, "up")).toEqual(["web", "db"])
      expect(await services(file, "up", "-d", "web")).toEqual(["db"])
      expect(await services(file, "exec", "web")).toEqual([])
      expect(await services(join(folder, "nothing.yaml"), "up")).toEqual([])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it("offers nothing that the engine cannot do, and nothing of Windows", async () => {
    const flags = await wordsAt("run -")
    expect(flags).not.toContain("--link")
    expect(flags).not.toContain("--isolation")
  })

  it.each(Object.keys(names) as ReadonlyArray<Name>)("offers flags of %s that its parser knows", async (name) => {
    const [path] = names[name].paths
    const command = await tableOf(name)
    if (command === undefined) throw new Error(`${name} is not there`)
    const { words } = await offerFor(path, "--", tableOf)
    expect(words.length).toBeGreaterThan(0)
    for (const { value } of words) {
      const read = parse(command, path, [value])
      expect([value, read.ok ? "" : read.problem.kind]).not.toEqual([value, "unknown-flag"])
    }
  })
})

describe("what a shell is told", () => {
  it("begins with orders; words follow that begin with what is typed, each once", async () => {
    const offer = await at("run --network=my")
    const found = ["my-net", "my-net", "other"].map((value) => ({ value, about: "bridge" }))
    expect(answer(offer, found, "--network=my")).toBe("\n--network=my-net\tbridge\n")
    expect(answer(await at("ps --filter sta"), [], "sta")).toBe("nospace\nstatus=\t\n")
    expect(answer(await at("build ./"), [], "./")).toBe("directories\n")
  })

  it("leaves out operands that stand there already", async () => {
    const found = ["one", "two"].map((value) => ({ value, about: "" }))
    expect(answer(await at("rm one "), found, "")).toBe("\ntwo\t\n")
  })

  it("is one line a word, whatever the words contain", async () => {
    const found = [{ value: "bad\nname", about: "\u001b[31mred\tand\nmore" }]
    expect(answer(await at("rm "), found, "")).toBe("\nbad name\t [31mred and more\n")
  })
})
