import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { Effect, Either } from "effect"
import { afterAll, describe, expect, it } from "vitest"
import { configPlaces } from "../../src/configuration/config-places.ts"
import { readConfiguration, said } from "../../src/configuration/read-configuration.ts"

const scratch = mkdtempSync(join(tmpdir(), "gantry-config-"))
afterAll(() => rmSync(scratch, { recursive: true }))

let homes = 0

/** A home and a project with these files; the text is written as it is. */
const surroundings = (files: { readonly user?: string; readonly project?: string }) => {
  const home = join(scratch, String(++homes))
  const project = join(home, "project")
  const write = (file: string, text: string | undefined) => {
    mkdirSync(dirname(file), { recursive: true })
    if (text !== undefined) writeFileSync(file, text)
    return file
  }
  return {
    env: { HOME: home },
    user: write(join(home, ".config/gantry/gantry.config.json"), files.user),
    project: write(join(project, "gantry.config.json"), files.project),
    cwd: dirname(write(join(project, "deep/down/x"), ""))
  }
}

const read = (env: { readonly [name: string]: string }, cwd: string) =>
  Effect.runPromise(Effect.either(readConfiguration(configPlaces(env, cwd))))

const problems = async (text: string) => {
  const { cwd, env } = surroundings({ user: text })
  const result = await read(env, cwd)
  return Either.isLeft(result) ? result.left.problems : []
}

describe("configuration files", () => {
  it("are looked for at the user's place and in the folders around the working directory", () => {
    const { cwd, env, project, user } = surroundings({ user: "{}", project: "{}" })
    expect(configPlaces(env, cwd)).toEqual([
      { file: user, level: "user" },
      { file: project, level: "project" }
    ])
    expect(configPlaces({ ...env, GANTRY_CONFIG: "one.json" }, "/w")).toEqual([{ file: "/w/one.json", level: "only" }])
  })

  it("of a project are heeded when the user trusts its folder, and named when not", async () => {
    const project = '{"plugins": {"blob-store": "./mine.ts"}}'
    const strange = surroundings({ user: "{}", project })
    expect(await read(strange.env, strange.cwd)).toMatchObject(
      Either.right({ files: [{ file: strange.user }], untrusted: strange.project })
    )
    const known = surroundings({ user: '{"trustedProjects": ["../../project"]}', project })
    expect(await read(known.env, known.cwd)).toMatchObject(
      Either.right({ files: [{ level: "user" }, { level: "project" }], untrusted: undefined })
    )
  })

  it("of a project are heeded as well when its folder is trusted by the name of a link to it", async () => {
    const { cwd, env, project } = surroundings({ user: '{"trustedProjects": ["../../link"]}', project: "{}" })
    symlinkSync(dirname(project), join(env.HOME, "link"))
    expect(await read(env, cwd)).toMatchObject(
      Either.right({ files: [{ level: "user" }, { level: "project" }], untrusted: undefined })
    )
  })

  it("of a project cannot make itself trusted", async () => {
    const { cwd, env, project } = surroundings({
      user: '{"trustedProjects": ["../../project"]}',
      project: '{"trustedProjects": ["/"]}'
    })
    expect(await read(env, cwd)).toMatchObject(Either.left({ file: project }))
  })

  it("say what the strongest of them says", async () => {
    const { cwd, env } = surroundings({
      user: '{"trustedProjects": ["../../project"], "publish": {"defaultAddress": "127.0.0.1"}}',
      project: '{"publish": {}}'
    })
    const all = Either.getOrThrow(await read(env, cwd))
    expect(said(all, ({ publish }) => publish?.defaultAddress)).toBe("127.0.0.1")
    expect(said(all, ({ registries }) => registries)).toBeUndefined()
  })

  it.each([
    ['{"plugin": {}}', /^plugin: is unexpected/],
    ['{"plugins": {"blob-stor": "x"}}', /^plugins\.blob-stor: is unexpected/],
    ['{"plugins": {"blob-store": {"module": ""}}}', /^plugins\.blob-store\.module: /],
    ['{"registries": [{"prefix": "a"}, {"prefix": "b", "mirrors": ["c", 5]}]}', /^registries\[1\]\.mirrors\[1\]: /],
    ['{"publish": {"defaultAddress": 5}}', /^publish\.defaultAddress: /],
    ['{"publish": {"defaultAddress": "localhost"}}', /^publish\.defaultAddress: .*not an IPv4 or IPv6 address/],
    ["[]", /./],
    ["{", /^it is not JSON: /]
  ])("are refused when they say %s, and the place is named", async (text, expected) => {
    expect((await problems(text))[0]).toMatch(expected)
  })

  it.each([
    [
      '{"publish": {"mode": "x", "defaultAddress": 5}}',
      ["publish.defaultAddress: Expected string, actual 5", 'publish.mode: Expected "nat" or "proxy", actual "x"']
    ],
    ['{"publish": {"defaultAddress": "::g"}}', ["publish.defaultAddress: it is not an IPv4 or IPv6 address"]]
  ])("that say %s are told once for each place what would fit there", async (text, expected) => {
    expect(await problems(text)).toEqual(expected)
  })

  it("may be empty", async () => {
    expect(await problems("")).toEqual([])
  })

  it("that a variable names must be there", async () => {
    const result = await read({ GANTRY_CONFIG: join(scratch, "none.json") }, "/")
    expect(result).toMatchObject(Either.left({ file: join(scratch, "none.json") }))
  })
})
