import { spawnSync } from "node:child_process"
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { openGantry, programPath, useGantry } from "./host/gantry.ts"
import type { Started } from "./host/started.ts"

describe("the images of this machine", () => {
  const gantry = useGantry()
  let server: Started
  let host = ""
  beforeAll(async () => {
    await gantry.build("team/app:1", "FROM base\nRUN echo hello > /hello\n")
    await gantry.ok("tag", "team/app:1", "example.com/other/app:2")
  })
  beforeEach(async () => {
    server = gantry.start("registry", "serve", "--address", "0")
    host = (await server.says(/^\S+(?=\n)/))[0]
  })
  afterEach(async () => {
    server.kill("SIGTERM")
    await server.ended
  })
  const ask = (path: string, options: RequestInit = {}) => fetch(`http://${host}${path}`, options)

  it("are served on the loopback, for others to pull and copy", async () => {
    expect(host).toMatch(/^127\.0\.0\.1:\d+$/)
    expect(await gantry.ok("registry", "tags", `${host}/team/app`)).toBe("1")
    const other = openGantry([programPath])
    try {
      await other.ok("pull", "-q", `${host}/team/app:1`)
      expect(await other.ok("run", "--rm", "--network", "none", `${host}/team/app:1`, "cat", "/hello")).toBe("hello")
      expect(await other.field(`${host}/team/app:1`, "{{.Id}}")).toBe(await gantry.field("team/app:1", "{{.Id}}"))
      const digest = await other.ok("registry", "copy", "-q", `${host}/example.com/other/app:2`, "oci:there:x")
      await other.ok("pull", "-q", `${host}/team/app@${digest}`)
    } finally {
      await other.ok("system", "reset", "-f")
      other.close()
    }
  })

  it.skipIf(spawnSync("skopeo", ["--version"]).status !== 0)("are understood by skopeo", () => {
    const { status, stdout } = spawnSync("skopeo", ["inspect", "--tls-verify=false", `docker://${host}/team/app:1`])
    expect(status).toBe(0)
    expect(JSON.parse(String(stdout)).RepoTags).toEqual(["1"])
  })

  it("cannot be changed, and are missed by name", async () => {
    const changes = [
      ["POST", "/v2/team/app/blobs/uploads/"],
      ["PUT", "/v2/team/app/manifests/1"],
      ["DELETE", "/v2/team/app/manifests/1"]
    ] as const
    for (const [method, path] of changes) {
      // oxlint-disable-next-line no-await-in-loop
      const answer = await ask(path, { method })
      // oxlint-disable-next-line no-await-in-loop
      expect([answer.status, await answer.json()]).toMatchObject([405, { errors: [{ code: "UNSUPPORTED" }] }])
    }
    const none = `sha256:${"0".repeat(64)}`
    for (const path of ["/v2/none/tags/list", "/v2/team/app/manifests/2", `/v2/team/app/blobs/${none}`, "/state.db"]) {
      // oxlint-disable-next-line no-await-in-loop
      expect((await ask(path)).status).toBe(404)
    }
    // A blob is shown with the images that have it, and with no others.
    const id = await gantry.field("team/app:1", "{{.Id}}")
    expect((await ask(`/v2/team/app/blobs/${id}`, { method: "HEAD" })).status).toBe(200)
    expect((await ask(`/v2/base/blobs/${id}`)).status).toBe(404)
    const push = await gantry.try("push", "team/app:1", `${host}/team/app:9`)
    expect([push.status, push.stderr]).toEqual([1, expect.stringContaining("can be pulled and not be changed")])
  })

  it("are served at one place by one program", async () => {
    const second = await gantry.try("registry", "serve", "--address", host)
    expect([second.status, second.stderr]).toEqual([
      1,
      expect.stringMatching(/^gantry: cannot listen at 127.*\n {2}try: /)
    ])
    expect((await gantry.try("registry", "serve", "--address", "here")).stderr).toContain("not [ADDRESS:]PORT")
  })
})
