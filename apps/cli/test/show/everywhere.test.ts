import { describe, expect, it } from "vitest"
import { everywhereNotice } from "../../src/show/ports.ts"

const web = { containerPort: 80, protocol: "tcp" }

describe("the notice of ports that are open to everybody", () => {
  it("names those without an address, or with that of all, and says how to keep them here", () => {
    const dns = { containerPort: 53, protocol: "udp", hostIp: "::" }
    const here = { ...web, containerPort: 81, hostIp: "127.0.0.1" }
    const notice = everywhereNotice([web, here, dns])
    expect(notice).toMatch(/ALL addresses of this machine: 80\/tcp, 53\/udp\n/)
    expect(notice).toContain("127.0.0.1")
  })

  it("is not there when all ports keep to some address, or there are none", () => {
    expect(everywhereNotice([{ ...web, hostIp: "10.0.0.7" }])).toBe("")
    expect(everywhereNotice([])).toBe("")
  })
})
