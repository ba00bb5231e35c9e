import { describe, expect, it } from "vitest"
import { complaints, load, problemsOf } from "./loading.ts"

const profiled = `
services:
  web: {image: web, depends_on: {tools: {condition: service_started, required: false}}}
  db: {image: db, profiles: [data]}
  tools: {image: tools, profiles: [debug, test], depends_on: [db]}
`

const enabled = async (more: Parameters<typeof load>[1]) => {
  const { disabled, services } = await load(profiled, more)
  return [Object.keys(services), Object.keys(disabled)]
}

describe("profiles", () => {
  it("leave services out that nobody wants", async () => {
    expect(await enabled({})).toEqual([["web"], ["db", "tools"]])
    expect(await enabled({ profiles: ["data"] })).toEqual([["web", "db"], ["tools"]])
    expect(await enabled({ profiles: ["*"] })).toEqual([["web", "db", "tools"], []])
    expect(await enabled({ environment: { COMPOSE_PROFILES: "data, debug" } })).toEqual([["web", "db", "tools"], []])
    expect(await enabled({ profiles: ["data"], environment: { COMPOSE_PROFILES: "debug" } })).toEqual([
      ["web", "db"],
      ["tools"]
    ])
  })

  it("are wanted with a service that is named, and so is what it needs", async () => {
    expect(await enabled({ named: ["tools"] })).toEqual([["web", "db", "tools"], []])
    expect(await enabled({ named: ["db"] })).toEqual([["web", "db"], ["tools"]])
  })

  it("cannot leave out what is required", async () => {
    expect(await problemsOf(profiled, { profiles: ["test"] })).toEqual([
      {
        file: "compose.yaml",
        line: 5,
        column: 63,
        path: "services.tools.depends_on.db",
        message: `the service "db" is required and not enabled`,
        hint: "want one of its profiles (data), or say required: false"
      }
    ])
  })

  it("keep quiet about services that are not wanted", async () => {
    const file =
      "services: {web: {image: web}, other: {profiles: [p], env_file: gone.env, volumes: ['v:/v'], depends_on: [nobody]}}"
    expect(Object.keys((await load(file)).disabled)).toEqual(["other"])
    expect((await problemsOf(file, { profiles: ["p"] })).map(({ path }) => path)).toEqual([
      "services.other",
      "services.other.env_file[0].path",
      "services.other.volumes[0].source",
      "services.other.depends_on.nobody"
    ])
  })
})

describe("services", () => {
  it("need what they share", async () => {
    const { services } = await load(`
services:
  a: {image: a, links: ["b:x"], network_mode: "service:c", volumes_from: [d, "container:e"], depends_on: {c: {condition: service_healthy}}}
  b: {image: b}
  c: {image: c}
  d: {image: d, ipc: "service:b", pid: "service:c"}
`)
    const started = { condition: "service_started", required: true }
    expect(services["a"]?.dependsOn).toEqual({
      b: { ...started, restart: true },
      c: { condition: "service_healthy", restart: false, required: true },
      d: { ...started, restart: false }
    })
    expect(services["a"]?.networks).toEqual({})
    expect(Object.keys(services["d"]?.dependsOn ?? {})).toEqual(["b", "c"])
  })

  it("cannot need each other in a circle", async () => {
    expect(
      await complaints(
        "services: {a: {image: a, depends_on: [b]}, b: {image: b, links: [c]}, c: {image: c, pid: 'service:a'}}"
      )
    ).toEqual(["1:12 services.a: services need each other in a circle: a → b → c → a"])
    expect(await complaints("services: {a: {image: a, depends_on: [a]}}")).toHaveLength(1)
  })

  it("must be declared where they are referred to", async () => {
    const file = `
services:
  web:
    image: a
    depends_on: [bd]
    links: [nobody]
    network_mode: service:nowhere
    volumes_from: [none]
    secrets: [s]
    configs: [c]
    build: {secrets: [t], additional_contexts: {x: "service:y"}}
  db:
    image: db
    networks: [n]
`
    expect(await complaints(file)).toEqual([
      `5:18 services.web.depends_on.bd: there is no service "bd"`,
      `6:13 services.web.links[0]: there is no service "nobody"`,
      `7:19 services.web.network_mode: there is no service "nowhere"`,
      `8:20 services.web.volumes_from[0]: there is no service "none"`,
      `9:15 services.web.secrets[0].source: there is no secret "s"`,
      `10:15 services.web.configs[0].source: there is no config "c"`,
      `11:23 services.web.build.secrets[0].source: there is no secret "t"`,
      `11:52 services.web.build.additional_contexts.x: there is no service "y"`,
      `14:16 services.db.networks.n: there is no network "n"`
    ])
    expect((await problemsOf(file))[0]?.hint).toBe("did you mean db?")
  })

  it("are told when they are named and are not there", async () => {
    expect(await problemsOf("services: {web: {image: a}}", { named: ["wbe", "web"] })).toEqual([
      { path: "", message: "no such service: wbe", hint: "did you mean web?" }
    ])
  })

  it("have names of letters, digits and a few signs, and are never empty", async () => {
    expect(await complaints("services: {'a b': {image: a}, c: }")).toEqual([
      "1:12 services.a b: the name of a service has letters, digits, ., _ and -",
      "1:31 services.c: the service is empty"
    ])
  })

  it("may have names that objects have anyway", async () => {
    const { services } = await load(
      "services: {constructor: {image: a, depends_on: [__proto__]}, __proto__: {image: b}}"
    )
    expect(Object.keys(services)).toEqual(["constructor", "__proto__"])
    expect(await complaints("services: {a: {image: a, depends_on: [toString]}}")).toHaveLength(1)
  })

  it("take anchors, aliases and merge keys", async () => {
    const { services } = await load(`
x-base: &base
  image: app
  labels: &labels {a: "1"}
x-more: &more {tty: true, image: other}
services:
  one: {<<: *base, user: u}
  two: {<<: [*more, *base], labels: {<<: *labels, b: "2"}}
  three: *base
`)
    expect(services["one"]).toMatchObject({ image: "app", user: "u", labels: { a: "1" } })
    expect(services["two"]).toMatchObject({ image: "other", tty: true, labels: { a: "1", b: "2" } })
    expect(services["three"]).toMatchObject({ image: "app" })
  })
})
