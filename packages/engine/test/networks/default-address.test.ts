import type { PortRequest } from "@gantry/core/network/Network"
import { Settings } from "@gantry/core/Settings"
import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import { onDefaultAddress } from "../../src/networks/default-address.ts"

const web: PortRequest = { containerPort: 80, protocol: "tcp" }

const placed = (ports: ReadonlyArray<PortRequest>, publishAddress?: string, publishProxied?: boolean) =>
  Effect.runSync(
    Effect.provideService(onDefaultAddress(ports), Settings, {
      root: "/r",
      run: "/n",
      jobs: 1,
      instance: "",
      self: [],
      ...(publishAddress === undefined ? {} : { publishAddress }),
      ...(publishProxied === undefined ? {} : { publishProxied })
    })
  )

describe("ports without an address of the host", () => {
  it("are on all addresses when nothing says otherwise", () => {
    expect(placed([web])).toEqual([web])
  })

  it("are on the default address, and those with one of their own stay where they are", () => {
    const everywhere = { ...web, hostIp: "0.0.0.0", hostPort: 8080 }
    expect(placed([web, everywhere], "127.0.0.1")).toEqual([{ ...web, hostIp: "127.0.0.1" }, everywhere])
  })

  it("are proxied when that is the rule, unless they say otherwise or cannot be", () => {
    const translated = { ...web, proxied: false }
    const sctp = { ...web, protocol: "sctp" } as const
    expect(placed([web, translated, sctp], undefined, true)).toEqual([{ ...web, proxied: true }, translated, sctp])
    expect(placed([web], undefined, false)).toEqual([web])
  })
})
