import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import type { Service } from "@gantry/compose/Project"
import { type ContainerWish, serviceOptions } from "../../src/projects/make/service-options.ts"
import { publishText } from "../../src/projects/make/service-words.ts"
import { project, service } from "./bare.ts"

const wish: ContainerWish = {
  name: "shop-web-1",
  image: "web:1",
  labels: { a: "b" },
  ids: new Map([["db", "d".repeat(64)]]),
  answers: true,
  detach: true
}

const optionsOf = (
  said: Partial<Service>,
  others: ReadonlyArray<Service> = [],
  further: Partial<ContainerWish> = {}
) => {
  const web = service("web", { networks: { default: { aliases: [] } }, ...said })
  return serviceOptions(project([web, ...others]), web, { ...wish, ...further }, {})
}

const made = (said: Partial<Service>, others: ReadonlyArray<Service> = [], further: Partial<ContainerWish> = {}) =>
  Effect.runSync(optionsOf(said, others, further))

const refusal = (said: Partial<Service>) => Effect.runSync(Effect.flip(optionsOf(said))).message

describe("a container of a service", () => {
  it("is what `create` makes of the same options", () => {
    const options = made({
      environment: { A: "1", B: "x y", GONE: null },
      ports: [{ target: 80, published: "8080", hostIp: "127.0.0.1", protocol: "tcp" }],
      resources: { memory: "64m", cpus: "0.5" },
      restart: "on-failure:3",
      ulimits: { nofile: { soft: 10, hard: 20 } },
      extraHosts: ["db:10.0.0.9"],
      tmpfs: ["/run:size=1m"],
      user: "1000",
      capAdd: ["NET_ADMIN"]
    })
    expect(options).toMatchObject({
      image: "web:1",
      name: "shop-web-1",
      env: ["A=1", "B=x y", "GONE"],
      ports: [{ hostIp: "127.0.0.1", hostPort: 8080, containerPort: 80, protocol: "tcp" }],
      resources: { memoryBytes: 64 * 1024 * 1024 },
      restart: { policy: "on-failure", most: 3 },
      rlimits: [{ name: "nofile", soft: 10, hard: 20 }],
      hosts: [{ name: "db", address: "10.0.0.9" }],
      mounts: [{ type: "tmpfs", target: "/run" }],
      user: "1000",
      capAdd: ["NET_ADMIN"],
      labels: { a: "b" }
    })
  })

  it("mounts an image for reading, or a part of it", () => {
    const volume = { type: "image", source: "data:1", target: "/seen" } as const
    const { mounts } = made({
      volumes: [
        { ...volume, readOnly: false },
        { ...volume, readOnly: false, image: { subpath: "a/b" } }
      ]
    })
    const mount = { type: "image", source: "data:1", target: "/seen", readonly: true, typed: "data:1:/seen" }
    expect(mounts).toEqual([mount, { ...mount, subpath: "a/b" }])
  })

  it("answers on its networks to its service's name, its aliases, and the names that links give it", () => {
    const other = service("proxy", { links: [{ service: "web", alias: "backend" }] })
    const options = made(
      { networks: { default: { aliases: ["www"] }, back: { aliases: [], ipv4Address: "10.1.0.5" } } },
      [other]
    )
    expect(options.networks).toEqual([
      { network: "shop_default", aliases: ["web", "www", "backend"], priority: 2 },
      { network: "back", aliases: ["web", "backend"], address: "10.1.0.5", priority: 1 }
    ])
    expect(made({}, [], { answers: false }).networks[0].aliases).toEqual([])
  })

  it("shares the network of a service's container, and cannot where that has none", () => {
    expect(made({ networks: {}, networkMode: "service:db" }).networks[0].network).toBe(`container:${"d".repeat(64)}`)
    expect(refusal({ networks: {}, networkMode: "service:cache" })).toContain("cannot share with service cache")
  })

  it("has its health looked at by a command without a shell, or not at all", () => {
    const test = ["CMD", "test", "-f", "/ok"]
    expect(made({ healthcheck: { disable: false, test, interval: "2s" } }).health).toEqual({
      none: false,
      test,
      interval: 2000
    })
    expect(made({ healthcheck: { disable: true } }).health).toEqual({ none: true })
    expect(made({ healthcheck: { disable: false, test: ["NONE"] } }).health).toEqual({ none: true })
  })

  it("keeps the anonymous volumes of the container whose place it takes", () => {
    const before = {
      mounts: [
        { type: "volume", name: "f00", source: "/v/f00", target: "/data", readonly: false, anonymous: true },
        { type: "volume", name: "named", source: "/v/named", target: "/other", readonly: false, anonymous: false }
      ],
      spec: {
        mounts: [
          { type: "bind", source: "/v/f00", target: "/data", readonly: false, recursive: false },
          { type: "bind", source: "/v/named", target: "/other", readonly: false, recursive: false }
        ]
      }
    } as unknown as NonNullable<ContainerWish["before"]>
    const anonymous = { type: "volume", target: "/data", readOnly: false } as const
    expect(made({ volumes: [anonymous] }, [], { before }).mounts).toMatchObject([
      { type: "inherited", target: "/data", record: { name: "f00", anonymous: true } }
    ])
    expect(made({ volumes: [anonymous] }).mounts).toMatchObject([{ type: "volume", target: "/data" }])
  })

  it("is refused with the name of its service where an option has no right value", () => {
    expect(refusal({ resources: { memory: "lots" } })).toMatch(/^service web: .*memory/)
  })
})

describe("a published port", () => {
  it("is written as `--publish` has it", () => {
    const port = { target: 80, protocol: "tcp" } as const
    expect(publishText(port)).toBe("80/tcp")
    expect(publishText({ ...port, published: "8080" })).toBe("8080:80/tcp")
    expect(publishText({ ...port, hostIp: "127.0.0.1" })).toBe("127.0.0.1::80/tcp")
    expect(publishText({ ...port, hostIp: "::1", published: "8000-8010", protocol: "udp" })).toBe(
      "[::1]:8000-8010:80/udp"
    )
  })
})
