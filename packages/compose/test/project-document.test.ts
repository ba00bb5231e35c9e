import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { configHash } from "@gantry/compose/config-hash"
import { loadProject } from "@gantry/compose/load-project"
import type { Project } from "@gantry/compose/Project"
import { documentText, projectDocument } from "@gantry/compose/project-document"
import { fullExample } from "./full-example.ts"
import { type Files, inFolder, load, requestIn } from "./loading.ts"

const textOf = (project: Project, format: "json" | "yaml" = "yaml") =>
  Effect.runPromise(documentText(projectDocument(project), format))

const reload = (text: string) =>
  Effect.runPromise(loadProject(requestIn("/", { files: ["-"], stdin: () => text, environment: {}, profiles: ["*"] })))

/** What must be the same after a project has been written and read. */
const meaning = ({ configs, name, networks, secrets, services, volumes }: Project): unknown => ({
  name,
  services,
  networks,
  volumes,
  secrets,
  configs
})

const hashes = ({ services }: Project) => Object.values(services).map((each) => [each.name, configHash(each)])

describe("projectDocument", () => {
  it("means what the files mean, when it is read again", async () => {
    const files: Files = { "compose.yaml": fullExample, "vars.env": "V=1\nOWN=no\n" }
    await inFolder(files, async (folder) => {
      const request = requestIn(folder, { environment: { FROM_CALLER: "yes" }, profiles: ["extras"] })
      const project = await Effect.runPromise(loadProject(request))
      for (const format of ["yaml", "json"] as const) {
        const again = await reload(await textOf(project, format))
        expect(meaning(again)).toEqual(meaning(project))
        expect(hashes(again).toSorted()).toEqual(hashes(project).toSorted())
        expect(await textOf(again, format)).toBe(await textOf(project, format))
      }
    })
  })

  it("is what was written, when variables were not filled in", async () => {
    const file = 'services: {web: {image: "app:${TAG:-1}", ports: ["${PORT:-80}:80"], volumes: ["${X}:/x"]}}'
    const project = await load(file, { interpolate: false })
    expect(await textOf(project)).toBe(
      "name: app\nservices:\n  web:\n    image: app:${TAG:-1}\n    ports:\n      - ${PORT:-80}:80\n    volumes:\n" +
        "      - type: volume\n        source: ${X}\n        target: /x\n"
    )
  })

  it("has services that others speak of, enabled or not, so that it can be read again", async () => {
    const file = `
services:
  web:
    build: { context: /web, additional_contexts: { lib: "service:lib" } }
    depends_on: { extra: { condition: service_started, required: false } }
  lib: { profiles: [p], build: { context: /lib, additional_contexts: { low: "service:low" } } }
  low: { profiles: [p], image: low }
  extra: { profiles: [p], image: extra }
  other: { profiles: [p], image: other }
`
    const text = await textOf(await load(file))
    const again = await Effect.runPromise(
      loadProject(requestIn("/", { files: ["-"], stdin: () => text, environment: {} }))
    )
    expect([Object.keys(again.services), Object.keys(again.disabled)]).toEqual([["web"], ["extra", "lib", "low"]])
  })

  it("has only what the files say, when it was not to be normalized", async () => {
    const file = `
services:
  web: { image: web, network_mode: "service:db", build: { dockerfile_inline: FROM a } }
  db: { image: db, depends_on: [log], volumes: ["data:/data"] }
  log: { image: log, networks: [default], ports: ["1"] }
networks: { front: , back: { driver: bridge }, named: { name: own } }
volumes: { data: }
`
    const project = await load(file, { normalizes: false })
    expect(projectDocument(project)).toEqual({
      name: "app",
      services: {
        web: { image: "web", network_mode: "service:db", build: { dockerfile_inline: "FROM a" } },
        db: {
          image: "db",
          depends_on: { log: { condition: "service_started", required: true } },
          volumes: [{ type: "volume", source: "data", target: "/data" }]
        },
        log: { image: "log", networks: { default: null }, ports: [{ mode: "ingress", target: 1, protocol: "tcp" }] }
      },
      networks: { front: null, back: { driver: "bridge" }, named: { name: "own" } },
      volumes: { data: null }
    })
  })

  it("has paths as they are written, when they were to stay, and reads the files that are named all the same", async () => {
    const files: Files = {
      "compose.yaml": `
include: [sub/more.yaml]
services:
  web: { build: ., env_file: vars.env, volumes: ["./data:/data", "~/home:/home"], develop: { watch: [{ path: ./src, action: restart }] } }
  base: { extends: { file: sub/base.yaml, service: base } }
secrets: { key: { file: key.txt } }
`,
      "vars.env": "A=1\n",
      "sub/more.yaml": "services: { more: { build: . } }",
      "sub/base.yaml": "services: { base: { build: . } }"
    }
    const project = await load(files, { resolvesPaths: false })
    const { base, more, web } = project.services
    expect(web).toMatchObject({
      build: { context: "." },
      environment: { A: "1" },
      volumes: [{ source: "./data" }, { source: "~/home" }],
      develop: [{ path: "./src" }]
    })
    expect(project.secrets["key"]?.file).toBe("key.txt")
    // What stands elsewhere would mean something else.
    expect([more?.build?.context, base?.build?.context]).toEqual(["FOLDER/sub", "FOLDER/sub"])
  })

  it("leaves out services that are not enabled, and what says nothing", async () => {
    const project = await load("services: {b: {image: b, profiles: [p]}, a: {image: a}}")
    expect(projectDocument(project)).toEqual({
      name: "app",
      services: { a: { image: "a", networks: { default: null } } },
      networks: { default: { name: "app_default" } }
    })
  })

  it("keeps any text, whatever YAML takes it for", async () => {
    const tricky = fc.constantFrom(
      "yes",
      "0777",
      "1e3",
      "22:22",
      "2020-01-01",
      "~",
      "null",
      "<<",
      "- a",
      "a: b",
      "#x",
      "$X",
      "$$",
      ""
    )
    const text = fc.oneof(tricky, fc.string({ maxLength: 12, unit: "grapheme" })).filter((each) => !each.includes("\0"))
    await fc.assert(
      fc.asyncProperty(text, fc.array(text, { maxLength: 4 }), async (value, command) => {
        const project = await reload(
          JSON.stringify({ name: "p", services: { web: { image: "app", labels: { "0": "a" } } } })
        )
        const web = { ...project.services["web"]!, environment: { NAME: value }, command }
        const again = await reload(await textOf({ ...project, services: { web } }))
        expect(again.services["web"]?.environment).toEqual({ NAME: value })
        expect(again.services["web"]?.command).toEqual(command)
      }),
      { numRuns: 60 }
    )
  })
})
