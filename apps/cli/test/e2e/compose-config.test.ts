import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { useGantry } from "./host/gantry.ts"
import { projectIn } from "./host/project.ts"
import { type RegistryServer, startRegistry } from "./host/registry.ts"

describe("compose config", () => {
  const gantry = useGantry()
  let registry: RegistryServer
  beforeAll(async () => {
    registry = await startRegistry()
    await gantry.ok("tag", "base", `${registry.host}/app:1`)
    await gantry.ok("push", `${registry.host}/app:1`)
  })
  afterAll(() => registry.close())

  it("shows images by what their names mean now, as a whole file and as one that overrides another", async () => {
    const name = () => `${registry.host}/app:1`
    const shop = projectIn(
      gantry,
      `
services:
  web: { image: "${name()}" }
  tagged: { image: "${registry.host}/app:\${TAG:-1}" }
  made: { build: . }
`
    )
    const response = await fetch(`${registry.url}/v2/app/manifests/1`, {
      headers: { accept: "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json" }
    })
    const is = `${name()}@${response.headers.get("docker-content-digest")}`
    const whole = JSON.parse(await shop.ok("config", "--resolve-image-digests", "--format", "json")) as {
      readonly services: object
    }
    expect(whole.services).toMatchObject({ web: { image: is }, tagged: { image: is } })
    const override = await shop.ok("config", "--lock-image-digests")
    expect(override).toBe(`services:\n  made: {}\n  tagged:\n    image: ${is}\n  web:\n    image: ${is}`)
    const written = await shop.ok("config", "--no-interpolate", "--resolve-image-digests")
    expect(written).toContain(`image: ${is}`)
    expect(written).toContain(`image: ${registry.host}/app:\${TAG:-1}`)
    const gone = await projectIn(gantry, `services: { web: { image: "${registry.host}/nothing:1" } }`).try(
      "config",
      "--resolve-image-digests"
    )
    expect([gone.status, gone.stdout]).toEqual([1, ""])
    expect(gone.stderr).toContain(`${registry.host}/nothing`)
  })

  it("lists the variables that files refer to, also those that have no value", async () => {
    const shop = projectIn(gantry, 'services: { web: { image: "app:${TAG:-1}", user: "${USER_ID:?who}" } }')
    expect(await shop.ok("config", "--variables")).toMatch(
      /^NAME +REQUIRED +DEFAULT VALUE +ALTERNATE VALUE *\nTAG +false +1 *\nUSER_ID +true *$/
    )
    expect(JSON.parse(await shop.ok("config", "--variables", "--format", "json"))).toEqual({
      TAG: { Name: "TAG", DefaultValue: "1", PresenceValue: "", Required: false },
      USER_ID: { Name: "USER_ID", DefaultValue: "", PresenceValue: "", Required: true }
    })
  })

  it("has what a service needs with it", async () => {
    const shop = projectIn(
      gantry,
      "services: { web: { image: a, depends_on: [db] }, db: { image: b }, other: { image: c, networks: [back] } }\nnetworks: { back: }"
    )
    const { networks, services } = JSON.parse(await shop.ok("config", "--format", "json", "web")) as {
      readonly services: object
      readonly networks: object
    }
    expect([Object.keys(services), Object.keys(networks)]).toEqual([["db", "web"], ["default"]])
  })
})

describe("containers of services", () => {
  const gantry = useGantry()

  it("become images, and archives", async () => {
    const shop = projectIn(
      gantry,
      'services: { web: { image: base, command: ["sh", "-c", "hostname > /number; exec sleep 600"], scale: 2, stop_grace_period: 0s } }'
    )
    await shop.ok("up", "-d")
    const hosts = await Promise.all(
      ["1", "2"].map((index) => shop.ok("exec", "-T", "--index", index, "web", "hostname"))
    )
    await shop.ok("commit", "--index", "2", "-m", "as it is", "-c", "ENV A=b", "web", "kept:1")
    expect(await gantry.ok("run", "--rm", "kept:1", "sh", "-c", "cat /number; echo $A")).toBe(`${hosts[1]}\nb`)
    const archive = join(gantry.scratch, "web.tar")
    await shop.ok("export", "-o", archive, "web")
    expect(execFileSync("tar", ["-xOf", archive, "number"], { encoding: "utf8" })).toBe(`${hosts[0]}\n`)
    expect(readFileSync(archive).length % 512).toBe(0)
    await shop.ok("down")
  })
})
