import { execFileSync } from "node:child_process"
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { lawsOfContract } from "@gantry/laws/laws-of-contract"
import { blobSaboteurs } from "@gantry/laws/saboteurs/blob-saboteurs"
import { cacheSaboteurs } from "@gantry/laws/saboteurs/cache-saboteurs"
import { layerSaboteurs } from "@gantry/laws/saboteurs/layer-saboteurs"
import { networkSaboteurs } from "@gantry/laws/saboteurs/network-saboteurs"
import { registrySaboteurs } from "@gantry/laws/saboteurs/registry-saboteurs"
import * as MemoryCache from "@gantry/plugin-memory/MemoryCache"
import * as MemoryLayers from "@gantry/plugin-memory/MemoryLayers"
import * as MemoryNetwork from "@gantry/plugin-memory/MemoryNetwork"
import * as Layer from "effect/Layer"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { useGantry } from "./host/gantry.ts"
import { startProcess } from "./host/started.ts"

const gantry = useGantry()
const repository = resolve(import.meta.dirname, "../../../..")
const program = (name: string) => join(repository, "node_modules/.bin", name)

/** A folder outside the repository, as somebody who writes a plugin has one. */
const home = mkdtempSync(join(tmpdir(), "gantry-outside-"))
afterAll(() => rmSync(home, { recursive: true }))

const test = (runner: string) => `
import { blobLaws } from "@gantry/laws/blob-laws"
import { register } from "@gantry/laws/register"
import { blobSaboteurs } from "@gantry/laws/saboteurs/blob-saboteurs"
import * as runner from "${runner}"
import plugin from "./my-store.ts"

const laws = blobLaws.slice(0, 2)
register(runner, { name: "mine keeps its laws", laws, layer: plugin.layer({ folder: process.env.FOLDER }) })
const worst = blobSaboteurs.find(({ breaks }) => breaks.includes("BLOB-1"))
register(runner, { name: "the worst of stores", laws: laws.slice(0, 1), layer: worst.layer })
`

/** What `plugin check` holds plugins to: by contract the module and the list of those who break its laws. */
const contracts = [
  ["blob-store", "blob-saboteurs", "blobSaboteurs", blobSaboteurs],
  ["layer-store", "layer-saboteurs", "layerSaboteurs(MemoryLayers.layer)", layerSaboteurs(MemoryLayers.layer)],
  [
    "build-cache",
    "cache-saboteurs",
    "cacheSaboteurs(Layer.provideMerge(MemoryCache.layer, MemoryLayers.layer))",
    cacheSaboteurs(Layer.provideMerge(MemoryCache.layer, MemoryLayers.layer))
  ],
  ["registry", "registry-saboteurs", "registrySaboteurs", registrySaboteurs],
  ["network", "network-saboteurs", "networkSaboteurs(MemoryNetwork.layer)", networkSaboteurs(MemoryNetwork.layer)]
] as const

/** Those that stand on gantry's own, of `examples/small-plugins`. */
const small = ["one-place.ts", "few-networks.ts", "told-runtime.ts"]

/** A plugin that is one of the saboteurs, whichever its option counts off. */
const saboteur = (contract: string, module: string, list: string) => `
import * as Schema from "effect/Schema"
import * as MemoryCache from "@gantry/plugin-memory/MemoryCache"
import * as MemoryLayers from "@gantry/plugin-memory/MemoryLayers"
import * as MemoryNetwork from "@gantry/plugin-memory/MemoryNetwork"
import * as Layer from "effect/Layer"
import { ${list.split("(")[0]} } from "@gantry/laws/saboteurs/${module}"

const all = ${list}
export default {
  name: "saboteur",
  contract: "${contract}",
  options: Schema.Struct({ at: Schema.NumberFromString }),
  layer: ({ at }) => all[at].layer
}
`

/** For each law that they break, the first who does. */
const worst = (all: ReadonlyArray<{ readonly breaks: ReadonlyArray<string> }>): ReadonlyMap<string, number> =>
  new Map(all.flatMap(({ breaks }, at) => breaks.map((id) => [id, at] as const)).toReversed())

const outside = (command: ReadonlyArray<string>, env: NodeJS.ProcessEnv = {}) =>
  startProcess(command, {
    env: { PATH: process.env["PATH"], HOME: home, FOLDER: join(home, "blobs"), GANTRY_LAW_RUNS: "10", ...env },
    cwd: home
  }).ended

beforeAll(() => {
  const packed = ["@gantry/core", "@gantry/build", "@gantry/laws", "@gantry/plugin-memory"]
  const args = ["pack", "--silent", "--offline", "--pack-destination", home, ...packed.flatMap((name) => ["-w", name])]
  execFileSync("npm", args, { cwd: repository })
  const modules = join(home, "node_modules")
  for (const name of packed) {
    mkdirSync(join(modules, name), { recursive: true })
    const archive = join(home, `${name.slice(1).replace("/", "-")}-0.1.0.tgz`)
    execFileSync("tar", ["-xzf", archive, "--strip-components=1", "-C", join(modules, name)])
  }
  for (const name of ["effect", "fast-check", "vitest"]) {
    symlinkSync(join(repository, "node_modules", name), join(modules, name))
  }
  writeFileSync(
    join(home, "package.json"),
    '{"name": "my-store", "type": "module", "exports": "./my-store.ts", "devDependencies": {"@gantry/laws": "file:x.tgz"}}'
  )
  copyFileSync(join(repository, "plugins/template-store/src/FolderBlobs.ts"), join(home, "my-store.ts"))
  writeFileSync(join(home, "vitest.test.ts"), test("vitest"))
  writeFileSync(join(home, "node.test.ts"), test("node:test"))
  writeFileSync(join(home, "bun.test.ts"), test("bun:test"))
  for (const name of small) copyFileSync(join(repository, "examples/small-plugins", name), join(home, name))
  for (const [contract, module, list] of contracts) {
    writeFileSync(join(home, `${contract}.ts`), saboteur(contract, module, list))
  }
})

describe("a plugin outside the repository, with the law kit from packed archives", () => {
  it.each([
    ["vitest", [program("vitest"), "run", "vitest.test.ts"], 'npx vitest run -t "BLOB-1 "'],
    ["Node's runner", [program("node"), "--test", "node.test.ts"], 'node --test --test-name-pattern="BLOB-1 "'],
    ["Bun's runner", [program("bun"), "test", "./bun.test.ts"], 'bun test -t "BLOB-1 "']
  ])("is tested by %s, which says how a counterexample is seen again", async (_, command, again) => {
    const { status, stderr, stdout } = await outside(command)
    expect(status).not.toBe(0)
    expect(stdout + stderr).toContain("BLOB-1 what was written is what is read")
    expect(stdout + stderr).toContain("BLOB-2 bytes that break their promise are never visible")
    expect(stdout + stderr).toMatch(/try this case again: GANTRY_LAW_SEED=-?\d+ GANTRY_LAW_PATH=[\d:]+ /)
    expect((stdout + stderr).replaceAll("\\", "")).toContain(again)
  })

  it("keeps the laws inside the real program, which then builds and runs with it", async () => {
    const chosen = `./my-store,folder=${join(home, "tried")}`
    const checked = await outside([...gantry.command, "plugin", "check", chosen], gantry.env)
    expect([checked.stdout, checked.status]).toEqual([expect.stringContaining("keeps all 7 laws"), 0])
    const context = gantry.context({ Dockerfile: "FROM base\nRUN echo kept > /kept\n" })
    const plugin = ["--plugin", `blob-store=${home},folder=${join(home, "kept")}`]
    // The base is in the store of gantry itself: what it is made of is brought over.
    const archive = join(gantry.scratch, "base.tar")
    await gantry.ok("save", "-o", archive, "base")
    await gantry.ok(...plugin, "load", "-i", archive)
    await gantry.ok(...plugin, "build", "-t", "kept", context)
    expect(await gantry.ok(...plugin, "run", "--rm", "kept", "cat", "/kept")).toBe("kept")
    expect(readdirSync(join(home, "kept", "blobs")).length).toBeGreaterThan(1)
    expect(readdirSync(join(home, "kept", "drafts"))).toEqual([])
  })

  it("is a few lines on top of gantry's own registry, network or runtime", async () => {
    const use = (...args: ReadonlyArray<string>) => outside([...gantry.command, ...args], gantry.env)
    const pulled = await use("--plugin", "registry=./one-place.ts,only=good.example", "pull", "bad.example/a")
    expect(pulled.stderr).toMatch(/images come from good\.example alone here/)
    const network = ["--plugin", "network=./few-networks.ts"]
    const open = await use(...network, "run", "--rm", "-p", "80", "base", "true")
    expect(open.stderr).toMatch(/ports are for 127\.0\.0\.1 and ::1 alone here/)
    expect(await use(...network, "run", "--rm", "-p", "127.0.0.1::80", "base", "true")).toMatchObject({ status: 0 })
    await gantry.ok("run", "-d", "--name", "later", "base", "sleep", "60")
    expect((await use(...network, "port", "add", "later", "80")).stderr).toMatch(/ports are for 127\.0\.0\.1/)
    expect(await use(...network, "port", "add", "later", "127.0.0.1::80")).toMatchObject({ status: 0 })
    await gantry.ok("rm", "-f", "later")
    const runtime = ["--plugin", "runtime=./told-runtime.ts"]
    const told = await use(...runtime, "run", "--rm", "base", "sh", "-c", "echo $RUNS_IN")
    expect(told).toMatchObject({ status: 0, stdout: "gantry\n" })
    const context = gantry.context({ Dockerfile: "FROM base\nRUN test $RUNS_IN = gantry\n" })
    expect(await use(...runtime, "build", "--no-cache", context)).toMatchObject({ status: 0 })
    expect((await use(...network, "plugin", "ls", "--format", "{{.Name}} {{.Laws}}")).stdout).toContain(
      "few-networks 0.1.0\n"
    )
  })

  it("is compiled strictly, with all declarations of the packages", async () => {
    const modules = (name: string) =>
      readdirSync(join(home, "node_modules", name, "dist"), { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".d.ts"))
        .map((file) => `import type {} from "${name}/${file.slice(0, -".d.ts".length)}"\n`)
    symlinkSync(join(repository, "node_modules/@types"), join(home, "node_modules/@types"))
    writeFileSync(join(home, "all.ts"), ["@gantry/core", "@gantry/build", "@gantry/laws"].flatMap(modules).join(""))
    const options = {
      strict: true,
      noEmit: true,
      module: "nodenext",
      target: "es2024",
      lib: ["es2024"],
      types: ["node"],
      skipLibCheck: false,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      allowImportingTsExtensions: true
    }
    writeFileSync(
      join(home, "tsconfig.json"),
      JSON.stringify({ compilerOptions: options, files: ["all.ts", ...small] })
    )
    expect(await outside([program("tsc"), "-p", "tsconfig.json"])).toMatchObject({ status: 0, stdout: "" })
  })

  it.each(contracts)("is rejected with the law's sentence when it is a saboteur of a %s", async (...kind) => {
    const [contract, , , saboteurs] = kind
    const laws = lawsOfContract(contract) ?? []
    const each = worst(saboteurs)
    // Whether a law can tell must not be a matter of luck.
    const env = { ...gantry.env, GANTRY_LAW_RUNS: "100", GANTRY_LAW_SEED: "20250101" }
    const reject = async ({ id, sentence }: (typeof laws)[number]) => {
      const module = `${join(home, `${contract}.ts`)},at=${each.get(id)}`
      const { status, stdout } = await outside([...gantry.command, "plugin", "check", "--law", id, module], env)
      expect({ status, stdout }).toEqual({ status: 1, stdout: expect.stringContaining(`BROKEN  ${id} ${sentence}\n`) })
      expect(stdout).toContain(`gantry plugin check --law ${id} ${module}`)
      expect(stdout).toContain("breaks 1 of 1 laws")
    }
    for (let at = 0; at < laws.length; at += 2) {
      // oxlint-disable-next-line no-await-in-loop
      await Promise.all(laws.slice(at, at + 2).map(reject))
    }
  })
})
