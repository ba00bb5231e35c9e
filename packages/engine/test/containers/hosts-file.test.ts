import { describe, expect, it } from "vitest"
import { hostGateway, hostsFile } from "../../src/containers/hosts-file.ts"

const lines = (text: string) => text.split("\n").filter((line) => line !== "")

describe("hostsFile", () => {
  it("knows localhost by both kinds of address", () => {
    const text = hostsFile({ hostname: "web", addresses: [], extra: [], gateway: "172.17.0.1" })
    expect(lines(text).slice(0, 2)).toEqual(["127.0.0.1\tlocalhost", "::1\tlocalhost ip6-localhost ip6-loopback"])
    expect(text).not.toContain("web")
    expect(text.endsWith("\n")).toBe(true)
  })

  it("names the container itself last, with its domain first", () => {
    const request = { hostname: "web", addresses: ["172.17.0.2", "10.0.0.2"], extra: [], gateway: "172.17.0.1" }
    expect(lines(hostsFile(request)).slice(-2)).toEqual(["172.17.0.2\tweb", "10.0.0.2\tweb"])
    expect(lines(hostsFile({ ...request, domain: "example.org" })).at(-1)).toBe("10.0.0.2\tweb.example.org web")
    // As in Docker, a domain may be written into the host name, too.
    for (const names of [{ hostname: "web.example.org" }, { hostname: "web.example", domain: "org" }]) {
      expect(lines(hostsFile({ ...request, ...names })).at(-1)).toBe("10.0.0.2\tweb.example.org web")
    }
  })

  it("adds the user's names in their order, the host's address where asked for", () => {
    const extra = [
      { name: "db", address: "192.0.2.7" },
      { name: "host.docker.internal", address: hostGateway },
      { name: "db", address: "2001:db8::7" }
    ]
    expect(
      lines(hostsFile({ hostname: "web", addresses: ["172.17.0.2"], extra, gateway: "172.17.0.1" })).slice(-4)
    ).toEqual(["192.0.2.7\tdb", "172.17.0.1\thost.docker.internal", "2001:db8::7\tdb", "172.17.0.2\tweb"])
  })
})
