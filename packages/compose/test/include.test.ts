import { describe, expect, it } from "vitest"
import { fullExample } from "./full-example.ts"
import { complaints, load } from "./loading.ts"

describe("include", () => {
  it("brings everything of other files, whose paths and .env are their own", async () => {
    const project = await load({
      "compose.yaml": "include: [sub/compose.yaml]\nservices: {web: {image: app, depends_on: [db]}}",
      "sub/compose.yaml":
        "services: {db: {image: 'db:${TAG}', volumes: ['./d:/d', 'v:/v'], networks: [n], environment: [TAG, OWN]}}\nvolumes: {v: }\nnetworks: {n: }\nsecrets: {s: {file: ./s}}\n",
      "sub/.env": "TAG=sub\nOWN=sub\n",
      ".env": "OWN=top\n"
    })
    expect(project.services["db"]).toMatchObject({
      image: "db:sub",
      volumes: [{ source: "FOLDER/sub/d" }, { source: "v" }],
      environment: { TAG: "sub", OWN: "top" }
    })
    expect(project.volumes["v"]?.name).toBe("app_v")
    expect(project.secrets["s"]?.file).toBe("FOLDER/sub/s")
    expect(Object.keys(project.networks)).toEqual(["default", "n"])
  })

  it("has a long form with several files, a directory and variables", async () => {
    const project = await load({
      "compose.yaml":
        "include: [{path: [a/one.yaml, a/two.yaml], project_directory: b, env_file: [x.env, y.env]}]\nservices: {}",
      "a/one.yaml": "services: {s: {image: '${X}', build: .}}",
      "a/two.yaml": "services: {s: {user: '${Y}'}}",
      "x.env": "X=x\nY=x\n",
      "y.env": "Y=y\n"
    })
    expect(project.services["s"]).toMatchObject({ image: "x", user: "y", build: { context: "FOLDER/b" } })
  })

  it("lets a file beside it override what is included", async () => {
    const project = await load({
      "compose.yaml": "include: [a.yaml]",
      "compose.override.yaml": "services: {s: {image: other}}",
      "a.yaml": "services: {s: {image: app, tty: true}}"
    })
    expect(project.services["s"]).toMatchObject({ image: "other", tty: true })
  })

  it("may bring the same thing twice, and nothing else of the same name", async () => {
    const files = {
      "compose.yaml": "include: [a.yaml, b.yaml]\nservices: {web: {image: app}}",
      "a.yaml": "include: [c.yaml]",
      "b.yaml": "include: [c.yaml]",
      "c.yaml": "services: {s: {image: s}}"
    }
    expect(Object.keys((await load(files)).services)).toEqual(["web", "s"])
    expect(await complaints({ ...files, "b.yaml": "services: {web: {image: b}}" })).toEqual([
      "2:12 services.web: it is also in the included file b.yaml, line 1, and says something else there"
    ])
  })

  it("complains about circles, missing files and other places", async () => {
    const circle = {
      "compose.yaml": "include: [a.yaml]",
      "a.yaml": "include: [b.yaml]",
      "b.yaml": "include: [./a.yaml]"
    }
    expect(await complaints(circle)).toEqual([
      "1:11 include[0]: files include each other in a circle: a.yaml → b.yaml → a.yaml"
    ])
    expect(await complaints("include: [gone.yaml]\nservices: {}")).toEqual([
      "undefined:undefined : the file cannot be read: there is no such file"
    ])
    expect(await complaints("include: ['https://example.org/compose.yaml', {env_file: x}]\nservices: {}")).toEqual([
      "1:11 include[0]: files that lie elsewhere cannot be included",
      "1:47 include[1]: it names no path"
    ])
  })

  it("means what the file itself means, beside it", async () => {
    const files = { "compose.yaml": "include: [full.yaml]", "full.yaml": fullExample, "vars.env": "A=1" }
    const read = async (file: string) => {
      const { extensions: _, files: __, ...project } = await load(files, { files: [file], name: "full" })
      return JSON.parse(JSON.stringify(project).replaceAll(/gantry-compose-\w+/g, "PARENT"))
    }
    expect(await read("compose.yaml")).toEqual(await read("full.yaml"))
  })

  it("does not read files without end", async () => {
    // Each file includes the next one three times, under different names of one directory.
    const files = Object.fromEntries(
      Array.from({ length: 12 }, (_, index) => [
        `f${index}.yaml`,
        `include: [f${index + 1}.yaml, ./f${index + 1}.yaml, ${index % 2 === 0 ? "." : "./."}/f${index + 1}.yaml]`
      ])
    )
    const problems = await complaints({ ...files, "f12.yaml": "services: {s: {image: s}}" }, { files: ["f0.yaml"] })
    expect(problems[0]).toContain("too many files refer to each other")
  })
})
