import { mkdirSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { loadProject } from "@gantry/compose/load-project"
import { nameOfDirectory } from "@gantry/compose/files/project-name"
import { complaints, inFolder, load, problemsOf, requestIn } from "./loading.ts"

const one = (image: string) => `services: {web: {image: ${image}}}`

describe("files", () => {
  it("are found in the directory or in one above, with what overrides them", async () => {
    const files = { "compose.yml": one("a"), "docker-compose.yml": one("b"), "compose.override.yaml": one("c") }
    await inFolder(files, async (folder) => {
      mkdirSync(join(folder, "deep", "er"), { recursive: true })
      const project = await Effect.runPromise(loadProject(requestIn(join(folder, "deep", "er"))))
      expect(project).toMatchObject({ directory: folder, name: "app", services: { web: { image: "c" } } })
      expect(project.files).toEqual([join(folder, "compose.yml"), join(folder, "compose.override.yaml")])
      expect(project.notices).toEqual([
        `${folder} has several Compose files (compose.yml, docker-compose.yml); compose.yml is used.`
      ])
    })
  })

  it("are not overridden when they are named", async () => {
    const files = { "compose.yaml": one("a"), "compose.override.yaml": one("b") }
    expect((await load(files, { files: ["compose.yaml"] })).services["web"]?.image).toBe("a")
  })

  it("start from their own directory, or from the one that is given", async () => {
    const files = { "sub/c.yaml": "services: {web: {build: .}}" }
    expect(await load(files, { files: ["sub/c.yaml"] })).toMatchObject({
      directory: "FOLDER/sub",
      services: { web: { build: { context: "FOLDER/sub" } } }
    })
    const more = { files: ["sub/c.yaml"], projectDirectory: "." }
    expect(await load(files, more)).toMatchObject({
      directory: "FOLDER",
      services: { web: { build: { context: "FOLDER" } } }
    })
  })

  it("are named in problems as they were given", async () => {
    const file = async (name: string) => (await problemsOf({ "sub/c.yaml": "a: b" }, { files: [name] }))[0]?.file
    expect(await file("./sub/../sub/c.yaml")).toBe("./sub/../sub/c.yaml")
    expect(await file("sub")).toBe("sub")
  })
})

describe("the name of a project", () => {
  const nameOf = async (file: string, more = {}) =>
    (await load({ "compose.yaml": file, ".env": "N=env-name\n" }, more)).name

  it("is the option's, the variable's, the file's or the directory's", async () => {
    const named = "name: from-file\nservices: {}"
    expect(await nameOf(named, { name: "opt", environment: { COMPOSE_PROJECT_NAME: "var" } })).toBe("opt")
    expect(await nameOf(named, { environment: { COMPOSE_PROJECT_NAME: "var" } })).toBe("var")
    expect(await nameOf(named)).toBe("from-file")
    expect(await nameOf("name: $N\nservices: {}")).toBe("env-name")
    expect(await nameOf("services: {}")).toBe("app")
  })

  it("is a variable of its files", async () => {
    const project = await load(
      "name: own\nservices: {web: {image: '${COMPOSE_PROJECT_NAME}-web', environment: [COMPOSE_PROJECT_NAME]}}"
    )
    expect(project.services["web"]).toMatchObject({ image: "own-web", environment: { COMPOSE_PROJECT_NAME: "own" } })
  })

  it("has few signs", async () => {
    expect(await complaints("name: Big\nservices: {}")).toEqual([`1:7 name: "Big" cannot be the name of a project`])
    expect(await complaints("services: {}", { name: "-a" })).toEqual([
      `undefined:undefined name: "-a" cannot be the name of a project`
    ])
  })

  it("is made out of a directory's", () => {
    expect(nameOfDirectory("/a/My.App_2-é")).toBe("myapp_2-")
    expect(nameOfDirectory("/a/_-x")).toBe("x")
    expect(nameOfDirectory("/")).toBe("")
  })
})

describe("the environment of a project", () => {
  const file = "services: {web: {image: '${A-none} ${B-none} ${C-none}'}}"
  const image = async (files: Record<string, string>, more = {}) =>
    (await load({ "compose.yaml": file, ...files }, more)).services["web"]?.image

  it("is the caller's above that of .env", async () => {
    expect(await image({ ".env": "A=1\nB=2\nC=$A$B\n" }, { environment: { B: "x" } })).toBe("1 x 1x")
  })

  it("takes other files instead, of which the last one counts", async () => {
    const files = { ".env": "C=0\n", "a.env": "A=1\nB=1\n", "b.env": "B=2\nC=$A\n" }
    expect(await image(files, { envFiles: ["a.env", "b.env"] })).toBe("1 2 1")
    expect(await image(files, { environment: { COMPOSE_ENV_FILES: "b.env,a.env" } })).toBe("1 1 ")
    expect(await image(files, { environment: { COMPOSE_DISABLE_ENV_FILE: "1" } })).toBe("none none none")
  })

  it("says which file is missing or makes no sense", async () => {
    expect(await problemsOf({ "compose.yaml": file }, { envFiles: ["gone.env"] })).toEqual([
      { file: "FOLDER/gone.env", path: "", message: "the environment file cannot be read: there is no such file" }
    ])
    expect(await problemsOf({ "compose.yaml": file, ".env": "A=1\n!!\n" })).toEqual([
      { file: "FOLDER/.env", line: 2, path: "", message: '"!!" is not NAME=value' }
    ])
  })

  it("does not care for a directory that is called .env", async () => {
    expect(await image({ ".env/bin/activate": "" })).toBe("none none none")
    expect(await problemsOf({ "compose.yaml": file, "x/y": "" }, { envFiles: ["x"] })).toHaveLength(1)
  })

  it("says where Compose files are, and which profiles are wanted", async () => {
    const files = {
      ".env": "COMPOSE_FILE=sub/other.yaml\nCOMPOSE_PROFILES=p\nA=near\n",
      "sub/other.yaml": "services: {web: {image: '$A $B', profiles: [p]}}",
      "sub/.env": "A=far\nB=far\n"
    }
    expect((await load(files)).services["web"]?.image).toBe("near far")
  })
})

describe("files of variables", () => {
  it("are read one after the other, below what the service says itself", async () => {
    const { services } = await load({
      "compose.yaml": `
services:
  web:
    image: a
    env_file: [one.env, {path: two.env}, {path: gone.env, required: false}, {path: raw.env, format: raw}]
    environment: {C: own}
    label_file: labels
    labels: {L: own}
`,
      "one.env": "A=1\nB=1\nC=1\nH=$HOME\n",
      "two.env": "B=$A-2\n",
      "raw.env": "D='$A'\nHOME\n",
      labels: "L=file\nM=file\n"
    })
    expect(services["web"]).toMatchObject({
      environment: { A: "1", B: "1-2", C: "own", D: "'$A'", H: "/home/ann", HOME: "/home/ann" },
      labels: { L: "own", M: "file" }
    })
  })

  it("must be there and make sense", async () => {
    const files = {
      "compose.yaml": "services: {web: {image: a, env_file: [gone.env, bad.env, .]}}",
      "bad.env": "A=1\nB='"
    }
    expect(await complaints(files)).toEqual([
      "1:39 services.web.env_file[0].path: FOLDER/gone.env cannot be read: there is no such file",
      "1:49 services.web.env_file[1].path: FOLDER/bad.env:2: B: the quote ' is not closed",
      "1:58 services.web.env_file[2].path: FOLDER cannot be read: it is a directory"
    ])
  })
})

describe("paths", () => {
  it("may start at home", async () => {
    const { services } = await load(
      "services: {web: {image: a, build: ~/src, volumes: ['~:/h', '../x:/x', /abs:/abs]}}"
    )
    expect(services["web"]?.build?.context).toBe("/home/ann/src")
    expect(services["web"]?.volumes[1]?.source).toMatch(/^\/.*\/x$/)
    expect(services["web"]?.volumes[0]?.source).toBe("/home/ann")
    expect(services["web"]?.volumes[2]?.source).toBe("/abs")
  })

  it("are left alone where they are addresses", async () => {
    const addresses = ["https://example.org/a.git#main:sub", "git@example.org:a/b.git", "ssh://x/y"]
    for (const address of addresses) {
      expect((await load(`services: {web: {build: '${address}'}}`)).services["web"]?.build?.context).toBe(address)
    }
  })
})
