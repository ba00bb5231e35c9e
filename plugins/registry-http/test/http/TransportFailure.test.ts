import { describe, expect, it } from "vitest"
import { behindProxy, transportFailure } from "../../src/http/TransportFailure.ts"

describe("a connection that fails", () => {
  it.each([
    // Bun, Node and Deno, of a server whose certificate is another's.
    ['ERR_TLS_CERT_ALTNAME_INVALID fetching "https://a/v2/". For more information, pass `verbose: true` in the …'],
    [
      "Hostname/IP does not match certificate's altnames: IP: 10.0.0.1 is not in the cert's list (ERR_TLS_CERT_ALTNAME)"
    ],
    ["invalid peer certificate: certificate not valid for name: NotValidForName (CERT_)"]
  ])("for a name that its certificate does not have is told so: %s", (said) => {
    const { kind, why } = transportFailure(new Error(said))
    expect([kind, why]).toEqual(["certificate", "its certificate is not trusted (it is made out to another name)"])
  })

  it("says what is wrong with a certificate without advice for programmers", () => {
    const said = 'SELF_SIGNED_CERT_IN_CHAIN fetching "https://a/v2/". For more information, pass `verbose: true` in …'
    expect(transportFailure(new Error(said)).why).toBe("its certificate is not trusted (SELF_SIGNED_CERT_IN_CHAIN)")
  })

  it.each([
    ["ECONNREFUSED", "nobody listens at the proxy proxy.example:3128 (connection refused)"],
    ["ENOTFOUND", "the proxy proxy.example:3128 has no address (DNS)"],
    ["ECONNRESET", "the connection was cut, by way of the proxy proxy.example:3128"]
  ])("with %s on the way through a proxy names the proxy, and not its password", (code, expected) => {
    const failure = transportFailure(Object.assign(new Error("fetch failed"), { code }))
    expect(behindProxy(failure, "http://user:secret@proxy.example:3128").why).toBe(expected)
  })
})
