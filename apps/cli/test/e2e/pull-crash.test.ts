import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { type CountingProxy, countingProxy } from "./host/counting-proxy.ts"
import { useGantry } from "./host/gantry.ts"
import { type Published, publish } from "./host/publish.ts"
import { type RegistryServer, startRegistry } from "./host/registry.ts"

const kills = 20

/** Another moment at each run; the seed is told when something fails. */
const seed = Number(process.env["GANTRY_SEED"] ?? Date.now() % 1_000_000)

/** Numbers from 0 to 1 out of a seed: mulberry32. */
const numbers = (from: number): (() => number) => {
  let state = from
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

describe(`a pull that is killed (seed ${seed})`, () => {
  const gantry = useGantry()
  let registry: RegistryServer
  let proxy: CountingProxy
  let image: Published
  let name: string
  const random = numbers(seed)

  beforeAll(async () => {
    registry = await startRegistry()
    // A fifth of a gigabit network.
    proxy = await countingProxy(registry, { rate: 25_000_000 })
    const big = (blocks: number) => `RUN dd if=/dev/urandom of=/big${blocks} bs=65536 count=${blocks}`
    await gantry.build("big", ["FROM base", big(200), big(120), big(60), big(20), "RUN ls -l / > /list"].join("\n"))
    image = await publish(gantry, "big", registry, "big")
    name = `${proxy.host}/big`
  })
  beforeEach(async () => {
    await gantry.ok("system", "prune", "-af")
    proxy.forget()
  })
  afterAll(async () => {
    await proxy.close()
    await registry.close()
  })

  const fetched = () => proxy.passed.reduce((sum, { bytes }) => sum + bytes, 0)

  it.each(Array.from({ length: kills }, (_, kill) => [kill + 1, random()] as const))(
    "leaves a clean store, and the next one fetches at most a tenth again: kill %i, at %f of its bytes",
    async (_, moment) => {
      const passed = proxy.reached(moment * image.bytes)
      const pull = gantry.start("pull", name)
      await Promise.race([passed, pull.ended])
      pull.kill("SIGKILL")
      expect((await pull.ended).status).toBe(128 + 9)
      expect(await gantry.ok("check")).toContain("all is well")
      await gantry.ok("pull", name)
      expect(fetched()).toBeGreaterThanOrEqual(image.bytes)
      expect(fetched() / image.bytes).toBeLessThanOrEqual(1.1)
      expect(await gantry.ok("check")).toContain("all is well")
      expect(await gantry.field(name, "{{.Id}}")).toBe(image.manifest.config.digest)
      expect(await gantry.ok("run", "--rm", name, "sh", "-c", "cat /big* | wc -c")).toBe(String(400 * 65536))
    }
  )
})
