import { describe, expect, it } from "vitest"
import { complaints, load, problemsOf } from "./loading.ts"

const usual = `
services:
  web:
    image: nginx:\${TAG:-latest}
    depends_on: [db]
    environment: [A=1, "B=\${B}"]
    ports: ["8080:80"]
    volumes: [data:/data, ./site:/site:ro]
  db:
    image: postgres
volumes:
  data:
`

describe("loadProject", () => {
  it("reads services, networks and volumes", async () => {
    const project = await load(usual)
    expect(project.name).toBe("app")
    expect(project.directory).toBe("FOLDER")
    expect(project.files).toEqual(["FOLDER/compose.yaml"])
    expect(project.notices).toEqual([`The "B" variable is not set. Defaulting to a blank string.`])
    expect(Object.keys(project.services)).toEqual(["web", "db"])
    expect(project.services["web"]).toMatchObject({
      image: "nginx:latest",
      environment: { A: "1", B: "" },
      ports: [{ target: 80, published: "8080", protocol: "tcp" }],
      dependsOn: { db: { condition: "service_started", restart: false, required: true } },
      networks: { default: { aliases: [] } },
      scale: 1
    })
    expect(project.services["web"]?.volumes).toEqual([
      { type: "volume", source: "data", target: "/data", readOnly: false },
      { type: "bind", source: "FOLDER/site", target: "/site", readOnly: true, bind: { createHostPath: true } }
    ])
    expect(project.networks["default"]).toMatchObject({ name: "app_default", external: false })
    expect(project.volumes["data"]).toMatchObject({ name: "app_data", external: false })
  })

  it("tells everything that is wrong at once, in the order of the file", async () => {
    const wrong = `
services:
  web:
    imge: nginx
    ports: [80000]
    volumes: ["data:/data"]
    depends_on: [database]
    tty: maybe
  db:
    image: 5
`
    expect(await problemsOf(wrong)).toMatchObject([
      { file: "compose.yaml", line: 3, column: 3, message: "the service has neither an image nor a build" },
      { line: 4, column: 5, path: "services.web.imge", hint: "did you mean image?" },
      { line: 5, column: 13, path: "services.web.ports[0]" },
      { line: 6, column: 15, path: "services.web.volumes[0].source", message: `there is no volume "data"` },
      { line: 7, column: 18, path: "services.web.depends_on.database", message: `there is no service "database"` },
      { line: 8, column: 10, path: "services.web.tty", message: "it is a text, and must be true or false" },
      { line: 10, column: 12, path: "services.db.image", hint: `write it with quotes: "5"` }
    ])
  })

  it("knows files in which services stand on the first level", async () => {
    expect((await problemsOf("web: {image: a}\nmore: 1"))[0]?.hint).toBe("services stand below services:")
    expect((await problemsOf("web: {image: a}\nmore: 1"))[1]?.hint).toBe("extensions begin with x-")
  })

  it("fails with a message of a line for each problem", async () => {
    await expect(load("services: {web: {imge: a, image: b}}\nx: 1")).rejects.toThrow(
      'compose.yaml:1:18: services.web.imge: there is no attribute "imge"\ncompose.yaml:2:1: x: there is no attribute "x"'
    )
  })

  it("says where there is no file, no text and no mapping", async () => {
    expect((await problemsOf({ "other.txt": "" }))[0]?.message).toBe("there is no Compose file in FOLDER or above it")
    expect(await complaints("")).toEqual(["undefined:undefined : the file is empty"])
    expect(await complaints("- a")).toEqual(["1:1 : a Compose file is a mapping"])
    expect(await complaints("services: {web: {image: app}, db: [}")).not.toEqual([])
  })
})
