import { describe, expect, it } from "vitest"
import { configHash, networkHash } from "@gantry/compose/config-hash"
import type { Service } from "@gantry/compose/Project"
import { sampleService } from "./sample-service.ts"

const hash = (more: Partial<Service> = {}) => configHash(sampleService("web", more))

describe("configHash", () => {
  it("is the same in every version of gantry and on every runtime", () => {
    expect(hash()).toBe("05718e5876ab84aa77013704bf40f5d9994690d0f00e8807e111b556280ddbaf")
  })

  it("does not see what makes no other container", () => {
    expect(
      hash({
        scale: 3,
        pullPolicy: "always",
        profiles: ["debug"],
        attach: false,
        extensions: { "x-note": 1 },
        dependsOn: { db: { condition: "service_started", restart: false, required: true } }
      })
    ).toBe(hash())
  })

  it("sees a change anywhere else, and tells fields apart", () => {
    const network = { aliases: [] }
    const changes: ReadonlyArray<Partial<Service>> = [
      {},
      { image: "other" },
      { command: [] },
      { command: ["a b"] },
      { command: ["a", "b"] },
      { entrypoint: ["a", "b"] },
      { environment: { A: "1" } },
      { labels: { A: "1" } },
      { environment: { A: "1", B: "" } },
      { tty: true },
      { stdinOpen: true },
      { ports: [{ target: 80, protocol: "tcp" }] },
      { ports: [{ target: 80, protocol: "udp" }] },
      { networks: { a: network, b: network } },
      { networks: { b: network, a: network } },
      { resources: { memory: "64m" } },
      { capAdd: ["A"], capDrop: [] },
      { capAdd: [], capDrop: ["A"] },
      { stopGracePeriod: 0 }
    ]
    expect(new Set(changes.map(hash)).size).toBe(changes.length)
  })

  it("does not depend on the order in which names were written", () => {
    expect(hash({ environment: { A: "1", B: "2" } })).toBe(hash({ environment: { B: "2", A: "1" } }))
    expect(hash({ ulimits: { core: { soft: 1, hard: 2 } } })).toBe(hash({ ulimits: { core: { hard: 2, soft: 1 } } }))
  })
})

describe("networkHash", () => {
  const bare = { name: "a", external: false, driverOpts: {}, internal: false, attachable: false, labels: {}, ipam: [] }

  it("changes with what a network is made with, and not with its name or the order of what was written", () => {
    const before = networkHash(bare)
    expect(networkHash({ ...bare, name: "b" })).toBe(before)
    const others = [
      { ...bare, internal: true },
      { ...bare, enableIpv6: true },
      { ...bare, labels: { A: "1" } },
      { ...bare, driverOpts: { A: "1" } },
      { ...bare, ipam: [{ subnet: "10.1.0.0/16" }] }
    ]
    expect(new Set([before, ...others.map(networkHash)]).size).toBe(others.length + 1)
    expect(networkHash({ ...bare, labels: { A: "1", B: "2" } })).toBe(
      networkHash({ ...bare, labels: { B: "2", A: "1" } })
    )
  })
})
