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
