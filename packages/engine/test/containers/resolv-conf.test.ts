import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { publicServers, resolvConf } from "../../src/containers/resolv-conf.ts"

describe("resolvConf", () => {
  it("keeps servers, search domains and options of the host", () => {
    const host =
      "# made by hand\nnameserver 192.0.2.53\nnameserver 198.51.100.1 \nsearch example.org corp\noptions ndots:2 rotate\n"
    expect(resolvConf({ host })).toBe(
      "nameserver 192.0.2.53\nnameserver 198.51.100.1\nsearch example.org corp\noptions ndots:2 rotate\n"
    )
  })

  it("drops servers that only the host can reach", () => {
    expect(
      resolvConf({ host: "nameserver 127.0.0.1\nnameserver ::1\nnameserver fe80::1%eth0\nnameserver 192.0.2.53\n" })
    ).toBe("nameserver 192.0.2.53\n")
  })

  it("asks the servers of systemd-resolved when the host asks it on loopback", () => {
    const host = "nameserver 127.0.0.53\noptions edns0 trust-ad\nsearch lan\n"
    expect(resolvConf({ host, upstream: "nameserver 192.0.2.1\nsearch other\n" })).toBe(
      "nameserver 192.0.2.1\nsearch lan\noptions edns0 trust-ad\n"
    )
  })

  it("asks public servers when nothing else is known", () => {
    const expected = publicServers.map((server) => `nameserver ${server}\n`).join("")
    expect(resolvConf({ host: "" })).toBe(expected)
    expect(resolvConf({ host: "nameserver 127.0.0.53\n", upstream: "nameserver 127.0.0.1\n" })).toBe(expected)
  })

  it("leaves loopback servers to containers in the host's network", () => {
    expect(resolvConf({ host: "nameserver 127.0.0.53\n", sharesHostNetwork: true })).toBe("nameserver 127.0.0.53\n")
  })

  it("prefers what the user gave, loopback or not", () => {
    const host = "nameserver 192.0.2.53\nsearch lan\noptions ndots:5\n"
    expect(resolvConf({ host, servers: ["127.0.0.1"], search: ["a.example"], options: ["timeout:1"] })).toBe(
      "nameserver 127.0.0.1\nsearch a.example\noptions timeout:1\n"
    )
  })

  it("has no search domains when the user says so with a dot", () => {
    expect(resolvConf({ host: "nameserver 192.0.2.53\nsearch lan\n", search: ["."] })).toBe("nameserver 192.0.2.53\n")
  })

  it("takes the last of several search lines and ignores comments", () => {
    const host = "nameserver 192.0.2.53 # office\n;nameserver 192.0.2.54\nsearch a\ndomain b\n"
    expect(resolvConf({ host })).toBe("nameserver 192.0.2.53\nsearch b\n")
  })

  it("always names a server, and makes of its own output the same again", () => {
    const server = fc.oneof(fc.ipV4(), fc.ipV6(), fc.constant("127.0.0.53"))
    const line = fc.oneof(
      server.map((each) => `nameserver ${each}`),
      fc.constantFrom("search a b", "options ndots:1", "# x", "", "nameserver", "sortlist 1.2.3.4")
    )
    fc.assert(
      fc.property(fc.array(line), fc.array(line), (host, upstream) => {
        const once = resolvConf({ host: host.join("\n"), upstream: upstream.join("\n") })
        expect(once).toMatch(/^nameserver \d/)
        expect(resolvConf({ host: once })).toBe(once)
      })
    )
  })
})
