import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { useGantry } from "./host/gantry.ts"
import { type RegistryServer, startRegistry } from "./host/registry.ts"

describe("images in registries", () => {
  const gantry = useGantry()
  let one: RegistryServer
  let other: RegistryServer
  beforeAll(async () => {
    ;[one, other] = [await startRegistry(), await startRegistry()]
    await gantry.build("app", "FROM base\nRUN echo hello > /hello\n")
    await gantry.ok("push", "-q", "app", `${one.host}/team/app:1`)
  })
  afterAll(async () => {
    await one.close()
    await other.close()
  })

  it("are copied from one to another, and through a folder, with their digest; their tags are listed", async () => {
    const copy = (from: string, to: string) => gantry.ok("registry", "copy", "-q", from, to)
    const digest = await copy(`${one.host}/team/app:1`, `${other.host}/mine/app:2`)
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect(await copy(`${other.host}/mine/app:2`, "oci:folder:x")).toBe(digest)
    expect(await copy("oci:folder:x", `${one.host}/back/app:3`)).toBe(digest)
    expect(await gantry.ok("registry", "copy", `${one.host}/team/app:1`, `${one.host}/back/app:1`)).toMatch(
      new RegExp(`\n${digest}, 0 blobs sent, \\d there already$`)
    )
    expect(await gantry.ok("registry", "tags", `${one.host}/back/app`)).toBe("1\n3")
    await gantry.ok("rmi", "-f", "app")
    const name = `${one.host}/back/app:3`
    await gantry.ok("pull", "-q", name)
    expect(await gantry.ok("run", "--rm", "--network", "none", name, "cat", "/hello")).toBe("hello")
  })

  it("are missed by name", async () => {
    for (const args of [
      ["tags", `${one.host}/none`],
      ["copy", `${one.host}/team/app:none`, `${other.host}/x:1`]
    ]) {
      // oxlint-disable-next-line no-await-in-loop
      const refused = await gantry.try("registry", ...args)
      expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining(`${args[1]}: not found`)])
    }
    const digest = `sha256:${"0".repeat(64)}`
    const refused = await gantry.try("registry", "copy", `${one.host}/team/app:1`, `${other.host}/x@${digest}`)
    expect(refused.stderr).toContain("name a tag")
  })
})
