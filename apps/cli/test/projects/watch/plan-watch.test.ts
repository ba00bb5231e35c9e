import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import * as Effect from "effect/Effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Service } from "@gantry/compose/Project"
import type { ServiceWatch } from "@gantry/compose/ServiceHook"
import { planWatch } from "../../../src/projects/watch/plan-watch.ts"
import { counts, isMounted, rulesOf, skips } from "../../../src/projects/watch/watch-rules.ts"
import { initialFiles } from "../../../src/projects/watch/initial-files.ts"
import { service } from "../bare.ts"

const files = {
  "src/a.js": "",
  "src/lib/b.ts": "",
  "src/node_modules/c/d.js": "",
  "src/Dockerfile": "",
  "src/compose.yaml": "",
  "src/.git/HEAD": "",
  "src/secret.key": "",
  "src/.dockerignore": "*.key\n",
  "conf.txt": ""
}

describe("rules of what is watched", () => {
  let folder = ""
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "gantry-rules-"))
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    }
    symlinkSync("src", join(folder, "link"))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  const at = (path: string) => join(folder, path)
  const watch = (said: Partial<ServiceWatch>): ServiceWatch => ({
    path: at("src"),
    action: "sync",
    target: "/app",
    ignore: [],
    include: [],
    initialSync: false,
    ...said
  })
  const rules = (watches: ReadonlyArray<ServiceWatch>, said: Partial<Service> = {}) =>
    Effect.runSync(rulesOf(service("web", { ...said, develop: watches })))
  const rule = (said: Partial<ServiceWatch>, further: Partial<Service> = {}) => rules([watch(said)], further)[0]!

  it("count what is below their path, and neither what is ignored nor what editors and version control leave", () => {
    const one = rule({ ignore: ["node_modules"] })
    const counted = [
      "src/a.js",
      "src/lib/b.ts",
      "src/node_modules/c/d.js",
      "src/.git/HEAD",
      "src/.a.js.swp",
      "src/4913",
      "other/a.js"
    ]
    expect(counted.filter((path) => counts(one, at(path)))).toEqual(["src/a.js", "src/lib/b.ts"])
    expect(skips(one, at("src/node_modules"))).toBe(true)
    expect(skips(one, at("src/lib"))).toBe(false)
  })

  it("count only what is included, if anything is said of that", () => {
    const one = rule({ include: ["**/*.js"], ignore: ["node_modules"] })
    const all = ["src/a.js", "src/lib/b.ts", "src/lib/c.js", "src/node_modules/c/d.js"]
    expect(all.filter((path) => counts(one, at(path)))).toEqual(["src/a.js", "src/lib/c.js"])
  })

  it("do not count what the build of the service leaves out", () => {
    const build = { build: { context: at("src") } } as unknown as Partial<Service>
    expect(counts(rule({}, build), at("src/secret.key"))).toBe(false)
    expect(counts(rule({}), at("src/secret.key"))).toBe(true)
  })

  it("look into a directory that is ignored, when something in it is not", () => {
    const one = rule({ ignore: ["lib", "!lib/b.ts"] })
    expect(counts(one, at("src/lib/b.ts"))).toBe(true)
    expect(skips(one, at("src/lib"))).toBe(false)
  })

  it("follow the links that lead to their path", () => {
    expect(counts(rule({ path: at("link") }), at("src/a.js"))).toBe(true)
  })

  it("fail when their path is not there, or a pattern is none", () => {
    const failure = (said: Partial<ServiceWatch>) =>
      Effect.runSync(Effect.flip(rulesOf(service("web", { develop: [watch(said)] })))).message
    expect(failure({ path: at("nowhere") })).toBe(`service web: ${at("nowhere")}, which is to be watched, is not there`)
    expect(failure({ ignore: ["[a"] })).toContain("service web: a pattern of develop.watch is malformed")
  })

  it("come to one plan: files by where they go, each thing once", () => {
    const exec = { command: ["make"], environment: {}, privileged: false }
    const several = rules([
      watch({ action: "sync+restart" }),
      watch({ action: "sync+exec", path: at("src/lib"), target: "/lib", exec }),
      watch({ action: "rebuild", path: at("src/Dockerfile") }),
      watch({ path: at("conf.txt"), target: "/etc/conf" })
    ])
    const plan = planWatch(several, {
      changed: [at("src/a.js"), at("src/lib/b.ts"), at("conf.txt")],
      gone: [at("src/old"), at("src/old/file"), at("src/older")]
    })
    expect(plan).toEqual({
      rebuilt: new Set(),
      restarted: new Set(["web"]),
      run: [{ service: "web", hook: exec }],
      synced: new Map([
        [
          "web",
          {
            copied: new Map([
              [at("src/a.js"), "/app/a.js"],
              [at("src/lib/b.ts"), "/lib/b.ts"],
              [at("conf.txt"), "/etc/conf"]
            ]),
            removed: ["/app/old", "/app/older"]
          }
        ]
      ])
    })
    expect(planWatch(several, { changed: [at("src/Dockerfile")], gone: [] }).rebuilt).toEqual(new Set(["web"]))
  })

  it("copy at first what counts, without what says how to build and run", () => {
    const one = rule({ ignore: ["node_modules"] })
    const project = { files: [at("src/compose.yaml")] }
    expect(Object.fromEntries(initialFiles(one, service("web"), project))).toEqual({
      [at("src/.dockerignore")]: "/app/.dockerignore",
      [at("src/a.js")]: "/app/a.js",
      [at("src/lib/b.ts")]: "/app/lib/b.ts",
      [at("src/secret.key")]: "/app/secret.key"
    })
  })

  it("have no need of what a service mounts", () => {
    const mounts = { volumes: [{ type: "bind", source: at("src"), target: "/app", readOnly: false }] } as const
    expect(isMounted(mounts, at("src/lib"))).toBe(true)
    expect(isMounted(mounts, at("conf.txt"))).toBe(false)
  })
})
