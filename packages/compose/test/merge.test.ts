import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { fullExample } from "./full-example.ts"
import { complaints, load, withWeb } from "./loading.ts"

/** The service `web` of a file and of one that overrides it. */
const merged = async (base: string, over: string) => {
  const files = {
    "compose.yaml": withWeb(base),
    "compose.override.yaml": `services:\n  web:\n    ${over.replaceAll("\n", "\n    ")}\n`
  }
  return (await load(files)).services["web"]!
}

describe("several files", () => {
  it("replace single values and commands, and merge mappings", async () => {
    const web = await merged(
      "user: a\ncommand: one two\nentrypoint: [x]\nhealthcheck: {test: [CMD, a, b], interval: 1s}\nlabels: {a: '1', b: '2'}",
      "user: b\ncommand: [three]\nentrypoint: y\nhealthcheck: {test: [CMD, c]}\nlabels: [b=3, c=4]"
    )
    expect(web).toMatchObject({
      user: "b",
      command: ["three"],
      entrypoint: ["y"],
      healthcheck: { test: ["CMD", "c"], interval: "1s" },
      labels: { a: "1", b: "3", c: "4" }
    })
  })

  it("join lists, each value once", async () => {
    const web = await merged(
      "dns: 1.1.1.1\ncap_add: [A, B]\nexpose: [80]\nprofiles: []",
      "dns: [8.8.8.8]\ncap_add: [B, C]\nexpose: ['80', 90]"
    )
    expect(web).toMatchObject({ dns: ["1.1.1.1", "8.8.8.8"], capAdd: ["A", "B", "C"], expose: ["80", "90"] })
  })

  it("join ports, volumes, secrets and configs by what tells them apart", async () => {
    const top = "volumes: {a: , b: }\nsecrets: {s: {file: s}, t: {file: t}}\nconfigs: {c: {file: c}}\n"
    const files = {
      "compose.yaml": withWeb(
        "ports: ['80:80', '127.0.0.1:81:81']\nvolumes: [a:/a, b:/b]\nsecrets: [s]\nconfigs: [{source: c, target: /c}]",
        top
      ),
      "compose.override.yml":
        "services: {web: {ports: [{target: 80, published: 80, protocol: tcp, app_protocol: http}, '81:81'], volumes: ['b:/a:ro'], secrets: [{source: t, target: s}], configs: [{source: c, mode: 0400}]}}"
    }
    const web = (await load(files)).services["web"]!
    expect(web.ports.map(({ hostIp, published }) => [hostIp, published])).toEqual([
      [undefined, "80"],
      ["127.0.0.1", "81"],
      [undefined, "81"]
    ])
    expect(web.volumes).toMatchObject([
      { source: "b", target: "/a", readOnly: true },
      { source: "b", target: "/b" }
    ])
    expect(web.secrets).toEqual([{ source: "t", target: "s" }])
    expect(web.configs).toEqual([{ source: "c", mode: 0o400 }])
  })

  it("merge variables whether they are lists or mappings, and one without a value overrides", async () => {
    const web = await merged("environment: [A=1, B=2, C=3]", "environment: {B: 4, C: , D: 5}")
    expect(web.environment).toEqual({ A: "1", B: "4", C: null, D: "5" })
  })

  it("merge networks, dependencies, limits and how images are made, in short and long forms", async () => {
    const files = {
      "compose.yaml": withWeb(
        "networks: [n]\ndepends_on: [db]\nulimits: {nofile: 1}\nbuild: ./a\nextra_hosts: ['a:1.1.1.1']",
        "  db: {image: db}\nnetworks: {n: , m: }\n"
      ),
      "compose.override.yaml":
        "services: {web: {networks: {m: {aliases: [x]}}, depends_on: {db: {condition: service_healthy}}, ulimits: {nofile: {soft: 2, hard: 3}}, build: {target: t}, extra_hosts: {b: 2.2.2.2}}}"
    }
    const web = (await load(files)).services["web"]!
    expect(web).toMatchObject({
      networks: { n: { aliases: [] }, m: { aliases: ["x"] } },
      dependsOn: { db: { condition: "service_healthy" } },
      ulimits: { nofile: { soft: 2, hard: 3 } },
      build: { context: "FOLDER/a", target: "t" },
      extraHosts: ["a:1.1.1.1", "b:2.2.2.2"]
    })
  })

  it("keep options of a log only with the same driver", async () => {
    const base = "logging: {driver: a, options: {x: '1'}}"
    expect((await merged(base, "logging: {driver: b, options: {y: '2'}}")).logging).toEqual({
      driver: "b",
      options: { y: "2" }
    })
    expect((await merged(base, "logging: {options: {y: '2'}}")).logging).toEqual({
      driver: "a",
      options: { x: "1", y: "2" }
    })
  })

  it("leave alone what the later one says nothing about", async () => {
    const web = await merged("user: a\nlabels: {a: '1'}\nx-own: {a: 1}", "labels:\nx-own: {b: 2}")
    expect(web).toMatchObject({ user: "a", labels: { a: "1" }, extensions: { "x-own": { b: 2 } } })
  })

  it("take away what is reset, and replace what is overridden", async () => {
    const base = "ports: ['80:80']\nenvironment: {A: '1', B: '2'}\ncap_add: [A, B]\nuser: a\nlabels: {a: '1'}"
    const web = await merged(
      base,
      "ports: !reset []\nenvironment: {A: !reset null}\ncap_add: !override [C]\nuser: !reset null\nlabels: !override\n  b: '2'"
    )
    expect(web).toMatchObject({ ports: [], environment: { B: "2" }, capAdd: ["C"], labels: { b: "2" } })
    expect(web.user).toBeUndefined()
  })

  it("take each mount of a single file once, the last one", async () => {
    const web = await merged("volumes: [./a:/x, ./b:/x]\nenvironment: [A=1, A=2]", "user: a")
    expect(web.volumes).toMatchObject([{ source: "FOLDER/b" }])
    expect(web.environment).toEqual({ A: "2" })
  })

  it("cannot merge what is not alike", async () => {
    const files = {
      "compose.yaml": withWeb("logging: {driver: a}"),
      "compose.override.yaml": "services: {web: {logging: [a]}}"
    }
    expect(await complaints(files)).toEqual([
      "1:27 services.web.logging: a list cannot override the mapping of compose.yaml",
      "1:27 services.web.logging: it is a list, and must be a mapping"
    ])
  })

  it("may be several documents of one file", async () => {
    const project = await load("services: {web: {image: a, user: u}}\n---\nservices: {web: {image: b}}\n")
    expect(project.services["web"]).toMatchObject({ image: "b", user: "u" })
  })

  it("are those of options or of COMPOSE_FILE, in their order", async () => {
    const files = { "a.yaml": "services: {web: {image: a}}", "b.yaml": "services: {web: {image: b}}" }
    const image = async (more: object) => (await load(files, more)).services["web"]?.image
    expect(await image({ files: ["a.yaml", "b.yaml"] })).toBe("b")
    expect(await image({ environment: { COMPOSE_FILE: "b.yaml:a.yaml" } })).toBe("a")
    expect(await image({ environment: { COMPOSE_FILE: "b.yaml|a.yaml", COMPOSE_PATH_SEPARATOR: "|" } })).toBe("a")
    expect(await image({ files: ["a.yaml", "-"], stdin: () => "services: {web: {image: c}}" })).toBe("c")
  })

  it("mean the same when one overrides itself, or is overridden by one that says nothing", async () => {
    const files = { "a.yaml": fullExample, "b.yaml": "services: {web: , db: {}}\nvolumes: {data: }", "vars.env": "" }
    const read = async (...names: ReadonlyArray<string>) => {
      const project = JSON.stringify({ ...(await load(files, { files: names })), files: [] })
      return project.replaceAll(/gantry-compose-\w+/g, "PARENT")
    }
    const once = await read("a.yaml")
    expect(await read("a.yaml", "a.yaml")).toBe(once)
    expect(await read("a.yaml", "b.yaml")).toBe(once)
  })

  it("merge variables and lists as maps and sets are merged", async () => {
    const name = fc.constantFrom("A", "B", "C", "D")
    const variables = fc.dictionary(name, fc.constantFrom("1", "2", "x=y", ""))
    const file = fc.record({ variables, asList: fc.boolean(), list: fc.uniqueArray(name) })
    const written = ({
      asList,
      list,
      variables: values
    }: {
      asList: boolean
      list: Array<string>
      variables: Record<string, string>
    }) => {
      const environment = asList ? Object.entries(values).map(([key, value]) => `${key}=${value}`) : values
      return JSON.stringify({ services: { web: { image: "a", environment, cap_add: list } } })
    }
    await fc.assert(
      fc.asyncProperty(fc.array(file, { minLength: 1, maxLength: 4 }), async (files) => {
        const names = files.map((_, index) => `${index}.yaml`)
        const texts = Object.fromEntries(files.map((each, index) => [`${index}.yaml`, written(each)]))
        const web = (await load(texts, { files: names })).services["web"]!
        expect(web.environment).toEqual(Object.assign({}, ...files.map((each) => each.variables)))
        expect(web.capAdd).toEqual([...new Set(files.flatMap(({ list }) => list))])
      }),
      { numRuns: 40 }
    )
  })
})
