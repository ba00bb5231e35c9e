import { describe, expect, it } from "vitest"
import { fullExample } from "./full-example.ts"
import { complaints, load } from "./loading.ts"

describe("extends", () => {
  it("merges a service over another one of the same file, and over what that extends", async () => {
    const project = await load(`
services:
  web: {extends: mid, environment: {C: c}, command: [own]}
  mid: {extends: {service: base}, environment: {B: b}, ports: ["81:81"]}
  base: {image: app, environment: {A: a, B: x}, ports: ["80:80"], command: [theirs], tty: true}
`)
    expect(project.services["web"]).toMatchObject({
      image: "app",
      environment: { A: "a", B: "b", C: "c" },
      command: ["own"],
      tty: true,
      ports: [{ target: 80 }, { target: 81 }]
    })
    expect(project.services["base"]?.environment).toEqual({ A: "a", B: "x" })
  })

  it("takes paths of another file from where that file lies", async () => {
    const project = await load({
      "compose.yaml":
        "services: {web: {extends: {file: sub/base.yaml, service: base}, volumes: ['./x:/x'], env_file: own.env}}",
      "sub/base.yaml": "services: {base: {build: ., volumes: ['./y:/y'], env_file: base.env, image: '${TAG:-app}'}}",
      "sub/base.env": "A=base\nB=base\n",
      "own.env": "B=own\n"
    })
    expect(project.services["web"]).toMatchObject({
      image: "app",
      build: { context: "FOLDER/sub" },
      volumes: [{ source: "FOLDER/sub/y" }, { source: "FOLDER/x" }],
      environment: { A: "base", B: "own" }
    })
    expect(Object.keys(project.services)).toEqual(["web"])
  })

  it("resets and overrides what is extended, also in files before", async () => {
    const project = await load({
      "compose.yaml":
        "services: {web: {image: app, cap_add: [FIRST]}, base: {image: app, cap_add: [A], ports: ['80:80']}}",
      "compose.override.yaml":
        "services:\n  web:\n    extends: {service: base, file: compose.yaml}\n    ports: !reset []\n    cap_add: !override [B]\n"
    })
    expect(project.services["web"]).toMatchObject({ ports: [], capAdd: ["B"] })
  })

  it("complains about what is not there, and about circles", async () => {
    expect(await complaints("services: {web: {extends: bass, image: a}, base: {image: a}}")).toEqual([
      `1:27 services.web.extends: there is no service "bass" in compose.yaml`
    ])
    expect(await complaints("services: {a: {extends: b}, b: {extends: a}}")).toEqual([
      "1:25 services.a.extends: services extend each other in a circle: compose.yaml: a → compose.yaml: b → compose.yaml: a",
      "1:42 services.b.extends: services extend each other in a circle: compose.yaml: b → compose.yaml: a → compose.yaml: b"
    ])
    expect(await complaints("services: {a: {image: a, extends: {service: b, file: gone.yaml}}}")).toEqual([
      "undefined:undefined : the file cannot be read: there is no such file"
    ])
    expect(await complaints("services: {a: {image: a, extends: {fil: x, service: b}}, b: {image: b}}")).toEqual([
      `1:36 services.a.extends.fil: there is no attribute "fil"`
    ])
  })

  it("finds circles that go through files", async () => {
    const files = {
      "compose.yaml": "services: {a: {extends: {file: b.yaml, service: b}}}",
      "b.yaml": "services: {b: {extends: {file: compose.yaml, service: a}}}"
    }
    expect((await complaints(files)).join("\n")).toContain("services extend each other in a circle")
  })

  it("without more of its own, makes a service like the other one, from the same file or from another", async () => {
    const own = await load({
      "compose.yaml": fullExample.replace("  helper:", "  copy: {extends: web}\n  helper:"),
      "vars.env": "A=1"
    })
    expect({ ...own.services["copy"], name: "web" }).toEqual(own.services["web"])
    const parts = fullExample.slice(fullExample.indexOf("\nnetworks:"))
    const other =
      "services: {web: {extends: {file: full.yaml, service: web}}, db: {image: a}, helper: {image: a}, extra: {image: a}}"
    const files = { "compose.yaml": `name: full\n${other}${parts}`, "full.yaml": fullExample, "vars.env": "A=1" }
    const web = (project: typeof own) =>
      JSON.stringify(project.services["web"]).replaceAll(/gantry-compose-\w+/g, "PARENT")
    expect(web(await load(files))).toBe(web(own))
  })
})
