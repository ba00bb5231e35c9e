import { describe, expect, it } from "vitest"
import { type Element, translations } from "../src/translations.ts"

const port = { hostPort: 8080, containerPort: 80, protocol: "tcp" } as const
const of = (hostIp: string, address6?: string) => {
  const element: Element = { ...port, hostIp, address: "172.17.0.2" }
  return translations(address6 === undefined ? element : { ...element, address6 })
}
const four = { ...port, family: "ip", address: "172.17.0.2" }
const six = { ...port, family: "ip6", address: "fd00:7::2" }

describe("translations", () => {
  it("lead from all addresses of the host to the address of the same kind", () => {
    expect(of("0.0.0.0")).toEqual([four])
    expect(of("0.0.0.0", "fd00:7::2")).toEqual([four, six])
  })

  it("lead from one address of the host to the address of its kind, if the container has one", () => {
    expect(of("192.0.2.1", "fd00:7::2")).toEqual([{ ...four, hostIp: "192.0.2.1" }])
    expect(of("2001:DB8::0:1", "fd00:7::2")).toEqual([{ ...six, hostIp: "2001:db8::1" }])
    expect(of("2001:db8::1")).toEqual([])
  })

  it("are none of a port that is proxied", () => {
    expect(translations({ ...port, hostIp: "0.0.0.0", address: "172.17.0.2", proxied: true })).toEqual([])
    expect(translations({ ...port, hostIp: "0.0.0.0", address: "172.17.0.2", proxied: false })).toEqual([four])
  })

  it("leave to the supervisor what never leaves the host, and addresses with a zone", () => {
    expect([of("::1", "fd00:7::2"), of("fe80::1%eth0", "fd00:7::2")]).toEqual([[], []])
  })
})
